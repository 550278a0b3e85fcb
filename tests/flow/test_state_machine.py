"""Cases as a state machine: any steps in any order, over a real database, and what must hold."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from contextlib import closing
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from lineproof.adapters.operators.simulated_operator import Fault, SimulatedOperator
from lineproof.domain.case import FINAL, Case, Kind, Route, Status
from lineproof.domain.challenge import for_chip
from lineproof.domain.consent import Purpose
from lineproof.domain.line import ADDS_A_LINE
from lineproof.domain.reason import Outcome
from lineproof.domain.review import REASONS_OF, VerdictKind
from lineproof.domain.sim import Sim
from lineproof.domain.staff import Role
from lineproof.flow import agree, apply, attest, capture, erase, hold_lines, issue, reviewing
from lineproof.flow.refused import Refused
from lineproof.flow.show_document import show_document
from tests.flow.honest import honest
from tests.flow.schedules import PROFILE, quick_store
from tests.flow.stage import AGENT, SYSTEM, Stage, staff
from tests.flow.watch import Watch

if TYPE_CHECKING:
    from lineproof.adapters.sql.sql_store import SqlStore

SIMS = [Sim(f"894900000000000020{n}", f"00101000000020{n}") for n in range(4)]
NUMBERS = ["15550001", "15550002", "15550003", "15550004"]
PEOPLE = st.sampled_from(["ann", "ben", "?ann"])
WAITS = st.sampled_from([-3600, -60, 1, 61, 301, 3600, 7201, 30_000, 90_000])
WHO = st.sampled_from(["w-1", "w-2", "w-3"])


@cache
def empty_database() -> Path:
    """Give a file with this version's tables, to be copied."""
    file = Path(tempfile.mkdtemp(prefix="lineproof-state-")) / "empty.db"
    with closing(quick_store(file)) as store:
        store.upgrade()
    return file


