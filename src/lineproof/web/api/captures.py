"""Captures: the question is asked, and answered once, by live pictures or by the chip."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from lineproof.domain.challenge import for_chip
from lineproof.flow.attest import prove_by_chip
from lineproof.flow.capture import Captured, ask, capture
from lineproof.flow.refused import Refused
from lineproof.flow.verify import MOST_FRAMES
from lineproof.web.api.next_step import VERDICT_OF, Verdict, change_of
from lineproof.web.api.sessions import OwnCase, own_case
from lineproof.web.api.shapes import PROBLEMS, Told
from lineproof.web.callers import Subscriber
from lineproof.web.context import Context, Ctx, Now
from lineproof.web.parts import Upload, form, upload_of
from lineproof.web.problems import refused

router = APIRouter(prefix="/v1/session", tags=["subscriber"], responses=PROBLEMS)

FRAMES = {"frame": (1, MOST_FRAMES)}
CHIP = {"chip": (1, 20)}
NONCE = ("nonce",)


class ChallengeTold(Told):
    """What a capture, or a chip, has to answer."""

    nonce: str = Field(description="Sent back with the capture, once.")
    chip_challenge: str = Field(description="8 bytes for the chip to sign, hexadecimal.")
    expires_at: datetime


class CaptureTold(Told):
    """What was decided, as the subscriber may know it: never how alike two faces are."""

    outcome: Verdict
    change: str | None = Field(
        description="The one thing to change before another try.",
        examples=["live_quality.sharpness"],
    )
    case: OwnCase


@router.post("/challenges", status_code=201)
def ask_for_capture(case: Subscriber, ctx: Ctx, now: Now) -> ChallengeTold:
    """Ask for one capture, or one answer of the chip."""
    found = ask(ctx.service, case.id, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return ChallengeTold(
        nonce=found.nonce,
        chip_challenge=for_chip(found.nonce).hex(),
        expires_at=found.challenge.expires_at,
    )


@router.post("/captures", status_code=201, openapi_extra=form(FRAMES, NONCE))
def capture_face(
    case: Subscriber,
    upload: Annotated[Upload, Depends(upload_of(FRAMES, NONCE))],
    ctx: Ctx,
    now: Now,
) -> CaptureTold:
    """Decide whether the person in the pictures is the person on the document."""
    with ctx.gate.place():
        found = capture(
            ctx.service,
            case.id,
            upload.pictures("frame"),
            nonce=upload.fields["nonce"],
            now=now,
        )
    return told(ctx, found, now=now)


@router.post("/chip-proofs", status_code=201, openapi_extra=form(CHIP, NONCE))
def prove(
    case: Subscriber,
    upload: Annotated[Upload, Depends(upload_of(CHIP, NONCE))],
    ctx: Ctx,
    now: Now,
) -> CaptureTold:
    """Decide on the document by its chip alone, which answered the challenge."""
    with ctx.gate.place():
        found = prove_by_chip(
            ctx.service, case.id, upload.chip(), nonce=upload.fields["nonce"], now=now
        )
    return told(ctx, found, now=now)


def told(ctx: Context, found: Captured | Refused, *, now: datetime) -> CaptureTold:
    """Say what was decided, and count it."""
    if isinstance(found, Refused):
        raise refused(found)
    ctx.tallies.decided(found.case, found.decision, now=now)
    return CaptureTold(
        outcome=VERDICT_OF[found.decision.outcome],
        change=change_of(found.decision),
        case=own_case(ctx, found.case, now=now),
    )
