"""What happens after a decision without anybody asking: waits end, cases expire, orders go out.

Each crash is answered by the outbox: what was committed to be done is tried again under the same id
until it was confirmed, and confirming is one commit with what it changes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lineproof.domain.audit import Actor, ActorKind, Deed
from lineproof.domain.case import Case, Event, IllegalMove, Kind, Status
from lineproof.domain.line import ANNOUNCED, CHANGES_A_LINE, Line, LineStatus, hindered
from lineproof.domain.notice import NoticeKind
from lineproof.domain.order import ORDER_OF, Done, OrderKind, Rejected
from lineproof.domain.reason import Reason, ReasonCode, refusal
from lineproof.domain.retry import MOST_TRIES, delay
from lineproof.flow.fresh import new_id
from lineproof.flow.moving import CLOCK, NETWORK, logged, moved, notify, reachable
from lineproof.flow.refused import UNKNOWN, Refused, forbidden_by, not_now
from lineproof.flow.settle import consequence, place, record, refer, send_order, standing
from lineproof.ports import GONE, Unavailable
from lineproof.storage import Changed
from lineproof.storage_records import Message, Topic

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.domain.order import Order
    from lineproof.ports import Service
    from lineproof.storage import Transaction
    from lineproof.storage_records import Endpoint


LEASE = timedelta(seconds=60)
"""A worker has this long to handle a message before another one may."""

MOST_DUE = 100
"""Cases that one look at the clock moves on."""

LOOK_AGAIN = timedelta(seconds=10)
"""After this it is looked again whether an approved case can go on that could not."""


def tick(service: Service, *, now: datetime) -> int:
    """Move on what the clock moves: give the number of cases that were."""
    with service.store.read() as tx:
        due = tx.due(now=now, limit=MOST_DUE)
    return sum(_ripen(service, case_id, now) for case_id in due)


def _ripen(service: Service, case_id: str, now: datetime) -> bool:
    try:
        with service.store.begin() as tx:
            case = tx.case(case_id)
            if case is None:
                return False
            if case.status is Status.APPROVED:
                return _release(tx, service, case, now)
            return now >= case.expires_at and _expire(tx, service, case, now)
    except Changed:
        # Somebody else moved it in this moment; the next look finds it as it is then.
        return False


def _release(tx: Transaction, service: Service, case: Case, now: datetime) -> bool:
    """Order what was approved, unless the line's facts forbid it by now."""
    if case.not_before is None or now < case.not_before:
        return False
    # The holder may have locked the line, or another case may have changed it, since the approval.
    reasons = hindered(standing(tx, service, case, now=now), service.profile)
    if reasons:
        _forbid(tx, case, reasons, now)
        return True
    if tx.line_busy(case.msisdn, besides=case.id):
        # Another order for the line is with the network: what it does to the line comes first.
        return _wait(tx, case, until=now + LOOK_AGAIN)
    announced = _announced(tx, service, case, now) if case.kind in ANNOUNCED else now
    if announced is not None and announced > now:
        return _wait(tx, case, until=announced)
    if announced is None:
        why, life = Reason(ReasonCode.NOTICE_IMPOSSIBLE), service.profile.case_life
        refer(tx, case, why, event=Event.REFERRED, actor=CLOCK, now=now, life=life)
    else:
        place(tx, service, case, actor=CLOCK, now=now)
    return True


def _forbid(tx: Transaction, case: Case, reasons: tuple[Reason, ...], now: datetime) -> None:
    """Refuse what was approved, by what stands about its line now.

    Not by settle(): whose re-check comes here has passed it, and its consequence must not follow.
    """
    kept = record(case, refusal(*reasons), now=now)
    tx.add_decision(kept)
    told = {"decision": kept.id, "reasons": " ".join(str(reason) for reason in reasons)}
    moved(tx, case, Event.REFUSED, actor=CLOCK, now=now, details=told)


def _wait(tx: Transaction, case: Case, *, until: datetime) -> bool:
    """Let a case wait behind those that can go on, so that it keeps no other from its turn."""
    tx.change_case(replace(case, not_before=until))
    return False


def _announced(tx: Transaction, service: Service, case: Case, now: datetime) -> datetime | None:
    """Say when a change has been announced for long enough; None where it cannot be.

    The holder's time to object begins when they are told. Otherwise whoever keeps the messenger
    busy for as long as the window takes the line unseen.
    """
    profile = service.profile
    written = [each for each in tx.notices(case.id) if each.kind is NoticeKind.CHANGE_ASKED]
    # Another approval, after an objection, announces the change anew.
    last = max((each.written_at for each in written), default=now)
    must = [each for each in written if each.written_at == last and each.channel in profile.notices]
    sent = [each.sent_at for each in must if each.sent_at is not None]
    if len(sent) == len(must):
        return max(sent) + profile.objection_window if sent else now
    return now + LOOK_AGAIN if now < last + profile.case_life else None


