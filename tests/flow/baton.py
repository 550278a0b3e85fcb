"""Actors that run one at a time and change places at transaction boundaries, by a seed.

Each actor is a thread, and only the one that holds the baton runs. It offers the baton before a
transaction begins and after it ended; who gets it is drawn. A store that serialises its
transactions cannot interleave them in any other way.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

    from lineproof.adapters.sql.sql_store import SqlStore, SqlTransaction


@dataclass(slots=True)
class Baton:
    """Hands the turn from one actor to the next."""

    random: Random
    trace: list[str]
    """Who had each turn, to be read after a failure."""
    _turns: dict[int, threading.Semaphore] = field(default_factory=dict)
    _back: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def offer(self) -> None:
        """Let another actor go on first, perhaps; who is no actor just goes on."""
        mine = self._turns.get(threading.get_ident())
        if mine is not None:
            self._back.release()
            mine.acquire()

    def run(self, actors: Mapping[str, Callable[[], None]]) -> None:
        """Run all actors to their ends; the first exception is raised again here."""
        failed: list[BaseException] = []
        waiting: dict[str, threading.Semaphore] = {}
        over: set[str] = set()

        def whole(name: str, actor: Callable[[], None]) -> None:
            mine = waiting[name]
            self._turns[threading.get_ident()] = mine
            mine.acquire()
            try:
                actor()
            except BaseException as error:  # noqa: BLE001 - raised again where it is seen
                failed.append(error)
            finally:
                over.add(name)
                del self._turns[threading.get_ident()]
                self._back.release()

        for name, actor in actors.items():
            waiting[name] = threading.Semaphore(0)
            threading.Thread(target=whole, args=(name, actor), daemon=True).start()
        while alive := [name for name in actors if name not in over]:
            name = self.random.choice(alive)
            self.trace.append(name)
            waiting[name].release()
            self._back.acquire()
        if failed:
            raise failed[0]


@dataclass(slots=True)
class OfferingStore:
    """A store at whose boundaries the baton is offered, and ``after`` each commit is looked."""

    store: SqlStore
    baton: Baton
    after: Callable[[], None]

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        """Begin a transaction that writes."""
        self.baton.offer()
        with self.store.begin() as tx:
            yield tx
        self.after()
        self.baton.offer()

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """Begin a transaction that reads."""
        self.baton.offer()
        with self.store.read() as tx:
            yield tx
        self.baton.offer()

    def ready(self) -> bool:
        """Whether the store is ready."""
        return self.store.ready()
