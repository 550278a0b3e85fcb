"""Kill the service at every commit and every order, restart it, and see that nothing was lost.

``python -m tests.crash.run`` kills at every boundary, on SQLite and on a PostgreSQL of its own.
The boundaries are counted in a run that is not killed, so a new commit is a new boundary.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from lineproof.adapters.operators.simulated_operator import SimulatedOperator
from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.adapters.sql.sql_tables import LOG_HEAD, METADATA
from lineproof.domain.case import Kind, Status
from lineproof.domain.order import ORDER_OF
from tests import postgresql
from tests.crash.clients import EXPECTED, FIRST, LINE, Client, last_moment
from tests.crash.markers import MarkedOperator, MarkedStore, Markers
from tests.flow.honest import honest, person
from tests.flow.watch import Watch
from tests.regime import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGINNING = NOW + timedelta(days=1)
"""When the scenarios begin: after the time that passes between two changes of a line."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run keeps its database, its network's register, and what was acknowledged."""

    url: sa.URL
    register: Path
    told: Path


class Sqlite:
    """Files that are copied from one in which ann has a line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        self._template = Place(sqlite_url(folder / "first.db"), folder / "first", folder / "t")
        _first_line(self._template)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Give a place of its own."""
        self._made += 1
        folder = self._folder / f"run-{self._made}"
        folder.mkdir()
        shutil.copyfile(self._folder / "first.db", folder / "lineproof.db")
        shutil.copyfile(self._template.register, folder / "register")
        yield Place(sqlite_url(folder / "lineproof.db"), folder / "register", folder / "told")
        shutil.rmtree(folder)


class Postgresql:
    """One database, which is emptied and given the rows by which ann has a line."""

    def __init__(self, folder: Path, server: postgresql.Server, name: str) -> None:
        self._folder = folder
        self._server = server
        self._name = name
        self._register = folder / "first-register"
        first = Place(server.url(name), self._register, folder / "t")
        _first_line(first)
        with closing(SqlStore(first.url)) as store, store.engine.connect() as connection:
            self._rows = {
                table: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
                for table in METADATA.sorted_tables
            }

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Give the place, as it was in the beginning."""
        register, told = self._folder / "register", self._folder / "told"
        told.unlink(missing_ok=True)
        shutil.copyfile(self._register, register)
        place = Place(self._server.url(self._name), register, told)
        self._server.empty(self._name, [table.name for table in METADATA.sorted_tables])
        with closing(SqlStore(place.url)) as store, store.engine.begin() as connection:
            connection.execute(sa.delete(LOG_HEAD))
            for table, rows in self._rows.items():
                if rows:
                    connection.execute(sa.insert(table), rows)
        yield place


def _first_line(place: Place) -> None:
    store, network = SqlStore(place.url), SimulatedOperator(place.register)
    with closing(store), closing(network):
        store.upgrade()
        scene = honest(store, network)
        scene.in_person(scene.open(Kind.NEW_LINE, LINE, sim=FIRST), "ann")
        scene.run()
        assert scene.line(LINE).sim == FIRST


def act(place: Place, kind: Kind, markers: Markers) -> None:
    """Start a service on what is there, and let the client bring its case to the end.

    It starts a second after the last entry: the lease of a process that died has not ended then.
    """
    store, network = SqlStore(place.url), SimulatedOperator(place.register)
    with closing(store), closing(network):
        scene = honest(store, network)
        scene.now = max(BEGINNING, last_moment(store) + timedelta(seconds=1))
        scene.service = replace(
            scene.service,
            store=MarkedStore(store, markers),
            operator=MarkedOperator(network, markers),
        )
        with place.told.open("ab", buffering=0) as told:
            Client(scene, kind, told.fileno()).run()


def killed(place: Place, kind: Kind, at: int) -> None:
    """Run in a process of its own, which is killed at this boundary."""
    child = os.fork()
    if not child:
        try:
            act(place, kind, Markers(at))
        except BaseException:  # noqa: BLE001 - it is a process, and nobody would see it
            traceback.print_exc()
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"{kind} was not killed at {at}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def check(place: Place, kind: Kind) -> None:
    """See that all that was acknowledged is there, and that everything happened once."""
    store, network = SqlStore(place.url), SimulatedOperator(place.register)
    with closing(store), closing(network):
        watch = Watch(store, honest(store).service, network)
        told = [line.split() for line in place.told.read_text("ascii").splitlines()]
        watch.faces |= {words[1]: words[2] for words in told if words[0] == "filmed"}
        watch.look()
        watch.quiet()
        with store.read() as tx:
            cases = tx.cases(operator="op", statuses=frozenset(), after="", limit=10)
            assert len(cases) == 2, "the same case was opened twice"
            case = cases[1]
            decided = Counter(str(kept.decision.outcome) for kept in tx.decisions(case.id))
            orders = {order.id: order.kind for order in tx.orders(case.id)}
            line = tx.line(EXPECTED[kind][0])
        assert case.status is Status.ISSUED
        for words in told:
            assert words[0] == "filmed" or words[1] == case.id, "a case was lost"
            assert words[0] != "case" or int(words[2]) <= case.version, "a move was lost"
        heard = Counter(words[2] for words in told if words[0] == "decided")
        assert heard <= decided, "a decision was lost"
        assert line is not None
        assert (line.msisdn, line.sim, line.holder) == (
            *EXPECTED[kind][:2],
            person(EXPECTED[kind][2]),
        )
        main = [id_ for id_, what in orders.items() if what is ORDER_OF.get(kind)]
        # A transfer that keeps its SIM changes nothing in a register.
        times = [network.changes().count(id_) for id_ in main]
        assert times == {Kind.RECHECK: [], Kind.TRANSFER: [0]}.get(kind, [1])


def boundaries(database: Sqlite | Postgresql, kind: Kind) -> list[str]:
    """Give every boundary that a scenario passes, in order."""
    with database.place() as place:
        markers = Markers(None)
        act(place, kind, markers)
        check(place, kind)
    return markers.passed


def kill_everywhere(database: Sqlite | Postgresql, every: int) -> Counter[str]:
    """Kill each scenario at each ``every``-th boundary; count what it was killed at."""
    kills: Counter[str] = Counter()
    for kind in EXPECTED:
        names = boundaries(database, kind)
        for at in range(len(names) % every, len(names), every):
            with database.place() as place:
                try:
                    killed(place, kind, at)
                    act(place, kind, Markers(None))
                    check(place, kind)
                except BaseException:
                    print(f"{kind}, boundary {at}: {names[at]}", file=sys.stderr)  # noqa: T201
                    raise
            kills[names[at]] += 1
    return kills


def main() -> None:
    """Kill, and say how often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="kill at each n-th boundary only")
    parser.add_argument("--port", type=int, help="of a PostgreSQL that runs already")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as there, ExitStack() as stack:
        folder = Path(there)
        if asked.only != "postgresql":
            _report("SQLite", Sqlite(folder), asked.every)
        if asked.only != "sqlite":
            server = (
                postgresql.Server(folder, asked.port)
                if asked.port is not None
                else stack.enter_context(postgresql.started())
            )
            name = stack.enter_context(server.database())
            _report("PostgreSQL", Postgresql(folder, server, name), asked.every)


def _report(name: str, database: Sqlite | Postgresql, every: int) -> None:
    since = time.monotonic()
    kills = kill_everywhere(database, every)
    took = time.monotonic() - since
    told = ", ".join(f"{many} {what}" for what, many in sorted(kills.items()))
    print(f"{name}: {kills.total()} kills in {took:.0f} s ({told})")  # noqa: T201 - a program


if __name__ == "__main__":
    main()