def _expire(tx: Transaction, service: Service, case: Case, now: datetime) -> bool:
    try:
        after = moved(tx, case, Event.EXPIRED, actor=CLOCK, now=now)
    except IllegalMove:
        return False
    service.desk.clear(case.id)
    if case.kind is Kind.RECHECK:
        consequence(tx, service, after, now=now)
    return True


def deliver(service: Service, *, worker: str, now: datetime) -> bool:
    """Handle one message of the outbox; False where none waits.

    Each claim has a name of its own: a worker that wakes up after its lease has lost the message,
    also to itself.
    """
    worker = f"{worker}/{new_id('lease', now)}"
    with service.store.begin() as tx:
        message = tx.claim(worker=worker, now=now, lease_until=now + LEASE)
    if message is None:
        return False
    # A crash here, or anywhere before the message is taken out, lets the lease end: somebody else
    # handles the message then, and whoever it goes to knows its id.
    try:
        if message.topic is Topic.ORDER:
            _carry_out(service, message, worker, now)
        elif message.topic is Topic.NOTICE:
            _send_notice(service, message, worker, now)
        else:
            _announce(service, message, worker, now)
    except Unavailable as unavailable:
        _later(service, message, worker, now, unavailable.code)
    except Exception:
        # A fault of ours counts as a try as well, so that the message is given up in the end and
        # keeps no other from its turn; whoever runs this worker says what it was.
        _later(service, message, worker, now, "internal_fault")
        raise
    return True


def _carry_out(service: Service, message: Message, worker: str, now: datetime) -> None:
    with service.store.begin() as tx:
        # Who has lost the lease stops here, before the network hears of it a second time.
        if not tx.begin_deed(message.id, worker=worker, now=now):
            return
        order = tx.order(message.subject)
        if order is not None and not message.begun and _stopped(tx, service, order, now):
            if order.kind is OrderKind.HOLD_SMS:
                # Whether the change itself has begun is asked when its own turn comes.
                until = now + LOOK_AGAIN
                tx.postpone(message.id, worker=worker, due_at=until, code="change_stopped")
            else:
                tx.handled(message.id, worker=worker)
            return
        needless = _needless(tx, order) if order is not None else ""
    if order is None:
        _later(service, message, worker, now, "order_unknown", last=True)
        return
    # A crash here: it counts as done from now on, until the network says what it knows of the id.
    answer = Rejected(needless, "") if needless else service.operator.carry_out(order)
    # A crash here: the network has done it and we do not know. The order goes out again with the
    # same id, the network finds it done, and this commit follows then.
    with service.store.begin() as tx:
        if not tx.handled(message.id, worker=worker):
            return
        case = tx.case(order.case)
        if case is not None:
            _confirm(tx, service, case, order, answer, now)


def _stopped(tx: Transaction, service: Service, order: Order, now: datetime) -> bool:
    """Whether the line's facts forbid an order of which the network has not heard: then it ends.

    The holder may have locked the line, or said that it is not theirs, since it was ordered.
    """
    case = tx.case(order.case)
    if case is None or case.status is not Status.ORDERED:
        return False
    main = order.kind is ORDER_OF.get(case.kind)
    if not main and order.kind is not OrderKind.HOLD_SMS:
        return False
    reasons = hindered(standing(tx, service, case, now=now), service.profile)
    if reasons and main:
        _forbid(tx, case, reasons, now)
    return bool(reasons)


def _confirm(  # noqa: PLR0913, PLR0917 - the facts of one answer
    tx: Transaction,
    service: Service,
    case: Case,
    order: Order,
    answer: Done | Rejected,
    now: datetime,
) -> None:
    """Write what the network answered into case and line, in the commit that ends the message."""
    main = order.kind is ORDER_OF.get(case.kind)
    told = {"order": order.id, "order_kind": str(order.kind)}
    if isinstance(answer, Rejected):
        told["code"] = answer.code
        if main and case.status is Status.ORDERED:
            moved(tx, case, Event.ORDER_REJECTED, actor=NETWORK, now=now, details=told)
        else:
            logged(tx, case, "order_rejected", actor=NETWORK, now=now, details=told)
        return
    line = tx.line(order.msisdn)
    if not main:
        if line is not None and order.kind in STATUS_OF:
            tx.change_line(replace(line, status=STATUS_OF[order.kind]))
        if _over(tx, order):
            # The re-check was passed while the network barred the line: it gets its service back.
            back = replace(order, id=new_id("ord", now), kind=OrderKind.RESTORE)
            send_order(tx, back, authority=f"{order.id}/restore", now=now)
        logged(tx, case, "order_done", actor=NETWORK, now=now, details=told)
        return
    _change_line(tx, case, order, line, now)
    if line is not None and case.kind in CHANGES_A_LINE:
        notify(
            tx,
            case,
            NoticeKind.CHANGED,
            addresses=reachable(line.msisdn, line.second_channel),
            answer=None,
            hasher=service.hasher,
            now=now,
        )
    moved(tx, case, Event.ISSUED, actor=NETWORK, now=now, details=told)


