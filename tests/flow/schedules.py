"""Generated schedules: people, reviewers, clock and workers who all act on the same lines at once.

``python -m tests.flow.schedules --count 10000`` plays as many, each from its own seed.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import sqlalchemy as sa

from lineproof.adapters.operators.simulated_operator import Fault, SimulatedOperator
from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.case import FINAL, Case, Kind, Route, Status
from lineproof.domain.challenge import for_chip
from lineproof.domain.consent import Purpose
from lineproof.domain.review import REASONS_OF, VerdictKind
from lineproof.domain.sim import Sim
from lineproof.domain.staff import Role
from lineproof.flow import agree, apply, attest, capture, hold_lines, issue, reviewing
from lineproof.flow.refused import Refused
from lineproof.flow.show_document import show_document
from lineproof.storage import Changed
from tests.flow.baton import Baton, OfferingStore
from tests.flow.honest import honest
from tests.flow.stage import AGENT, SYSTEM, Stage, staff
from tests.flow.watch import Watch
from tests.regime import regime

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from lineproof.ports import Service

Step = Callable[[], object]

PROFILE = regime(hold_before_activation=timedelta(minutes=5))
SIMS = [Sim(f"894900000000000010{n}", f"00101000000010{n}") for n in range(4)]
PEOPLE = ("ann", "ben", "cem")
ANNS, NOBODYS = "15550001", ("15550002", "15550003")
WAITS = {-40: 1, 1: 4, 30: 4, 61: 4, 301: 4, 3600: 2, 7201: 4, 90_000: 1}
"""Seconds that may pass at once, and how likely each is; one of them sets the clock back."""
FAULTY = 0.3


@dataclass(frozen=True, slots=True)
class Beginning:
    """What every schedule begins with: a database in which ann has a line, to be copied."""

    database: Path
    now: datetime


@dataclass(slots=True)
class Scene:
    """One schedule: its people, what they share, and what they do."""

    seed: int
    stage: Stage
    network: SimulatedOperator
    watch: Watch
    random: Random
    came_to: Counter[str] = field(default_factory=Counter)
    """What the verbs answered, and where the cases ended."""
    turns: list[str] = field(default_factory=list)
    """Who had each turn."""
    nonces: dict[str, tuple[str, str]] = field(default_factory=dict)
    """For each case the last nonce, and whose face answers it."""

    # Before and after -------------------------------------------------------------------------
    def play(self, store: SqlStore) -> None:
        """Let everybody act at once, let all that is left happen, and look."""
        cases = [self._opened() for _ in range(self.random.randint(2, 3))]
        actors = self._actors(cases)
        self.network.fail_next(*(fault for fault in Fault if self.random.random() < FAULTY))
        baton = Baton(self.random, self.turns)
        gated = OfferingStore(store, baton, self.watch.look)
        self.stage.service = replace(self.stage.service, store=gated)
        baton.run(actors)
        self._left_to_itself(cases)

    def _left_to_itself(self, cases: list[Case]) -> None:
        """Let days pass, and give up what the network rejected: every case comes to its end."""
        for _ in range(3):
            for _ in range(4):
                self.stage.later(timedelta(days=1))
                self.stage.run()
            self.watch.quiet()
            for case in cases:
                if self.stage.case(case).status is Status.UNFULFILLED:
                    self.came_to["given up"] += 1
                    agree.withdraw(self._service, case.id, actor=SYSTEM, now=self._now)
        for case in cases:
            status = self.stage.case(case).status
            assert status in FINAL, f"a case stays {status}"
            assert self.stage.service.desk.look(case.id, now=case.opened_at) is None
            self.came_to[f"ends {status}"] += 1

    def _opened(self) -> Case:
        """Open a case, and bring it some way already, so that more meets in less time."""
        kind = self.random.choice([*Kind, Kind.SIM_REPLACEMENT, Kind.NEW_LINE])
        adds = kind in {Kind.NEW_LINE, Kind.PORT_IN}
        case = self.stage.open(
            kind,
            self.random.choice(NOBODYS) if adds else ANNS,
            sim=self.random.choice(SIMS) if kind in apply.NEEDS_A_SIM else None,
            handled_by=AGENT,
        )
        if kind is Kind.TRANSFER and self.random.random() < 0.8:
            while issue.deliver(self.stage.service, worker="w", now=self.stage.now):
                pass
            self._answer(case, [True])
        if self.random.random() < 0.8:
            name = self._who(case)
            self._all(self._consents(case), self._shows(case, name))
            if self.random.random() < 0.7:
                self._capture(case, name)
        return case

    # Who acts ---------------------------------------------------------------------------------
    def _actors(self, cases: list[Case]) -> Mapping[str, Callable[[], None]]:
        """Draw who takes part, beside the clock and two workers."""
        some = {"clock": self._clock, "worker-1": self._worker("a"), "worker-2": self._worker("b")}
        parts: dict[str, Callable[[Case], Callable[[], None]]] = {
            "subscriber": self._subscriber,
            "second tab": self._second_tab,
            "swapper": self._swapper,
            "leaver": self._leaver,
            "witnesses": self._witnesses,
            "chip": self._chip,
            "reviewers": self._reviewers,
            "holder": self._holder,
            "locker": self._locker,
            "engineer": self._engineer,
        }
        for number, case in enumerate(cases):
            some[f"subscriber {number}"] = self._subscriber(case)
            for name in self.random.sample(sorted(parts), 3):
                some[f"{name} {number}"] = parts[name](case)
        return some

    def _subscriber(self, case: Case) -> Callable[[], None]:
        name = self._who(case)
        return lambda: self._all(
            self._consents(case),
            self._shows(case, name),
            lambda: self._capture(case, name),
            lambda: self._capture(case, name),
        )

    def _second_tab(self, case: Case) -> Callable[[], None]:
        """Send the same answer again."""

        def again() -> object:
            nonce, name = self.nonces.get(case.id, ("none", "nobody"))
            return self._captured(case, nonce, name)

        return lambda: self._all(again, again, again)

    def _swapper(self, case: Case) -> Callable[[], None]:
        """Show one's own document and another's in turn, before one's own face."""
        return lambda: self._all(
            self._shows(case, "ann"),
            self._shows(case, "cem"),
            lambda: self._capture(case, "cem"),
            self._shows(case, "ann"),
            lambda: self._capture(case, "cem"),
        )

    def _leaver(self, case: Case) -> Callable[[], None]:
        return lambda: self._all(
            lambda: agree.withdraw(self._service, case.id, actor=SYSTEM, now=self._now)
        )

    def _witnesses(self, case: Case) -> Callable[[], None]:
        name = self._who(case)
        return lambda: self._all(
            self._other_way(case, Route.IN_PERSON),
            self._attests(case, "w-1", name),
            self._attests(case, "w-2", self.random.choice([name, name, "cem"])),
            self._consents(case),
        )

    def _chip(self, case: Case) -> Callable[[], None]:
        """Read a chip, or a copy of somebody's; who fails goes back to the face check."""
        fresh, name = self.random.random() < 0.5, self._who(case)

        def prove() -> object:
            asked = capture.ask(self._service, case.id, now=self._now)
            if isinstance(asked, Refused):
                return asked
            chip = {"DG1": name.encode()}
            if fresh:
                chip["AA"] = hashlib.sha256(for_chip(asked.nonce)).digest()
            return attest.prove_by_chip(
                self._service, case.id, chip, nonce=asked.nonce, now=self._now
            )

        return lambda: self._all(
            self._other_way(case, Route.CHIP),
            prove,
            self._consents(case),
            lambda: self._capture(case, "cem"),
        )

    def _reviewers(self, case: Case) -> Callable[[], None]:
        kinds = self.random.choices(list(VerdictKind), weights=[4, 1], k=4)

        def act() -> None:
            for number, kind in enumerate(kinds):
                who = staff(f"r-{number % 2}", Role.REVIEWER)
                self._all(
                    lambda who=who: reviewing.look_at(  # type: ignore[misc]
                        self._service, case.id, who, now=self._now
                    ),
                    lambda who=who, kind=kind: reviewing.conclude(  # type: ignore[misc]
                        self._service,
                        case.id,
                        who,
                        kind=kind,
                        reason=REASONS_OF[kind][0],
                        now=self._now,
                    ),
                )

        return act

    def _holder(self, case: Case) -> Callable[[], None]:
        words = [self.random.random() < 0.5 for _ in range(3)]
        return lambda: self._answer(case, words)

    def _locker(self, case: Case) -> Callable[[], None]:
        return lambda: self._all(
            lambda: hold_lines.lock(self._service, case.msisdn, actor=SYSTEM, now=self._now)
        )

    def _engineer(self, case: Case) -> Callable[[], None]:
        """Send again what the network rejected."""
        again = lambda: issue.reorder(  # noqa: E731 - done three times
            self._service, case.id, actor=SYSTEM, now=self._now
        )
        return lambda: self._all(again, again, again)

    def _clock(self) -> None:
        for wait in self.random.choices(list(WAITS), list(WAITS.values()), k=8):
            self.stage.later(timedelta(seconds=wait))
            self._all(lambda: issue.tick(self._service, now=self._now))

    def _worker(self, name: str) -> Callable[[], None]:
        handle = lambda: issue.deliver(  # noqa: E731 - done many times
            self._service, worker=name, now=self._now
        )
        return lambda: self._all(*[handle] * 10)

    # What they do -----------------------------------------------------------------------------
    @property
    def _service(self) -> Service:
        return self.stage.service

    @property
    def _now(self) -> datetime:
        return self.stage.now

    def _who(self, case: Case) -> str:
        """Draw who comes: mostly whom the case is about, else a thief with papers of their own."""
        rightful = {Kind.TRANSFER: "ben"}.get(case.kind, "ann")
        return self.random.choice([rightful, rightful, rightful, *PEOPLE])

    def _all(self, *steps: Step) -> None:
        """Take steps one after the other; a refusal or a change in between stops nobody."""
        for step in steps:
            try:
                answer = step()
            except Changed:
                self.came_to["changed"] += 1
                continue
            if isinstance(answer, Refused):
                self.came_to[f"refused {answer.code}"] += 1

    def _consents(self, case: Case) -> Step:
        return lambda: agree.consent(
            self._service,
            case.id,
            purpose=Purpose.FACE_CHECK,
            text_version="2026-11",
            language="en",
            now=self._now,
        )

    def _shows(self, case: Case, name: str) -> Step:
        return lambda: show_document(
            self._service, case.id, [name.encode()], chip={}, now=self._now
        )

    def _other_way(self, case: Case, route: Route) -> Step:
        return lambda: agree.take_other_way(
            self._service, case.id, route, actor=SYSTEM, now=self._now
        )

    def _attests(self, case: Case, who: str, name: str) -> Step:
        return lambda: attest.attest(
            self._service,
            case.id,
            staff(who, Role.AGENT),
            issuer="UTO",
            kind="P",
            number=name,
            same_person=True,
            document_valid=True,
            old_enough=True,
            now=self._now,
        )

    def _capture(self, case: Case, name: str) -> object:
        asked = capture.ask(self._service, case.id, now=self._now)
        if isinstance(asked, Refused):
            self.came_to[f"refused {asked.code}"] += 1
            return asked
        self.nonces[case.id] = (asked.nonce, name)
        self.watch.filmed(asked.nonce, name)
        return self._captured(case, asked.nonce, name)

    def _captured(self, case: Case, nonce: str, name: str) -> object:
        unsure = ":unsure" if self.random.random() < 0.2 else ""
        live = [f"face:{name}{unsure}".encode()]
        return capture.capture(self._service, case.id, live, nonce=nonce, now=self._now)

    def _answer(self, case: Case, words: list[bool]) -> None:
        """Answer what the line was sent about this case: a transfer, or an announced change."""
        for word in words:
            told = [
                (notice.id, secret)
                for notice, secret in self.stage.letters.delivered
                if secret is not None and notice.case == case.id
            ]
            if not told:
                self._all(lambda: issue.deliver(self._service, worker="c", now=self._now))
                continue
            secret = told[-1][1]
            if case.kind is Kind.TRANSFER and "holder" in secret:
                self._all(
                    lambda secret=secret, word=word: agree.answer_holder(  # type: ignore[misc]
                        self._service, secret, agrees=word, now=self._now
                    )
                )
            else:
                self._all(
                    lambda secret=secret: agree.object_to(  # type: ignore[misc]
                        self._service, secret, now=self._now
                    )
                )


