"""Captures: the question is asked, and answered once, by live pictures or by the chip."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from lineproof.domain.challenge import for_chip, for_script
from lineproof.domain.script import Screen, Script, Side, Variant, script
from lineproof.flow.attest import prove_by_chip
from lineproof.flow.capture import Captured, ask, capture
from lineproof.flow.refused import Refused
from lineproof.flow.signed_capture import Signed, register_key
from lineproof.flow.verify import MOST_FRAMES
from lineproof.web.api.next_step import VERDICT_OF, Verdict, change_of
from lineproof.web.api.sessions import OwnCase, own_case
from lineproof.web.api.shapes import PROBLEMS, Asked, Told
from lineproof.web.callers import OwnSession, Subscriber
from lineproof.web.context import Context, Ctx, Now
from lineproof.web.parts import Upload, form, invalid, upload_of
from lineproof.web.problems import refused

router = APIRouter(prefix="/v1/session", tags=["subscriber"], responses=PROBLEMS)

SIGNED = {"manifest": (0, 1), "signature": (0, 1), "film": (0, 1)}
"""What comes with the frames of a script; a film where the screen changes its colour."""
FRAMES = {"frame": (1, MOST_FRAMES)} | SIGNED
STATED = {"attestation": (0, 1)}
"""What an app may send beside a signed capture, and a page does not."""
CHIP = {"chip": (1, 20)}
NONCE = ("nonce",)


OfAPage = Literal[Variant.FULL, Variant.CALM, Variant.STILL, Variant.ASSISTED]
"""What a page can ask for: the last only after a member of staff confirmed (assistance)."""


class KeyAsked(Asked):
    """The public half of the key that the browser made for this session."""

    key: str = Field(
        pattern=r"^[A-Za-z0-9_-]{87}$",
        description="P-256: the uncompressed point (WebCrypto's raw), base64url.",
    )


class KeyTold(Told):
    """The key is bound to the session."""

    thumbprint: str = Field(description="RFC 7638; it stands in each manifest as key.")


class StepTold(Told):
    """One step of a script. What does not belong to it is null."""

    do: Literal["ahead", "screen", "turn", "approach"]
    start_ms: int = Field(description="Since the script began.")
    ms: int
    name: str | None = Field(description="Of a screen's colour.")
    rgb: tuple[int, int, int] | None = Field(description="sRGB, 0 to 255 each.")
    side: Side | None = Field(description="Of a turn: the person's own left or right.")


class ScriptTold(Told):
    """What the page asks of the person, from the first step to the last."""

    variant: Variant
    ms: int
    steps: list[StepTold]


class ChallengeTold(Told):
    """What a capture, or a chip, has to answer."""

    nonce: str = Field(description="Sent back with the capture, once.")
    chip_challenge: str = Field(description="8 bytes for the chip to sign, hexadecimal.")
    expires_at: datetime
    script: ScriptTold | None = Field(description="Null where no variant was asked for.")


class CaptureTold(Told):
    """What was decided, as the subscriber may know it: never how alike two faces are."""

    outcome: Verdict
    change: str | None = Field(
        description="The one thing to change before another try.",
        examples=["live_quality.sharpness"],
    )
    case: OwnCase


@router.post("/keys", status_code=201)
def bind_key(asked: KeyAsked, session: OwnSession, ctx: Ctx, now: Now) -> KeyTold:
    """Bind the key that signs this session's captures: one, and for good."""
    found = register_key(ctx.service, session, asked.key, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return KeyTold(thumbprint=found)


@router.post("/challenges", status_code=201)
def ask_for_capture(
    case: Subscriber, ctx: Ctx, now: Now, variant: OfAPage | None = None
) -> ChallengeTold:
    """Ask for one capture, or one answer of the chip; with a variant, for a script as well."""
    found = ask(ctx.service, case.id, variant=variant, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    asked = script(variant, for_script(found.nonce)) if variant is not None else None
    return ChallengeTold(
        nonce=found.nonce,
        chip_challenge=for_chip(found.nonce).hex(),
        expires_at=found.challenge.expires_at,
        script=script_told(asked) if asked is not None else None,
    )


@router.post("/captures", status_code=201, openapi_extra=form(FRAMES | STATED, NONCE))
def capture_face(
    case: Subscriber,
    session: OwnSession,
    upload: Annotated[Upload, Depends(upload_of(FRAMES | STATED, NONCE))],
    ctx: Ctx,
    now: Now,
) -> CaptureTold:
    """Decide whether the person in the pictures is the person on the document.

    Where a script was asked for, manifest and signature come with the frames, and where it has
    colours a film of their changes, at most 200 000 bytes, that the manifest tells of. An app may
    add what its platform states of it (attestation), which nobody needs and which approves nobody.
    """
    signed = signed_of(upload, session)
    with ctx.gate.place():
        found = capture(
            ctx.service,
            case.id,
            upload.pictures("frame"),
            nonce=upload.fields["nonce"],
            signed=signed,
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


def signed_of(upload: Upload, session: str) -> Signed | None:
    """Give the manifest and its signature; None where neither came. Raises Problem for one."""
    manifest, signature = upload.pictures("manifest"), upload.pictures("signature")
    film, stated = upload.pictures("film"), upload.pictures("attestation")
    if not (manifest or signature or film or stated):
        return None
    for name, found in (("manifest", manifest), ("signature", signature)):
        if not found:
            raise invalid(name, "missing")
    return Signed(
        session=session,
        manifest=manifest[0],
        signature=signature[0],
        film=film[0] if film else None,
        attestation=stated[0] if stated else None,
    )


def script_told(asked: Script) -> ScriptTold:
    """Write a script as a page receives it."""
    nothing = {"name": None, "rgb": None, "side": None}
    steps = [
        StepTold(
            **nothing
            | asdict(step)
            | {"do": type(step).__name__.lower()}
            | ({"rgb": step.rgb} if isinstance(step, Screen) else {})
        )
        for step in asked.steps
    ]
    return ScriptTold(variant=asked.variant, ms=asked.ms, steps=steps)
