"""What follows a decision: its record, the case's move, notices, the order; in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lineproof.domain.case import Event, Kind, Route, Status
from lineproof.domain.line import (
    ANNOUNCED,
    CHANGES_A_LINE,
    NEEDS_A_LINE,
    LineStatus,
    Standing,
    earliest,
)
from lineproof.domain.notice import NoticeKind
from lineproof.domain.order import ORDER_OF, Order, OrderKind
from lineproof.domain.reason import Decision, Outcome, Reason, ReasonCode, referral
from lineproof.domain.token import TokenUse
from lineproof.flow.fresh import new_id
from lineproof.flow.moving import moved, notify, reachable
from lineproof.storage_records import DecisionRecord, Message, Topic

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from lineproof.domain.audit import Actor
    from lineproof.domain.case import Case
    from lineproof.domain.line import Line
    from lineproof.ports import Service, Versions
    from lineproof.storage import Transaction

ON_ITS_WAY = frozenset({Status.APPROVED, Status.ORDERED, Status.UNFULFILLED})
"""Where a case has a claim on its SIM before all others: of two that name it, the first decided."""

EVENT_OF = {
    Outcome.APPROVE: Event.APPROVED,
    Outcome.RETRY: Event.RETRIED,
    Outcome.REFER: Event.REFERRED,
    Outcome.REFUSE: Event.REFUSED,
}
"""What a decision does to a case."""


def standing(tx: Transaction, service: Service, case: Case, *, now: datetime) -> Standing:
    """Give what stands about the case's line and person; both stay locked until the commit."""
    line = tx.line(case.msisdn)
    held = tried = 0
    if case.person is not None:
        tx.lock_person(case.person)
        held = tx.lines_held(case.person, besides=case.id)
        if case.route is Route.FACE:
            window = service.profile.attempts_window
            tried = tx.attempts(case.person, since=now - window)
    channels = reachable(line.msisdn, line.second_channel) if line is not None else {}
    return Standing(
        kind=case.kind,
        line=line,
        person=case.person,
        lines_held=held,
        attempts=tried,
        # A transfer leaves its first status only by the holder's own answer.
        holder_agreed=case.kind is Kind.TRANSFER,
        channels=frozenset(channels),
        asked_at=case.opened_at,
        now=now,
        sim_taken=case.sim is not None
        and tx.sim_taken(case.sim, msisdn=case.msisdn, statuses=ON_ITS_WAY),
    )


def record(  # noqa: PLR0913 - one keyword for each fact of the record
    case: Case,
    decision: Decision,
    *,
    now: datetime,
    authority: str | None = None,
    band: str = "",
    versions: Versions | None = None,
    platform: str = "",
    decided_by: tuple[str, ...] = (),
) -> DecisionRecord:
    """Give what stays of a decision; ``authority`` None makes the decision its own.

    ``band`` and ``versions`` are of a comparison, ``platform`` what one said of the app, and
    ``decided_by`` names the people who decided: what there was nothing of is left out.
    """
    decision_id = new_id("dec", now)
    made_with = (
        {name: getattr(versions, name) for name in versions.__slots__}
        if versions is not None
        else {}
    )
    if platform:
        made_with["attestation"] = platform
    return DecisionRecord(
        id=decision_id,
        case=case.id,
        route=str(case.route or ""),
        attempt=case.attempts,
        decision=decision,
        band=band,
        versions={**made_with, "policy": case.profile},
        authority=authority or decision_id,
        decided_by=decided_by,
        decided_at=now,
    )


def settle(
    tx: Transaction, service: Service, case: Case, kept: DecisionRecord, *, actor: Actor
) -> Case:
    """Keep a decision and do what follows from it."""
    now, decision = kept.decided_at, kept.decision
    tx.add_decision(kept)
    told = {
        "decision": kept.id,
        "outcome": str(decision.outcome),
        "reasons": " ".join(str(reason) for reason in decision.reasons),
        "route": kept.route,
        "attempt": str(kept.attempt),
        "policy": case.profile,
    }
    if "attestation" in kept.versions:
        told["attestation"] = kept.versions["attestation"]
    event = EVENT_OF[decision.outcome]
    if event is not Event.RETRIED and case.status is not Status.CAPTURING:
        # A decision by another way ends the document's time on the desk as well. The face check
        # clears it after its commit: where that is lost, the document need not be shown again.
        service.desk.clear(case.id)
    if event is not Event.APPROVED:
        after = moved(tx, case, event, actor=actor, now=now, details=told)
        if event is Event.REFUSED and case.kind is Kind.RECHECK:
            consequence(tx, service, after, now=now)
        return after
    due = earliest(case.kind, service.profile, now=now)
    case = moved(tx, case, event, actor=actor, now=now, details=told, not_before=due)
    if case.kind in ANNOUNCED:
        _announce_change(tx, service, case, now)
    # A change waits for its notices even where there is no window: the clock looks for them.
    ready = due <= now and case.kind not in ANNOUNCED
    ready = ready and not tx.line_busy(case.msisdn, besides=case.id)
    return place(tx, service, case, actor=actor, now=now) if ready else case


