"""Notices: which went out, and the answers of those who got them."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field, StrictBool

from lineproof.domain.case import Case
from lineproof.domain.notice import NoticeKind
from lineproof.domain.profile import Channel
from lineproof.flow.agree import answer_holder, object_to
from lineproof.flow.refused import Refused
from lineproof.flow.viewing import notices_of
from lineproof.web.api.shapes import PROBLEMS, Asked, CaseId, Told
from lineproof.web.callers import Anybody, System
from lineproof.web.context import Ctx, Now
from lineproof.web.problems import refused

router = APIRouter(prefix="/v1", tags=["notices"], responses=PROBLEMS)

SECRET = r"^[A-Za-z0-9_.-]+$"  # noqa: S105 - a form, not a secret


class NoticeTold(Told):
    """One notice; not where it went."""

    id: str
    kind: NoticeKind
    channel: Channel
    written_at: datetime
    sent_at: datetime | None


class NoticesTold(Told):
    """A case's notices, in order."""

    notices: list[NoticeTold]


class HolderSays(Asked):
    """The holder's answer to a transfer."""

    secret: str = Field(
        min_length=20, max_length=100, pattern=SECRET, description="From the notice."
    )
    agrees: StrictBool


class ObjectionSays(Asked):
    """The holder's objection to a change."""

    secret: str = Field(
        min_length=20, max_length=100, pattern=SECRET, description="From the notice."
    )


class Taken(Told):
    """The answer was taken."""

    taken: bool = True


@router.get("/cases/{case_id}/notices")
def list_notices(case_id: CaseId, client: System, ctx: Ctx, now: Now) -> NoticesTold:
    """List a case's notices and when each was sent."""
    found = notices_of(ctx.service, case_id, client.id, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    notices = [
        NoticeTold(
            id=each.id,
            kind=each.kind,
            channel=each.channel,
            written_at=each.written_at,
            sent_at=each.sent_at,
        )
        for each in found
    ]
    return NoticesTold(notices=notices)


@router.post("/answers/holder", status_code=201, dependencies=[Anybody])
def answer_as_holder(asked: HolderSays, ctx: Ctx, now: Now) -> Taken:
    """Agree to a transfer, or decline it, with the secret that the line itself got."""
    return _taken(answer_holder(ctx.service, asked.secret, agrees=asked.agrees, now=now))


@router.post("/answers/objection", status_code=201, dependencies=[Anybody])
def answer_with_objection(asked: ObjectionSays, ctx: Ctx, now: Now) -> Taken:
    """Object to a change that waits; a person looks before anything happens."""
    return _taken(object_to(ctx.service, asked.secret, now=now))


def _taken(found: Case | Refused) -> Taken:
    if isinstance(found, Refused):
        raise refused(found)
    return Taken()
