"""Referred cases: the reviewers' queue, what they may look at, their verdicts."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from lineproof.domain.case import Case, Kind, Route
from lineproof.domain.review import REASONS_OF, VerdictKind, VerdictReason
from lineproof.domain.script import Side
from lineproof.domain.shown_moment import Do, Prompt
from lineproof.domain.staff import Act, Staff
from lineproof.flow.claiming import Waiting, claim, page_of_queue, release, unclaimed
from lineproof.flow.refused import RefusalCode, Refused
from lineproof.flow.reviewing import conclude, look_at
from lineproof.web.api.decided import DecidedTold, decided
from lineproof.web.api.decisions import DecisionTold, decision_told, in_full
from lineproof.web.api.shapes import PROBLEMS, Asked, CaseId, Told
from lineproof.web.callers import SignedIn, must
from lineproof.web.context import Context, Ctx, Now
from lineproof.web.problems import Problem, refused

router = APIRouter(prefix="/v1/reviews", tags=["staff"], responses=PROBLEMS)

PictureName = Annotated[str, Path(pattern=r"^(portrait|live[a-z0-9-]{0,40})$")]

PICTURE: dict[str, Any] = {"content": {"image/jpeg": {}, "image/png": {}, "image/webp": {}}}


class WaitingTold(Told):
    """A case that waits for a reviewer; who it is about is seen by looking at it, on record."""

    id: str
    kind: Kind
    route: Route | None
    shop: str | None
    opened_at: datetime
    expires_at: datetime


class QueuedTold(WaitingTold):
    """A case in the queue, as the reviewer who asks sees it."""

    free: bool = Field(description="Whether this reviewer may take it now.")
    mine: bool = Field(description="Whether this reviewer has it.")
    claimed_until: datetime | None = Field(description="Until when somebody has it.")


class ClaimTold(Told):
    """A case that this reviewer has, and until when unless they conclude or give it back."""

    until: datetime


class QueueTold(Told):
    """A page of the queue."""

    cases: list[QueuedTold]
    next: str | None


class MomentTold(Told):
    """A moment of a script that the service chose: what was asked, and the picture of it."""

    do: Do = Field(description="What was asked; at `screen`, to look ahead at a colour.")
    side: Side | None = Field(description="The side of a turn, the person's own.")
    colour: str | None = Field(description="The screen's colour.")
    picture: str | None = Field(description="Its name under /pictures/; null: no frame came of it.")


class ReviewTold(Told):
    """What a reviewer may look at."""

    case: WaitingTold
    decisions: list[DecisionTold]
    pictures: list[str] = Field(description="Names of pictures under /pictures/.")
    asked: list[MomentTold] = Field(
        description="Of a script the moments that are shown, in its order; empty without one."
    )


class VerdictAsked(Asked):
    """What a reviewer concludes, and why, as a code."""

    kind: VerdictKind
    reason: VerdictReason = Field(
        description="A reason of its own verdict. "
        + " ".join(f"`{kind}`: {', '.join(reasons)}." for kind, reasons in REASONS_OF.items())
    )


@router.get("")
def list_reviews(
    person: SignedIn,
    ctx: Ctx,
    now: Now,
    after: Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> QueueTold:
    """List the cases that wait for a reviewer, the oldest first, and which of them are free."""
    must(person, Act.REVIEW)
    found = page_of_queue(ctx.service, person, after=after, now=now, limit=limit)
    return QueueTold(
        cases=[_queued(each, person) for each in found],
        next=found[-1].case.id if len(found) == limit else None,
    )


@router.post("/{case_id}/claim", status_code=201)
def take_case(case_id: CaseId, person: SignedIn, ctx: Ctx, now: Now) -> ClaimTold:
    """Take a case for ten minutes, so that two people do not do the same; again: keep it."""
    found = claim(ctx.service, case_id, person, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    _must_have(ctx, case_id, person, now)
    return ClaimTold(until=found.until)


@router.delete("/{case_id}/claim", status_code=204)
def give_case_back(case_id: CaseId, person: SignedIn, ctx: Ctx, now: Now) -> None:
    """Give a case back to the queue; where it is not this reviewer's, nothing happens."""
    must(person, Act.REVIEW)
    release(ctx.service, case_id, person, now=now)


@router.get("/{case_id}")
def read_review(case_id: CaseId, person: SignedIn, ctx: Ctx, now: Now) -> ReviewTold:
    """Look at a referred case that was taken. The look is on record before it is had."""
    _must_have(ctx, case_id, person, now)
    found = look_at(ctx.service, case_id, person, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return ReviewTold(
        case=_waiting(found.case),
        decisions=[decision_told(each, in_full) for each in found.decisions],
        pictures=sorted(found.pictures),
        asked=[_moment(each, found.pictures) for each in found.asked],
    )


@router.get(
    "/{case_id}/pictures/{name}", response_class=Response, responses={200: PICTURE, **PROBLEMS}
)
def read_picture(
    case_id: CaseId, name: PictureName, person: SignedIn, ctx: Ctx, now: Now
) -> Response:
    """Look at one picture. It is never stored on the way, and gone with the decision."""
    _must_have(ctx, case_id, person, now)
    found = look_at(ctx.service, case_id, person, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    if name not in found.pictures:
        raise Problem(RefusalCode.NOTHING_HELD, "No such picture is held, or no longer.")
    picture = found.pictures[name]
    return Response(picture, media_type=media_type(picture))


@router.post("/{case_id}/verdicts", status_code=201)
def add_verdict(
    case_id: CaseId, asked: VerdictAsked, person: SignedIn, ctx: Ctx, now: Now
) -> DecidedTold:
    """Conclude on a case that was taken and looked at; against what was found it takes two."""
    _must_have(ctx, case_id, person, now)
    found = conclude(ctx.service, case_id, person, kind=asked.kind, reason=asked.reason, now=now)
    return decided(ctx, found, now=now)


def media_type(picture: bytes) -> str:
    """Say what a stored picture is; anything else is given out as bytes that nobody shows."""
    if picture.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return "application/octet-stream"


def _must_have(ctx: Context, case_id: str, person: Staff, now: datetime) -> None:
    if why := unclaimed(ctx.service, case_id, person, now=now):
        raise refused(why)


def _queued(waiting: Waiting, person: Staff) -> QueuedTold:
    had = waiting.claim
    return QueuedTold(
        **_waiting(waiting.case).model_dump(),
        free=waiting.free(person),
        mine=had is not None and had.of(person),
        claimed_until=had.until if had is not None else None,
    )


def _moment(asked: Prompt, pictures: Container[str]) -> MomentTold:
    return MomentTold(
        do=asked.do,
        side=Side(asked.detail) if asked.do is Do.TURN else None,
        colour=asked.detail if asked.do is Do.SCREEN else None,
        picture=asked.name if asked.name in pictures else None,
    )


def _waiting(case: Case) -> WaitingTold:
    return WaitingTold(
        id=case.id,
        kind=case.kind,
        route=case.route,
        shop=case.handled_by.shop if case.handled_by is not None else None,
        opened_at=case.opened_at,
        expires_at=case.expires_at,
    )