def refer(  # noqa: PLR0913 - one keyword for each fact of the referral
    tx: Transaction,
    case: Case,
    *reasons: Reason,
    event: Event,
    actor: Actor,
    now: datetime,
    life: timedelta,
) -> Case:
    """Hand an approved case to a reviewer after all, with a decision that says why.

    The reviewer has ``life`` from now: a case that waited long does not end by an objection.
    """
    kept = record(case, referral(*reasons), now=now)
    tx.add_decision(kept)
    told = {"decision": kept.id, "reasons": " ".join(str(reason) for reason in reasons)}
    until = max(case.expires_at, now + life)
    return moved(
        tx, case, event, actor=actor, now=now, details=told, not_before=None, expires_at=until
    )


def place(tx: Transaction, service: Service, case: Case, *, actor: Actor, now: datetime) -> Case:
    """Write the order of an approved case whose time has come, and hand it to the outbox.

    commit(ordered) -> operator.carry_out(order) -> commit(issued). A crash after the first commit
    leaves the message in the outbox, and it is sent again under the same id.
    """
    line = tx.line(case.msisdn)
    kind = ORDER_OF.get(case.kind)
    if kind is None:
        return _done_here(tx, service, case, line, actor=actor, now=now)
    authority = _authority(tx, case)
    wait = service.profile.sms_hold
    if case.kind in CHANGES_A_LINE and wait:
        hold = _order(case, OrderKind.HOLD_SMS, line, now)
        hold = replace(hold, sim=None, until=(now + wait).isoformat())
        send_order(tx, hold, authority=f"{authority}/sms", now=now)
    order = _order(case, kind, line, now)
    send_order(tx, order, authority=authority, now=now)
    return moved(tx, case, Event.ORDERED, actor=actor, now=now, details={"order": order.id})


def consequence(tx: Transaction, service: Service, case: Case, *, now: datetime) -> None:
    """Ask the network for what the profile says follows a re-check that was not passed."""
    # The two consequences that ask for something are named as their orders are.
    if service.profile.recheck_consequence.value not in set(OrderKind):
        return
    kind = OrderKind(service.profile.recheck_consequence.value)
    # It names the number only: whatever SIM the line has by then is meant.
    order = _order(case, kind, None, now)
    send_order(tx, order, authority=f"{case.id}/consequence", now=now)


def send_order(tx: Transaction, order: Order, *, authority: str, now: datetime) -> None:
    """Keep an order and put it into the outbox."""
    tx.add_order(order, authority=authority)
    message = Message(
        id=new_id("msg", now), topic=Topic.ORDER, subject=order.id, body={}, due_at=now, tries=0
    )
    tx.send(message)


def _done_here(  # noqa: PLR0913 - one keyword for each fact of the end
    tx: Transaction,
    service: Service,
    case: Case,
    line: Line | None,
    *,
    actor: Actor,
    now: datetime,
) -> Case:
    """Finish a case that changes nothing in the network, but may give a line its service back."""
    if line is not None and case.kind is Kind.LOCK_RELEASE:
        tx.change_line(replace(line, locked=False))
        # Whoever takes the lock away first is heard of before the line goes.
        notify(
            tx,
            case,
            NoticeKind.LOCK_RELEASED,
            addresses=reachable(line.msisdn, line.second_channel),
            answer=None,
            hasher=service.hasher,
            now=now,
        )
    if line is not None and case.kind is Kind.RECHECK and line.status is not LineStatus.ACTIVE:
        order = _order(case, OrderKind.RESTORE, None, now)
        send_order(tx, order, authority=_authority(tx, case), now=now)
    return moved(tx, case, Event.ISSUED, actor=actor, now=now)


def _announce_change(tx: Transaction, service: Service, case: Case, now: datetime) -> None:
    line = tx.line(case.msisdn)
    objected = Reason(ReasonCode.OBJECTED)
    weighed = any(objected in kept.decision.reasons for kept in tx.decisions(case.id))
    if weighed:
        # Two reviewers approved against an objection. Whoever stole the old SIM has had a say.
        tx.spend_tokens(case.id, uses=frozenset({TokenUse.OBJECTION}), now=now)
    notify(
        tx,
        case,
        NoticeKind.CHANGE_ASKED,
        # A number that comes from elsewhere is told where it is served until then.
        addresses=reachable(case.msisdn, line.second_channel if line is not None else None),
        answer=None if weighed else TokenUse.OBJECTION,
        hasher=service.hasher,
        now=now,
    )


def _authority(tx: Transaction, case: Case) -> str:
    """Give what the approval rests on: the challenge that was answered, or the decision itself."""
    approving = [kept for kept in tx.decisions(case.id) if kept.decision.outcome is Outcome.APPROVE]
    return approving[-1].authority


def _order(case: Case, kind: OrderKind, line: Line | None, now: datetime) -> Order:
    known = case.kind in NEEDS_A_LINE and line is not None
    return Order(
        id=new_id("ord", now),
        kind=kind,
        case=case.id,
        msisdn=case.msisdn,
        sim=case.sim,
        old_sim=line.sim if known and line is not None else None,
        until=None,
    )
