"""Consents: nothing opens the camera but the subscriber's own word."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from lineproof.domain.consent import Purpose
from lineproof.flow.agree import consent
from lineproof.flow.refused import Refused
from lineproof.web.api.sessions import OwnCase, own_case
from lineproof.web.api.shapes import PROBLEMS, Asked
from lineproof.web.callers import Subscriber
from lineproof.web.context import Ctx, Now
from lineproof.web.problems import refused

router = APIRouter(prefix="/v1/session/consents", tags=["subscriber"], responses=PROBLEMS)


class ConsentAsked(Asked):
    """For what, to which text, in which language."""

    purpose: Purpose
    text_version: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2026-12"])
    language: str = Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", examples=["en"])


@router.post("", status_code=201)
def give_consent(asked: ConsentAsked, case: Subscriber, ctx: Ctx, now: Now) -> OwnCase:
    """Consent to one purpose; the face check's opens the camera."""
    found = consent(
        ctx.service,
        case.id,
        purpose=asked.purpose,
        text_version=asked.text_version,
        language=asked.language,
        now=now,
    )
    if isinstance(found, Refused):
        raise refused(found)
    return own_case(ctx, found, now=now)