class Cases(RuleBasedStateMachine):
    """A few people, a few lines, and everything that anybody can do."""

    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="lineproof-state-")
        file = Path(self.folder.name) / "state.db"
        shutil.copyfile(empty_database(), file)
        self.store: SqlStore = quick_store(file)
        self.network = SimulatedOperator()
        self.stage: Stage = honest(self.store, self.network, PROFILE)
        self.watch = Watch(self.store, self.stage.service, self.network)
        self.nonces: dict[str, list[tuple[str, str]]] = {}

    def teardown(self) -> None:
        """Let everything come to its end, and look a last time."""
        for case in self.all_cases():
            agree.withdraw(self.stage.service, case.id, actor=SYSTEM, now=self.stage.now)
        for _ in range(4):
            self.stage.later(timedelta(days=1))
            self.stage.run()
        for case in self.all_cases():
            agree.withdraw(self.stage.service, case.id, actor=SYSTEM, now=self.stage.now)
        self.watch.look()
        self.watch.quiet()
        assert {case.status for case in self.all_cases()} <= FINAL
        self.store.close()
        self.network.close()
        self.folder.cleanup()

    def all_cases(self) -> list[Case]:
        """Give every case."""
        with self.store.read() as tx:
            return list(tx.cases(operator=None, statuses=frozenset(), after="", limit=1000))

    # Beginning -----------------------------------------------------------------------------------
    @initialize(first=st.sampled_from(NUMBERS[:2]))
    def a_line(self, first: str) -> None:
        """Give ann a line, so that there is one to take."""
        case = self.stage.open(Kind.NEW_LINE, first, sim=SIMS[0])
        self.stage.in_person(case, "ann")
        self.stage.later(timedelta(hours=1))
        self.stage.run()
        self.stage.later(timedelta(days=1))

    @rule(
        target=cases,
        kind=st.sampled_from(Kind),
        number=st.sampled_from(NUMBERS),
        sim=st.sampled_from(SIMS),
        alone=st.booleans(),
    )
    def opens(self, kind: Kind, number: str, sim: Sim, *, alone: bool) -> object:
        """Open a case."""
        asked = apply.Application(
            operator="op",
            kind=kind,
            msisdn=number,
            sim=sim if kind in apply.NEEDS_A_SIM else None,
            handled_by=None if alone else AGENT,
            second_channel="mailto:holder@example.org" if kind in ADDS_A_LINE else None,
        )
        opened = apply.open_case(self.stage.service, asked, actor=SYSTEM, now=self.stage.now)
        return multiple() if isinstance(opened, Refused) else opened.case

    # The subscriber ------------------------------------------------------------------------------
    @rule(case=cases)
    def consents(self, case: Case) -> None:
        """Consent to the face check."""
        agree.consent(
            self.stage.service,
            case.id,
            purpose=Purpose.FACE_CHECK,
            text_version="2026-11",
            language="en",
            now=self.stage.now,
        )

    @rule(case=cases, name=PEOPLE)
    def shows(self, case: Case, name: str) -> None:
        """Show a document, one's own or another's."""
        show_document(self.stage.service, case.id, [name.encode()], chip={}, now=self.stage.now)

    @rule(case=cases, face=st.sampled_from(["ann", "ben"]))
    def asks(self, case: Case, face: str) -> None:
        """Ask for a challenge that this face will answer."""
        asked = capture.ask(self.stage.service, case.id, now=self.stage.now)
        if isinstance(asked, capture.Asked):
            self.nonces.setdefault(case.id, []).append((asked.nonce, face))
            self.watch.filmed(asked.nonce, face)

    @rule(case=cases, other=cases, data=st.data(), unsure=st.booleans())
    def captures(self, case: Case, other: Case, data: st.DataObject, *, unsure: bool) -> None:
        """Answer any challenge that was ever given for one case, in it or in another."""
        given = self.nonces.get(other.id)
        if not given:
            return
        nonce, face = data.draw(st.sampled_from(given))
        live = [f"face:{face}{':unsure' if unsure else ''}".encode()]
        capture.capture(self.stage.service, case.id, live, nonce=nonce, now=self.stage.now)

    @rule(case=cases, name=PEOPLE, face=st.sampled_from(["ann", "ben"]), unsure=st.booleans())
    def goes_all_the_way(self, case: Case, name: str, face: str, *, unsure: bool) -> None:
        """Consent, show, ask and answer, as most people do."""
        self.consents(case)
        self.shows(case, name)
        self.asks(case, face)
        if nonces := self.nonces.get(case.id):
            live = [f"face:{nonces[-1][1]}{':unsure' if unsure else ''}".encode()]
            capture.capture(
                self.stage.service, case.id, live, nonce=nonces[-1][0], now=self.stage.now
            )

    @rule(case=cases, route=st.sampled_from([Route.IN_PERSON, Route.CHIP]))
    def takes_the_other_way(self, case: Case, route: Route) -> None:
        """Leave the face check."""
        agree.take_other_way(self.stage.service, case.id, route, actor=SYSTEM, now=self.stage.now)

    @rule(case=cases, who=WHO, name=st.sampled_from(["ann", "ben"]), same=st.booleans())
    def is_attested(self, case: Case, who: str, name: str, *, same: bool) -> None:
        """Be seen by a member of staff."""
        attest.attest(
            self.stage.service,
            case.id,
            staff(who, Role.AGENT),
            issuer="UTO",
            kind="P",
            number=name,
            same_person=same,
            document_valid=True,
            old_enough=True,
            now=self.stage.now,
        )

    @rule(case=cases, name=st.sampled_from(["ann", "ben"]), fresh=st.booleans())
    def is_proven_by_chip(self, case: Case, name: str, *, fresh: bool) -> None:
        """Hold a chip, or a copy of one, to the reader."""
        asked = capture.ask(self.stage.service, case.id, now=self.stage.now)
        if isinstance(asked, Refused):
            return
        chip = {"DG1": name.encode()}
        if fresh:
            chip["AA"] = hashlib.sha256(for_chip(asked.nonce)).digest()
        attest.prove_by_chip(
            self.stage.service, case.id, chip, nonce=asked.nonce, now=self.stage.now
        )

    @rule(case=cases)
    def withdraws(self, case: Case) -> None:
        """Leave the case."""
        agree.withdraw(self.stage.service, case.id, actor=SYSTEM, now=self.stage.now)
        assert self.stage.service.desk.look(case.id, now=self.stage.now) is None

    # The holder ----------------------------------------------------------------------------------
    @rule(number=st.sampled_from(NUMBERS))
    def locks(self, number: str) -> None:
        """Lock a line."""
        hold_lines.lock(self.stage.service, number, actor=SYSTEM, now=self.stage.now)

    @rule(data=st.data(), agrees=st.booleans())
    def answers(self, data: st.DataObject, *, agrees: bool) -> None:
        """Use any link that was ever sent."""
        links = [secret for _, secret in self.stage.letters.delivered if secret is not None]
        if not links:
            return
        link = data.draw(st.sampled_from(links[-4:]))
        if "holder" in link:
            agree.answer_holder(self.stage.service, link, agrees=agrees, now=self.stage.now)
        else:
            agree.object_to(self.stage.service, link, now=self.stage.now)

    # Staff ---------------------------------------------------------------------------------------
    @rule(
        case=cases,
        who=st.sampled_from(["r-1", "r-2", "w-1", "agent"]),
        kind=st.sampled_from([VerdictKind.APPROVE, VerdictKind.APPROVE, VerdictKind.REFUSE]),
    )
    def is_reviewed(self, case: Case, who: str, kind: VerdictKind) -> None:
        """Look at a referred case and conclude."""
        reviewer = staff(who, Role.REVIEWER)
        before = self.stage.case(case)
        over = self.stage.now >= before.expires_at and before.status is Status.REFERRED
        reviewing.look_at(self.stage.service, case.id, reviewer, now=self.stage.now)
        found = reviewing.conclude(
            self.stage.service,
            case.id,
            reviewer,
            kind=kind,
            reason=REASONS_OF[kind][0],
            now=self.stage.now,
        )
        if isinstance(found, capture.Captured) and found.decision.outcome is Outcome.APPROVE:
            assert who not in {"agent", "w-1"} or before.handled_by is None
            assert not over, "a case was approved after its time"

    @rule(case=cases)
    def is_ordered_again(self, case: Case) -> None:
        """Send an order again that the network rejected."""
        issue.reorder(self.stage.service, case.id, actor=SYSTEM, now=self.stage.now)

    # The clock, the workers, the network ---------------------------------------------------------
    @rule(seconds=WAITS)
    def time_passes(self, seconds: int) -> None:
        """Let time pass, or set the clock back; then look at it."""
        self.stage.later(timedelta(seconds=seconds))
        issue.tick(self.stage.service, now=self.stage.now)

    @rule(many=st.integers(1, 6), name=st.sampled_from(["a", "b"]))
    def a_worker_works(self, many: int, name: str) -> None:
        """Handle some messages."""
        for _ in range(many):
            issue.deliver(self.stage.service, worker=name, now=self.stage.now)

    @rule(carried=st.booleans())
    def a_worker_dies(self, *, carried: bool) -> None:
        """Claim a message, perhaps have its order carried out, and never come back."""
        until = self.stage.now + issue.LEASE
        with self.store.begin() as tx:
            message = tx.claim(worker="dead", now=self.stage.now, lease_until=until)
            order = tx.order(message.subject) if message is not None else None
            if carried and message is not None:
                tx.begin_deed(message.id, worker="dead", now=self.stage.now)
        if carried and order is not None:
            self.network.carry_out(order)

    @rule(fault=st.sampled_from(Fault))
    def the_network_fails(self, fault: Fault) -> None:
        """Let the next order fail, before or after it was carried out."""
        self.network.fail_next(fault)

    @rule()
    def everything_goes_well(self) -> None:
        """Let all that is due happen."""
        self.stage.run()

    @rule()
    def what_is_over_is_deleted(self) -> None:
        """Delete what has outlived its time."""
        erase.prune(self.stage.service, now=self.stage.now)

    # What must hold ------------------------------------------------------------------------------
    @invariant()
    def all_holds(self) -> None:
        """Look after each step."""
        self.watch.look()


TestCases = Cases.TestCase
TestCases.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
