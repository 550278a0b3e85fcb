"""The outbox: what waits, what was given up, and sending it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from lineproof.domain.audit import Deed
from lineproof.domain.staff import Act
from lineproof.flow.issue import reorder
from lineproof.flow.refused import Refused
from lineproof.storage_records import Topic
from lineproof.web.api.shapes import ID, PROBLEMS, CaseId, Told
from lineproof.web.callers import SignedIn, must
from lineproof.web.context import Ctx, Now
from lineproof.web.problems import Problem, WebCode, refused

router = APIRouter(prefix="/v1", tags=["staff"], responses=PROBLEMS)

MessageId = Annotated[str, Path(pattern=rf"^msg{ID}", max_length=36)]


class OutboxTold(Told):
    """How many messages wait."""

    waiting: dict[str, int]


class DeadTold(Told):
    """A message that was given up."""

    id: str
    topic: Topic
    subject: str = Field(description="The id of the order or the notice, or of the case.")
    code: str = Field(description="Why the last try failed.")
    tries: int
    died_at: datetime


class DeadListTold(Told):
    """A page of messages that were given up."""

    messages: list[DeadTold]
    next: str | None


class AgainTold(Told):
    """It goes out again."""

    again: bool = True


@router.get("/outbox")
def read_outbox(person: SignedIn, ctx: Ctx) -> OutboxTold:
    """Count what waits."""
    must(person, Act.MANAGE_OUTBOX)
    with ctx.service.store.read() as tx:
        return OutboxTold(waiting={str(topic): count for topic, count in tx.depth().items()})


@router.get("/outbox/dead")
def list_dead(
    person: SignedIn,
    ctx: Ctx,
    after: Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeadListTold:
    """List what was given up."""
    must(person, Act.MANAGE_OUTBOX)
    with ctx.service.store.read() as tx:
        found = tx.buried(after=after, limit=limit)
    messages = [
        DeadTold(
            id=each.message.id,
            topic=each.message.topic,
            subject=each.message.subject,
            code=each.code,
            tries=each.message.tries,
            died_at=each.died_at,
        )
        for each in found
    ]
    return DeadListTold(
        messages=messages, next=found[-1].message.id if len(found) == limit else None
    )


@router.post("/outbox/dead/{message_id}/replay", status_code=201)
def replay_message(message_id: MessageId, person: SignedIn, ctx: Ctx, now: Now) -> AgainTold:
    """Send again what was given up; an order keeps its id, so nothing is done twice."""
    actor = must(person, Act.MANAGE_OUTBOX)
    with ctx.service.store.begin() as tx:
        if not tx.replay(message_id, now=now):
            raise Problem(WebCode.MESSAGE_UNKNOWN, "There is no such message among the given up.")
        told = {"message": message_id}
        tx.log(Deed(actor=actor, action="message_replayed", case="", details=told), at=now)
    return AgainTold()


@router.post("/cases/{case_id}/orders/replay", status_code=201)
def replay_order(case_id: CaseId, person: SignedIn, ctx: Ctx, now: Now) -> AgainTold:
    """Send the order of a case again that the network rejected, under the same id."""
    actor = must(person, Act.MANAGE_OUTBOX)
    found = reorder(ctx.service, case_id, actor=actor, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return AgainTold()
