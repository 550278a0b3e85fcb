"""Moving a case: its new status, the entry in the log and the operator's event, all or nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lineproof.domain.audit import Actor, ActorKind, Deed
from lineproof.domain.case import FINAL, Status, move
from lineproof.domain.notice import Notice
from lineproof.domain.profile import Channel
from lineproof.domain.token import LIFE_OF, Token, token_hash
from lineproof.flow.fresh import new_id
from lineproof.storage_records import Message, Topic

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lineproof.domain.case import Case, Event
    from lineproof.domain.notice import NoticeKind
    from lineproof.domain.staff import Act
    from lineproof.domain.token import TokenUse
    from lineproof.ports import Hasher
    from lineproof.storage import Transaction

SUBSCRIBER = Actor(ActorKind.SUBSCRIBER, "")
HOLDER = Actor(ActorKind.HOLDER, "")
CLOCK = Actor(ActorKind.CLOCK, "")
NETWORK = Actor(ActorKind.NETWORK, "")


def moved(  # noqa: PLR0913 - one keyword for each fact of the move
    tx: Transaction,
    case: Case,
    event: Event,
    *,
    actor: Actor,
    now: datetime,
    details: Mapping[str, str] | None = None,
    **changes: Any,  # noqa: ANN401 - the fields of Case, which replace() checks
) -> Case:
    """Move a case and say so in the log and to the operator's system.

    Raises IllegalMove, and then nothing was changed, and Changed where another came first.
    """
    after = tx.change_case(replace(case, status=move(case.status, event), **changes))
    left = case.status is Status.REFERRED and after.status is not Status.REFERRED
    if left or after.status in FINAL or after.status is Status.APPROVED:
        # What was held for a reviewer ends with the decision, or where the person leaves for
        # another way (promise 2).
        tx.let_go(case.id)
    logged(tx, after, f"case_{event}", actor=actor, now=now, details=details)
    announce(tx, after, now=now)
    return after


def logged(  # noqa: PLR0913 - one keyword for each fact of the entry
    tx: Transaction,
    case: Case,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    details: Mapping[str, str] | None = None,
) -> None:
    """Write an entry about a case, with who handled it."""
    told = {"kind": str(case.kind), "status": str(case.status), **(details or {})}
    if case.handled_by is not None:
        by = case.handled_by
        told |= {"staff": by.staff, "shop": by.shop, "device": by.device}
    tx.log(Deed(actor=actor, action=action, case=case.id, details=told), at=now)


def announce(tx: Transaction, case: Case, *, now: datetime) -> None:
    """Tell the operator's system where the case stands."""
    tell(tx, case, f"case.{case.status}", operator=case.operator, now=now)


def tell(tx: Transaction, case: Case, event: str, *, operator: str, now: datetime) -> None:
    """Put an event for each of an operator's endpoints into the outbox."""
    for endpoint in tx.endpoints(operator):
        if endpoint.active:
            message = Message(
                id=new_id("msg", now),
                topic=Topic.EVENT,
                subject=case.id,
                body={
                    "endpoint": endpoint.id,
                    "type": event,
                    "kind": str(case.kind),
                    "status": str(case.status),
                    "at": now.isoformat(),
                },
                due_at=now,
                tries=0,
            )
            tx.send(message)


def was_viewed(tx: Transaction, case: Case, actor: Actor) -> bool:
    """Whether it is on record that somebody looked at this version of a case."""
    version = str(case.version)
    return any(
        entry.deed.action == "viewed"
        and entry.deed.actor == actor
        and entry.deed.details.get("version") == version
        for entry in tx.entries_of(case.id)
    )


def line_in_log(hasher: Hasher, msisdn: str) -> str:
    """Name a line in the log: for who knows its number, and nobody else."""
    return hasher.secret("line_in_log", msisdn)


def notify(  # noqa: PLR0913 - one keyword for each fact of the notice
    tx: Transaction,
    case: Case,
    kind: NoticeKind,
    *,
    addresses: Mapping[Channel, str],
    answer: TokenUse | None,
    hasher: Hasher,
    now: datetime,
) -> None:
    """Write a notice for each address; ``answer`` is what its reader may do with its secret.

    The secret itself is made again when the notice is sent: only its hash is kept.
    """
    for channel, address in addresses.items():
        notice = Notice(
            id=new_id("note", now),
            kind=kind,
            case=case.id,
            channel=channel,
            address=address,
            written_at=now,
            sent_at=None,
        )
        tx.add_notice(notice)
        if answer is not None:
            token = Token(
                hash=token_hash(hasher.secret(str(answer), notice.id)),
                use=answer,
                case=case.id,
                made_at=now,
                expires_at=now + LIFE_OF[answer],
                spent_at=None,
            )
            tx.add_token(token)
        message = Message(
            id=new_id("msg", now),
            topic=Topic.NOTICE,
            subject=notice.id,
            body={"answer": str(answer) if answer is not None else ""},
            due_at=now,
            tries=0,
        )
        tx.send(message)


def reachable(msisdn: str, second_channel: str | None) -> dict[Channel, str]:
    """Give the addresses of a line's holder."""
    addresses = {Channel.OLD_SIM: f"tel:+{msisdn}"}
    return addresses | (
        {Channel.SECOND_CHANNEL: second_channel} if second_channel is not None else {}
    )


def still_may(tx: Transaction, staff: str, act: Act) -> bool:
    """Whether who said something then may still say it: with their role their word goes as well.

    Nobody is ever taken out of the list of staff; of whom it does not know, it says nothing.
    """
    known = tx.staff(staff)
    return known is None or known.may(act)
