"""Referred cases: what a reviewer sees, and what follows from a verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineproof.domain.audit import Actor, ActorKind
from lineproof.domain.case import Case, Status
from lineproof.domain.case_policy import decide_by_review
from lineproof.domain.evidence import ReviewEvidence
from lineproof.domain.reason import Outcome, Reason, ReasonCode
from lineproof.domain.review import (
    REASONS_OF,
    Verdict,
    VerdictKind,
    VerdictReason,
    goes_with,
    hands_in,
    same,
)
from lineproof.domain.shown_moment import read_name
from lineproof.domain.staff import Act
from lineproof.flow.assist import helpers
from lineproof.flow.capture import Captured
from lineproof.flow.moving import logged, still_may
from lineproof.flow.refused import UNKNOWN, RefusalCode, Refused, not_now
from lineproof.flow.settle import record, settle, standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lineproof.domain.shown_moment import Prompt
    from lineproof.domain.staff import Staff
    from lineproof.ports import Service
    from lineproof.storage import Transaction
    from lineproof.storage_records import DecisionRecord, HeldItem


LOOKED = "review"
"""Why a case was viewed, in the log."""

NOT_LOOKED = Refused(
    RefusalCode.LOOK_MISSING,
    "You have not looked at this case since it was referred. Open it, look, then conclude.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a reviewer may look at while the case is open."""

    case: Case
    decisions: Sequence[DecisionRecord]
    pictures: Mapping[str, bytes] = field(repr=False)
    """By name, unsealed in memory; empty where nothing is held."""
    asked: Sequence[Prompt]
    """What a script asked at the moments that are shown, in order; of one that no frame came of
    there is no picture."""


def look_at(service: Service, case_id: str, staff: Staff, *, now: datetime) -> Opinion | Refused:
    """Show a referred case to a reviewer. The look is in the log before it is had."""
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := barred(tx, case, staff, now):
            return refused
        # Opened for the count alone: nothing is given out before the entry is committed.
        opened = _opened(service, tx.held(case.id, now=now))
        pictures = {name: content for name, content in opened.items() if content}
        actor = Actor(ActorKind.STAFF, staff.id)
        decisions = tx.decisions(case.id)
        told = {
            "pictures": str(len(pictures)),
            "why": LOOKED,
            "referral": referral_of(decisions).id,
        }
        logged(tx, case, "viewed", actor=actor, now=now, details=told)
    asked = [prompt for name in opened if (prompt := read_name(name)) is not None]
    return Opinion(case=case, decisions=decisions, pictures=pictures, asked=asked)


def _opened(service: Service, held: Sequence[HeldItem]) -> Mapping[str, bytes]:
    """Open what is held, by name; what does not open is left out."""
    opened: dict[str, bytes] = {}
    for item in held:
        context = f"{item.case}/{item.name}"
        content = service.sealer.unseal(item.envelope, purpose="review", context=context)
        if content is not None:
            opened[item.name] = content
    return opened


def conclude(  # noqa: PLR0913 - one keyword for each fact of the verdict
    service: Service,
    case_id: str,
    staff: Staff,
    *,
    kind: VerdictKind,
    reason: VerdictReason,
    now: datetime,
) -> Captured | Refused:
    """Take a reviewer's verdict; an approval against what was found waits for a second one."""
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := barred(tx, case, staff, now):
            return refused
        referral = referral_of(tx.decisions(case.id))
        if not has_looked(tx, case, staff, referral):
            return NOT_LOOKED
        if not goes_with(kind, reason):
            return _mismatched(kind)
        verdict = Verdict(
            case=case.id, decision=referral.id, staff=staff.id, kind=kind, reason=reason, at=now
        )
        tx.add_verdict(verdict)
        verdicts = tuple(
            each
            for each in tx.verdicts(case.id)
            if each.decision == referral.id and still_may(tx, each.staff, Act.REVIEW)
        )
        evidence = ReviewEvidence(
            referred_for=referral.decision.reasons,
            verdicts=verdicts,
            handled_by=case.handled_by,
            witnesses=tuple(tx.witnesses(case.id)),
            assisted_by=helpers(tx, case),
        )
        decision = decide_by_review(evidence, standing(tx, service, case, now=now), service.profile)
        kept = record(
            case,
            decision,
            decided_by=tuple(each.staff for each in verdicts),
            now=now,
        )
        actor = Actor(ActorKind.STAFF, staff.id)
        return Captured(case=settle(tx, service, case, kept, actor=actor), decision=decision)


def _mismatched(kind: VerdictKind) -> Refused:
    """Refuse a verdict whose reason speaks for the other one; say which reasons it can have."""
    sentence = f"Nobody can {kind} for this reason. Give one of: {', '.join(REASONS_OF[kind])}."
    return Refused(RefusalCode.REASON_MISMATCHED, sentence, about=kind)


def barred(tx: Transaction, case: Case, staff: Staff, now: datetime) -> Refused | None:
    """Say why this member of staff may not review this case."""
    if not staff.may(Act.REVIEW):
        return Refused(RefusalCode.NOT_ALLOWED, "Your role reviews no cases.")
    if case.status is not Status.REFERRED or now >= case.expires_at:
        return not_now(case.status)
    if same(staff.id) in hands_in(case.handled_by, tx.witnesses(case.id), helpers(tx, case)):
        sentence = "You had a hand in this case. Somebody else must review it."
        return Refused(RefusalCode.OWN_CASE, sentence)
    return None


def has_looked(tx: Transaction, case: Case, staff: Staff, referral: DecisionRecord) -> bool:
    """Whether it is on record that this reviewer looked at the case as this decision left it."""
    return any(
        entry.deed.action == "viewed"
        and entry.deed.actor.kind is ActorKind.STAFF
        and same(entry.deed.actor.id) == same(staff.id)
        and entry.deed.details.get("referral") == referral.id
        for entry in tx.entries_of(case.id)
    )


def referral_of(decisions: Sequence[DecisionRecord]) -> DecisionRecord:
    """Give the decision that referred the case; waiting for a second reviewer is none."""
    waits = Reason(ReasonCode.SECOND_REVIEWER_MISSING)
    return next(
        kept
        for kept in reversed(decisions)
        if kept.decision.outcome is Outcome.REFER and waits not in kept.decision.reasons
    )
