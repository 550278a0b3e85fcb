"""SQLite's one writer: many threads that wait in line, against SQLite's own way of waiting."""

from __future__ import annotations

import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from tests.adapters.sql.makers import NOW, a_case, a_deed

from benchmarks.common import spread, write_figures
from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator

THREADS, EACH, RUNS = 16, 40, 5


class AsSqliteWaits(SqlStore):
    """The store without its line."""

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        yield


def writers() -> None:
    """Time transactions that keep a case and an entry of the log, both ways in turn."""
    figures: dict[str, object] = {"threads": THREADS, "transactions": THREADS * EACH}
    per_second: dict[str, list[float]] = {}
    waits: dict[str, list[tuple[float, float]]] = {}
    for _ in range(RUNS):
        for kind in (AsSqliteWaits, SqlStore):
            taken, whole = _run(kind)
            per_second.setdefault(kind.__name__, []).append(THREADS * EACH / whole)
            waits.setdefault(kind.__name__, []).append((median(taken), quantiles(taken, n=100)[-1]))
    for name, rates in per_second.items():
        figures[name] = {
            "per_second": spread(rates),
            "median_ms": spread([middle for middle, _ in waits[name]]),
            "p99_ms": spread([slow for _, slow in waits[name]]),
        }
    write_figures("writers", figures)


def _run(kind: type[SqlStore]) -> tuple[list[float], float]:
    """Give each transaction's milliseconds, and the seconds of all of them."""
    barrier = threading.Barrier(THREADS)
    with tempfile.TemporaryDirectory() as folder:
        store = kind(sqlite_url(Path(folder) / "lineproof.sqlite"), connections=THREADS)
        store.upgrade()

        def work(thread: int) -> list[float]:
            barrier.wait()
            taken = []
            for n in range(EACH):
                began = time.perf_counter()
                with store.begin() as tx:
                    tx.add_case(a_case(f"case_{thread}_{n}"))
                    tx.log(a_deed(), at=NOW)
                taken.append((time.perf_counter() - began) * 1e3)
            return taken

        began = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as pool:
            every = [each for found in pool.map(work, range(THREADS)) for each in found]
        whole = time.perf_counter() - began
        store.close()
    return every, whole