def beginning(folder: Path) -> Beginning:
    """Make the database that every schedule begins with."""
    store = quick_store(folder / "beginning.db")
    store.upgrade()
    there = honest(store, profile=PROFILE)
    there.in_person(there.open(Kind.NEW_LINE, ANNS, sim=SIMS[0]), "ann")
    there.later(timedelta(hours=1))
    there.run()
    there.later(timedelta(days=1))
    assert there.line(ANNS).sim == SIMS[0]
    with store.begin() as tx:
        # Anybody at the door to the limit: one more line and no further.
        assert tx.lines_held(there.line(ANNS).holder, besides="") == 1
    store.close()
    return Beginning(folder / "beginning.db", there.now)


def played(seed: int, begin: Beginning, folder: Path) -> Scene:
    """Play one schedule from its seed."""
    file = folder / "scene.db"
    for old in folder.glob("scene.db*"):
        old.unlink()
    shutil.copyfile(begin.database, file)
    store = quick_store(file)
    network = SimulatedOperator()
    with closing(store), closing(network):
        stage = honest(store, network, PROFILE)
        stage.now = begin.now
        with store.read() as tx:
            (first,) = tx.cases(operator=None, statuses=frozenset(), after="", limit=2)
            network.carry_out(tx.orders(first.id)[0])
        watch = Watch(store, stage.service, network)
        watch.look()
        scene = Scene(seed, stage, network, watch, Random(seed))  # noqa: S311 - drawn to be repeated
        scene.play(store)
    return scene


def quick_store(file: Path) -> SqlStore:
    """Give a store that waits for no disk."""
    store = SqlStore(sqlite_url(file))
    sa.event.listen(store.engine, "connect", _unsynchronised)
    return store


def _unsynchronised(connection: DBAPIConnection, record: object) -> None:
    """Wait for no disk: no power is cut here."""
    del record
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


def main() -> None:
    """Play as many schedules as are asked for, and say what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    asked = parser.parse_args()
    came_to: Counter[str] = Counter()
    since = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begin = beginning(folder)
        for seed in range(asked.first, asked.first + asked.count):
            try:
                scene = played(seed, begin, folder)
            except BaseException:
                print(f"seed {seed}")  # noqa: T201 - this is a program
                raise
            came_to += scene.came_to + scene.watch.moves
            if not (seed + 1) % 1000:
                print(f"seed {seed} at {time.monotonic() - since:.0f} s", flush=True)  # noqa: T201
    took = time.monotonic() - since
    print(f"{asked.count} schedules in {took:.0f} s, none broke anything")  # noqa: T201
    for what, many in sorted(came_to.items()):
        print(f"{many:8} {what}")  # noqa: T201 - this is a program


if __name__ == "__main__":
    main()
