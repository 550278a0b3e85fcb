"""What a verification asks of the store, at a thousand and at a million lines, on both databases.

The rows are simulated: no real line or person is in them.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from tests import postgresql

from benchmarks.common import spread, write_figures
from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.adapters.sql.sql_tables import ATTEMPTS, CASES, LINES

if TYPE_CHECKING:
    import sqlalchemy as sa

FEW, MANY = 1_000, 1_000_000
LINES_EACH = 2
"""Lines that each simulated person holds; each line has its case and one attempt."""

BLOCKS, LOOKUPS = 7, 400
"""Blocks of lookups, few and many lines in turn, so that what else the machine does hits both."""

AT_ONCE = 20_000
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def storage() -> None:
    """Time the lookups of one decision, and give how many times longer they take with many."""
    figures: dict[str, object] = {"few": FEW, "many": MANY, "lookups": BLOCKS * LOOKUPS}
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        stores = [SqlStore(sqlite_url(folder / f"{n}.sqlite")) for n in (FEW, MANY)]
        figures["sqlite"] = _compared(*stores)
    if why := postgresql.missing():
        figures["postgresql"] = why
    else:
        with ExitStack() as held:
            server = held.enter_context(postgresql.started())
            names = [held.enter_context(server.database()) for _ in range(2)]
            figures["postgresql"] = _compared(*(SqlStore(server.url(name)) for name in names))
    write_figures("storage", figures)


def _compared(few: SqlStore, many: SqlStore) -> dict[str, object]:
    began = time.perf_counter()
    for store, lines in ((few, FEW), (many, MANY)):
        fill(store, lines)
    filled = time.perf_counter() - began
    times: dict[int, list[list[float]]] = {FEW: [], MANY: []}
    for block in range(BLOCKS + 1):
        for store, lines in ((few, FEW), (many, MANY)):
            taken = _lookups(store, lines, random.Random(block))  # noqa: S311 - no secret
            if block:  # the first block warms up
                times[lines].append(taken)
    for store in (few, many):
        store.close()
    ratios = [
        median(more) / median(less) for less, more in zip(times[FEW], times[MANY], strict=True)
    ]
    return {
        "filled_s": round(filled),
        "few_us": _summed(times[FEW]),
        "many_us": _summed(times[MANY]),
        "times_longer": spread(ratios),
    }


def _lookups(store: SqlStore, lines: int, chance: random.Random) -> list[float]:
    """Ask what a decision asks, of a random person and line; microseconds each."""
    taken = []
    for _ in range(LOOKUPS):
        at = chance.randrange(lines)
        person, number = _person(at), _msisdn(at)
        began = time.perf_counter_ns()
        with store.read() as tx:
            line = tx.line(number)
            held = tx.lines_held(person, besides="")
            tried = tx.attempts(person, since=SINCE)
        taken.append((time.perf_counter_ns() - began) / 1e3)
        if line is None or line.holder != person or (held, tried) != (LINES_EACH, LINES_EACH):
            raise RuntimeError("the lookup found something else than was stored")
    return taken


def _summed(blocks: list[list[float]]) -> dict[str, float]:
    every = [each for block in blocks for each in block]
    return {"median": round(median(every), 1), "p95": round(quantiles(every, n=20)[-1], 1)}


def fill(store: SqlStore, lines: int) -> None:
    """Make the tables and store so many lines, each with its case and one attempt."""
    store.upgrade()
    for table, row in ((CASES, _case), (LINES, _line), (ATTEMPTS, _attempt)):
        for first in range(0, lines, AT_ONCE):
            rows = [row(at) for at in range(first, min(first + AT_ONCE, lines))]
            if store.engine.dialect.name == "sqlite":
                _insert(store, table, rows)
            else:
                _copy(store, table, rows)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _insert(store: SqlStore, table: sa.Table, rows: list[dict[str, object]]) -> None:
    columns = ", ".join(rows[0])
    places = ", ".join("?" * len(rows[0]))
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({columns}) VALUES ({places})",  # noqa: S608 - our own names
            [tuple(row.values()) for row in rows],
        )


def _copy(store: SqlStore, table: sa.Table, rows: list[dict[str, object]]) -> None:
    connection = store.engine.raw_connection()
    try:
        lines = ("\t".join(map(str, row.values())) + "\n" for row in rows)
        command = f"COPY {table.name} ({', '.join(rows[0])}) FROM STDIN"
        connection.cursor().execute(command, stream=lines)  # type: ignore[call-arg]
        connection.commit()
    finally:
        connection.close()


def _person(at: int) -> str:
    return hashlib.sha256(f"person {at // LINES_EACH}".encode()).hexdigest()


def _msisdn(at: int) -> str:
    return f"86{at * 7919 % 10**9:09}"


def _case(at: int) -> dict[str, object]:
    opened = _stamp(at)
    return {
        "id": f"case_{at:012x}{hashlib.sha256(str(at).encode()).hexdigest()[:20]}",
        "kind": "new_line",
        "status": "issued",
        "version": 5,
        "operator": "op-1",
        "profile": "cn@1",
        "msisdn": _msisdn(at),
        "iccid": f"8986{at:015}",
        "imsi": f"46000{at:010}",
        "staff": f"s-{at % 500}",
        "shop": f"shop-{at % 50}",
        "device": f"d-{at % 900}",
        "route": "face",
        "person": _person(at),
        "attempts": 1,
        "opened_at": opened,
        "expires_at": _stamp(at + 86_400),
        "not_before": opened,
    }


def _line(at: int) -> dict[str, object]:
    opened = _stamp(at)
    return {
        "msisdn": _msisdn(at),
        "operator": "op-1",
        "iccid": f"8986{at:015}",
        "imsi": f"46000{at:010}",
        "holder": _person(at),
        "status": "active",
        "locked": False,
        "version": 1,
        "opened_at": opened,
        "changed_at": opened,
    }


def _attempt(at: int) -> dict[str, object]:
    return {"case_id": f"case_{at}", "person": _person(at), "at": _stamp(at)}


def _stamp(at: int) -> str:
    """Write a moment as SQLite keeps it and PostgreSQL reads it."""
    return f"{SINCE + timedelta(seconds=at):%Y-%m-%d %H:%M:%S.%f}"
