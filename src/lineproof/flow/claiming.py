"""Who looks at a referred case just now, so that two reviewers do not do the same work.

A claim is an entry in the log: every replica sees it, it ends by itself, and who had the case, and
when, stays on record. It hands work out; who may conclude is not its business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lineproof.domain.audit import Actor, ActorKind
from lineproof.domain.case import Case, Status
from lineproof.domain.review import hands_in, same
from lineproof.domain.staff import Act
from lineproof.flow.assist import helpers
from lineproof.flow.moving import logged, still_may
from lineproof.flow.refused import UNKNOWN, RefusalCode, Refused
from lineproof.flow.reviewing import barred, referral_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineproof.domain.staff import Staff
    from lineproof.ports import Service
    from lineproof.storage import Transaction

LIFE = timedelta(minutes=10)
CLAIMED, RELEASED = "review_claimed", "review_released"

_CONCLUDED = Refused(
    RefusalCode.OWN_CASE, "You have concluded on this case. Somebody else must look as well."
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who has a case, and until when unless they conclude or give it back."""

    staff: str
    until: datetime

    def of(self, staff: Staff) -> bool:
        """Whether it is this member's."""
        return same(self.staff) == same(staff.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A referred case in the queue, as one reviewer sees it."""

    case: Case
    claim: Claim | None
    own: bool
    """Whether this reviewer had a hand in it, and so may not review it."""
    concluded: bool
    """Whether this reviewer has concluded on it already, and another one must look."""

    def free(self, staff: Staff) -> bool:
        """Whether this reviewer may take it now."""
        taken = self.claim is not None and not self.claim.of(staff)
        return not (self.own or self.concluded or taken)


def queue(service: Service, staff: Staff, *, now: datetime, limit: int) -> Sequence[Waiting]:
    """Give the cases that wait for a reviewer, the oldest first, without a look at any of them."""
    found = page_of_queue(service, staff, after="", now=now, limit=limit)
    return [each for each in found if now < each.case.expires_at]


def page_of_queue(
    service: Service, staff: Staff, *, after: str, now: datetime, limit: int
) -> Sequence[Waiting]:
    """Give referred cases by id, after an id, and those whose time is just over with them."""
    if not staff.may(Act.REVIEW):
        return ()
    waiting = frozenset({Status.REFERRED})
    with service.store.read() as tx:
        found = tx.cases(operator=None, statuses=waiting, after=after, limit=limit)
        return [_waiting(tx, case, staff, now) for case in found]


def claim(service: Service, case_id: str, staff: Staff, *, now: datetime) -> Claim | Refused:
    """Take a case for ten minutes; give who has it: somebody else where they were first.

    Who has it has it for ten minutes from now: nobody's work is lost for being slow (WCAG 2.2.1).
    """
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := barred(tx, case, staff, now):
            return refused
        if _concluded(tx, case, staff):
            return _CONCLUDED
        had = holder(tx, case.id, now=now)
        if had is not None and not had.of(staff):
            return had
        taken = Claim(staff.id, now + LIFE)
        actor = Actor(ActorKind.STAFF, staff.id)
        told = {"until": taken.until.isoformat()}
        logged(tx, case, CLAIMED, actor=actor, now=now, details=told)
        return taken


def release(service: Service, case_id: str, staff: Staff, *, now: datetime) -> None:
    """Give a case back to the queue, where this member has it."""
    with service.store.begin() as tx:
        case = tx.case(case_id)
        had = holder(tx, case_id, now=now)
        if case is not None and had is not None and had.of(staff):
            logged(tx, case, RELEASED, actor=Actor(ActorKind.STAFF, staff.id), now=now)


def has(service: Service, case_id: str, staff: Staff, *, now: datetime) -> Claim | None:
    """Give this member's claim on a case, while it holds."""
    with service.store.read() as tx:
        had = holder(tx, case_id, now=now)
    return had if had is not None and had.of(staff) else None


def unclaimed(service: Service, case_id: str, staff: Staff, *, now: datetime) -> Refused | None:
    """Say that this member may not work on a case now, for they have not taken it."""
    with service.store.read() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := barred(tx, case, staff, now):
            return refused
        had = holder(tx, case_id, now=now)
    if had is None:
        sentence = "You do not have this case. Take it first; it is yours for ten minutes."
        return Refused(RefusalCode.CLAIM_MISSING, sentence, about="free")
    if not had.of(staff):
        sentence = "Another reviewer has this case. Take another, or wait until they are done."
        return Refused(RefusalCode.CLAIM_MISSING, sentence, about="taken")
    return None


def holder(tx: Transaction, case_id: str, *, now: datetime) -> Claim | None:
    """Give who has a case: the last claim, unless it ended, was given back, or was concluded on."""
    for entry in reversed(tx.entries_of(case_id)):
        deed = entry.deed
        if deed.action == RELEASED:
            return None
        if deed.action == CLAIMED:
            found = Claim(deed.actor.id, datetime.fromisoformat(deed.details["until"]))
            concluded = any(
                same(verdict.staff) == same(found.staff) and verdict.at >= entry.at
                for verdict in tx.verdicts(case_id)
            )
            over = concluded or now >= found.until
            return None if over or not still_may(tx, found.staff, Act.REVIEW) else found
    return None


def _waiting(tx: Transaction, case: Case, staff: Staff, now: datetime) -> Waiting:
    hands = hands_in(case.handled_by, tx.witnesses(case.id), helpers(tx, case))
    return Waiting(
        case=case,
        claim=holder(tx, case.id, now=now),
        own=same(staff.id) in hands,
        concluded=_concluded(tx, case, staff),
    )


def _concluded(tx: Transaction, case: Case, staff: Staff) -> bool:
    """Whether this reviewer has given their verdict on the referral as it stands."""
    referral = referral_of(tx.decisions(case.id))
    return any(
        same(verdict.staff) == same(staff.id) and verdict.decision == referral.id
        for verdict in tx.verdicts(case.id)
    )
