"""Clients that bring a case to its end from wherever it stands, as often as they are started.

What a client knows it reads from the service: so the same client, started again after a crash,
repeats the request that was not answered.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from lineproof.domain.case import FINAL, Case, Kind, Status
from lineproof.domain.challenge import nonce_hash
from lineproof.domain.notice import NoticeKind
from lineproof.domain.profile import Channel
from lineproof.domain.reason import ReasonCode
from lineproof.domain.review import VerdictKind, VerdictReason
from lineproof.domain.sim import Sim
from lineproof.domain.staff import Role
from lineproof.flow import agree, capture, issue, reviewing
from tests.flow.stage import Stage, staff
from tests.regime import sim_for

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.flow.refused import Refused
    from lineproof.storage import Store

FIRST, SECOND = (
    Sim("8949000000000000301", "001010000000301"),
    Sim("8949000000000000302", "001010000000302"),
)
LINE, NEW_NUMBER = "15550001", "15550002"
MOST_STEPS = 60
"""A client that needs more is stuck."""

EXPECTED = {
    Kind.NEW_LINE: (NEW_NUMBER, sim_for(SECOND, NEW_NUMBER), "ann"),
    Kind.SIM_REPLACEMENT: (LINE, SECOND, "ann"),
    Kind.TRANSFER: (LINE, FIRST, "ben"),
    Kind.RECHECK: (LINE, FIRST, "ann"),
}
"""For each scenario the line that its case is about, and the SIM and holder it has in the end."""


@dataclass(slots=True)
class Client:
    """Everybody who has a part in one case, and what they were told."""

    scene: Stage
    kind: Kind
    told: int
    """A file's descriptor: what is written there was acknowledged, and outlives the process."""

    def run(self) -> Case:
        """Bring the case to its end; AssertionError where it stands still."""
        for _ in range(MOST_STEPS):
            case = self._find() or self._opened()
            if case.status in FINAL and self._nothing_waits():
                return case
            self._step(case)
        msg = f"{self.kind} stands still"
        raise AssertionError(msg)

    def _find(self) -> Case | None:
        with self.scene.service.store.read() as tx:
            all_cases = tx.cases(operator="op", statuses=frozenset(), after="", limit=10)
        # The first case is the one by which the line was opened.
        mine = [case for case in all_cases[1:] if case.kind is self.kind]
        assert len(mine) <= 1
        return mine[0] if mine else None

    def _opened(self) -> Case:
        msisdn, _, _ = EXPECTED[self.kind]
        sim = SECOND if self.kind in {Kind.NEW_LINE, Kind.SIM_REPLACEMENT} else None
        return self._heard(self.scene.open(self.kind, msisdn, sim=sim))

    def _nothing_waits(self) -> bool:
        with self.scene.service.store.read() as tx:
            return not any(tx.depth().values())

    def _step(self, case: Case) -> None:
        """Do what the one does who acts next."""
        steps = {
            Status.AWAITING_HOLDER: self._holder_agrees,
            Status.OPENED: self._consents,
            Status.CAPTURING: self._captures,
            Status.REFERRED: self._reviewed,
            Status.APPROVED: self._waits,
        }
        steps.get(case.status, self._works)(case)

    def _consents(self, case: Case) -> None:
        self._heard(self.scene.consented(case))

    def _captures(self, case: Case) -> None:
        _, _, name = EXPECTED[self.kind]
        # The subscriber does not know whether the server still has the document: it is shown again.
        self.scene.shown(case, name)
        nonce = self.scene.asked(case)
        self._tell(f"filmed {nonce_hash(nonce)} {name}")
        found = capture.capture(
            self.scene.service, case.id, [f"face:{name}".encode()], nonce=nonce, now=self.scene.now
        )
        assert isinstance(found, capture.Captured), found
        self._decided(found)

    def _holder_agrees(self, case: Case) -> None:
        self._works(case)
        secret = self._secret(case, NoticeKind.HOLDER_ASKED, "holder")
        if secret is not None:
            found = agree.answer_holder(self.scene.service, secret, agrees=True, now=self.scene.now)
            self._heard(found)

    def _waits(self, case: Case) -> None:
        """Object once to a SIM's replacement; else let time pass."""
        self._works(case)
        secret = self._secret(case, NoticeKind.CHANGE_ASKED, "objection")
        if self.kind is Kind.SIM_REPLACEMENT and secret and not self._objected(case):
            self._heard(agree.object_to(self.scene.service, secret, now=self.scene.now))
            return
        self.scene.later(timedelta(hours=1))
        issue.tick(self.scene.service, now=self.scene.now)

    def _reviewed(self, case: Case) -> None:
        for name in ("r-1", "r-2"):
            reviewer = staff(name, Role.REVIEWER)
            reviewing.look_at(self.scene.service, case.id, reviewer, now=self.scene.now)
            found = reviewing.conclude(
                self.scene.service,
                case.id,
                reviewer,
                kind=VerdictKind.APPROVE,
                reason=VerdictReason.HOLDER_CONFIRMED,
                now=self.scene.now,
            )
            if isinstance(found, capture.Captured):
                self._decided(found)

    def _works(self, case: Case) -> None:
        """Let a worker handle what waits. Its time moves on, so that a dead one's lease ends."""
        del case
        while issue.deliver(self.scene.service, worker=f"w-{os.getpid()}", now=self.scene.now):
            pass
        self.scene.later(timedelta(seconds=20))

    def _objected(self, case: Case) -> bool:
        with self.scene.service.store.read() as tx:
            codes = {why.code for kept in tx.decisions(case.id) for why in kept.decision.reasons}
        return ReasonCode.OBJECTED in codes

    def _secret(self, case: Case, kind: NoticeKind, use: str) -> str | None:
        """Give what the holder got, once it was sent."""
        with self.scene.service.store.read() as tx:
            notes = [note for note in tx.notices(case.id) if note.kind is kind and note.sent_at]
        # The second channel may be told without being asked.
        sent = [note for note in notes if note.channel is Channel.OLD_SIM]
        return self.scene.service.hasher.secret(use, sent[-1].id) if sent else None

    # What was acknowledged ------------------------------------------------------------------------
    def _heard(self, found: Case | Refused) -> Case:
        assert isinstance(found, Case), found
        self._tell(f"case {found.id} {found.version}")
        return found

    def _decided(self, found: capture.Captured) -> None:
        self._tell(f"decided {found.case.id} {found.decision.outcome}")
        self._heard(found.case)

    def _tell(self, line: str) -> None:
        os.write(self.told, f"{line}\n".encode())


def last_moment(store: Store) -> datetime:
    """Give the time of the log's last entry: no earlier does a restarted process come back."""
    with store.read() as tx:
        return tx.entries(after=0, limit=10_000)[-1].at
