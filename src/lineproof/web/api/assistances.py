"""Assistance: a member of staff confirms by their passkey that the person is before them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from lineproof.domain.assistance import WORDS, Assistance
from lineproof.domain.staff import Staff
from lineproof.flow.assist import confirm, may_assist
from lineproof.flow.refused import Refused
from lineproof.texts.read_text import assistance_words
from lineproof.web.api.shapes import PROBLEMS, Asked, CaseId, Told
from lineproof.web.callers import SignedIn
from lineproof.web.context import Context, Ctx, Now
from lineproof.web.problems import refused
from lineproof.web.sign_in.ceremony import Ceremony
from lineproof.web.sign_in.confirming import Sentence, begin_confirmation, confirmed
from lineproof.web.sign_in.sign_in_refused import SignInRefused, Stopped
from lineproof.web.sign_in.staff_route import Answered, StoppingRoute

router = APIRouter(
    prefix="/v1/cases", tags=["staff"], responses=PROBLEMS, route_class=StoppingRoute
)


class WordsAsked(Asked):
    """In which language the member of staff reads what they confirm."""

    language: str = Field(default="en", pattern=r"^[a-z]{2}$", examples=["en"])


class WordsTold(Told):
    """The words, and what the browser needs for navigator.credentials.get()."""

    words: str = Field(description="Shown as they are: the passkey signs these.")
    options: dict[str, Any]
    state: str = Field(description="Sent back with the credential, once, within five minutes.")


class AssistanceTold(Told):
    """The word stands."""

    until: datetime = Field(description="It serves one capture that begins before.")


@router.post("/{case_id}/assistance/options")
def assistance_options(
    case_id: CaseId, asked: WordsAsked, person: SignedIn, ctx: Ctx, now: Now
) -> WordsTold:
    """Begin to confirm, for the face check of a case of your shop, that you see the person."""
    found = asked_to_confirm(ctx, case_id, person, language=asked.language, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    words, ceremony = found
    return WordsTold(words=words, options=dict(ceremony.options), state=ceremony.state)


@router.post("/{case_id}/assistance", status_code=201)
def assist(
    case_id: CaseId, answered: Answered, person: SignedIn, ctx: Ctx, now: Now
) -> AssistanceTold:
    """Confirm it by your passkey, for this case and these words."""
    found = word_of(ctx, case_id, person, answered, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return AssistanceTold(until=found.until)


def asked_to_confirm(
    ctx: Context, case_id: str, person: Staff, *, language: str, now: datetime
) -> tuple[str, Ceremony] | Refused:
    """Give the words and the ceremony. Raises Stopped where the member has no passkey."""
    case = may_assist(ctx.service, case_id, person, now=now)
    if isinstance(case, Refused):
        return case
    words, code = assistance_words(language)
    sentence = Sentence(case=case.id, version=WORDS, language=code, words=words)
    ceremony = begin_confirmation(ctx.door, person, sentence)
    if isinstance(ceremony, SignInRefused):
        raise Stopped(ceremony)
    return words, ceremony


def word_of(
    ctx: Context, case_id: str, person: Staff, answered: Answered, *, now: datetime
) -> Assistance | Refused:
    """Take a word whose passkey holds. Raises Stopped where it does not."""
    case = may_assist(ctx.service, case_id, person, now=now)
    if isinstance(case, Refused):
        return case
    credential = answered.credential.model_dump(exclude_none=True)
    found = confirmed(ctx.door, person, answered.state, credential, case=case.id, version=WORDS)
    if isinstance(found, SignInRefused):
        raise Stopped(found)
    return confirm(ctx.service, case.id, person, language=found, now=now)