def _over(tx: Transaction, order: Order) -> bool:
    """Whether an order is a re-check's consequence, and a later re-check was passed by now."""
    consequences = {OrderKind.BAR_OUTGOING, OrderKind.SUSPEND}
    return order.kind in consequences and tx.rechecked_since(order.msisdn, order.case)


def _needless(tx: Transaction, order: Order) -> str:
    """Give the code of why an order is not sent any more; empty where it is."""
    case = tx.case(order.case)
    if order.kind is OrderKind.HOLD_SMS and case is not None and case.status is Status.REFUSED:
        return "change_stopped"
    return "passed_since" if _over(tx, order) else ""


STATUS_OF = {
    OrderKind.BAR_OUTGOING: LineStatus.BARRED,
    OrderKind.SUSPEND: LineStatus.SUSPENDED,
    OrderKind.RESTORE: LineStatus.ACTIVE,
}
"""What a line is after an order that changes neither SIM nor holder."""


def _change_line(
    tx: Transaction, case: Case, order: Order, line: Line | None, now: datetime
) -> None:
    if case.person is None or (line is None and order.sim is None):
        # No approval leads here without a person, and no new line without a SIM.
        msg = f"case {case.id} was ordered without a person or a SIM"
        raise RuntimeError(msg)
    if line is None and order.sim is not None:
        new = Line(
            msisdn=case.msisdn,
            operator=case.operator,
            sim=order.sim,
            holder=case.person,
            status=LineStatus.ACTIVE,
            locked=False,
            version=1,
            opened_at=now,
            changed_at=now,
            second_channel=case.second_channel,
        )
        tx.add_line(new)
    elif line is not None:
        after = replace(line, sim=order.sim or line.sim, changed_at=now)
        if case.kind is Kind.TRANSFER:
            after = replace(after, holder=case.person, second_channel=case.second_channel)
        tx.change_line(after)


def _send_notice(service: Service, message: Message, worker: str, now: datetime) -> None:
    with service.store.read() as tx:
        notice = tx.notice(message.subject)
    if notice is not None:
        answer = message.body.get("answer")
        secret = service.hasher.secret(answer, notice.id) if answer else None
        # A crash after this sends the notice twice, which is better than not at all.
        service.messenger.deliver(notice, secret=secret)
    with service.store.begin() as tx:
        if tx.handled(message.id, worker=worker) and notice is not None:
            tx.mark_sent(notice.id, now=now)


def _announce(service: Service, message: Message, worker: str, now: datetime) -> None:
    with service.store.read() as tx:
        endpoint = tx.endpoint(message.body["endpoint"])
    gone = endpoint is not None and endpoint.gone_at is not None
    if endpoint is not None and endpoint.active:
        body = {**message.body, "case": message.subject}
        try:
            service.announcer.announce(endpoint, event_id=message.id, body=body)
        except Unavailable as unavailable:
            gone = unavailable.code == GONE and _switched_off(service, endpoint, now)
            if not gone:
                raise
    if gone:
        # Its system may switch it on again; until then the event can be replayed, and is not tried.
        _later(service, message, worker, now, GONE, last=True)
        return
    with service.store.begin() as tx:
        tx.handled(message.id, worker=worker)


def _switched_off(service: Service, endpoint: Endpoint, now: datetime) -> bool:
    """Switch off an endpoint that answered 410; False where its system changed it meanwhile."""
    with service.store.begin() as tx:
        there = tx.endpoint(endpoint.id)
        if there != endpoint:
            return there is not None and there.gone_at is not None
        tx.put_endpoint(replace(there, active=False, gone_at=now))
        actor, told = Actor(ActorKind.SYSTEM, endpoint.client), {"endpoint": endpoint.id}
        tx.log(Deed(actor=actor, action="endpoint_gone", case="", details=told), at=now)
    return True


def _later(  # noqa: PLR0913 - the facts of one try
    service: Service,
    message: Message,
    worker: str,
    now: datetime,
    code: str,
    *,
    last: bool = False,
) -> None:
    """Try again after a while, or give the message up where it may be replayed by hand."""
    tries = message.tries + 1
    with service.store.begin() as tx:
        if last or tries >= MOST_TRIES:
            tx.bury(message.id, worker=worker, now=now, code=code)
        else:
            due_at = now + delay(tries, message.id)
            tx.postpone(message.id, worker=worker, due_at=due_at, code=code)


def reorder(service: Service, case_id: str, *, actor: Actor, now: datetime) -> Case | Refused:
    """Send the order of a case again that the network rejected: the same order, the same id."""
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if case.status is not Status.UNFULFILLED:
            return not_now(case.status)
        # The holder may have locked the line since it was ordered first.
        if reasons := hindered(standing(tx, service, case, now=now), service.profile):
            return forbidden_by(reasons)
        order = next(o for o in tx.orders(case.id) if o.kind is ORDER_OF.get(case.kind))
        message = Message(
            id=new_id("msg", now), topic=Topic.ORDER, subject=order.id, body={}, due_at=now, tries=0
        )
        tx.send(message)
        told = {"order": order.id}
        return moved(tx, case, Event.ORDERED, actor=actor, now=now, details=told)
