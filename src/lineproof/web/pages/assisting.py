"""The counter's help with a face check: what the page's script asks and answers with a passkey."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from lineproof.domain.staff import Act
from lineproof.flow.refused import Refused
from lineproof.web.api.assistances import asked_to_confirm, word_of
from lineproof.web.api.shapes import CaseId
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.counter_pages import COUNTER
from lineproof.web.pages.languages import Speaking
from lineproof.web.pages.rendering import HEADERS
from lineproof.web.pages.staff_visit import Staffed, StaffRoute, kept, staff_lead
from lineproof.web.sign_in.sign_in_refused import Stopped
from lineproof.web.sign_in.staff_route import Answered

router = APIRouter(prefix="/staff/counter", include_in_schema=False, route_class=StaffRoute)


class PageWords(BaseModel):
    """The token of the page's forms."""

    model_config = ConfigDict(extra="forbid")

    form: str


class PageAnswered(Answered):
    """The passkey's answer, with the token of the page's forms."""

    form: str


@router.post("/cases/{case_id}/assistance/options")
def ask_passkey_for_word(
    asked: PageWords,
    request: Request,
    language: Speaking,
    visit: Staffed,
    ctx: Ctx,
    now: Now,
    case_id: CaseId,
) -> Response:
    """Ask for a passkey of whoever is signed in; where nothing can be confirmed, show the case."""
    visit.check(request, asked.form)
    visit.must(Act.ASSIST)
    try:
        found = asked_to_confirm(ctx, case_id, visit.staff, language=language.code, now=now)
    except Stopped as stopped:
        return _not_proven(stopped)
    if isinstance(found, Refused):
        return staff_lead(request, f"{COUNTER}/cases/{case_id}", visit)
    _, ceremony = found
    told = {"options": ceremony.options, "state": ceremony.state}
    return kept(JSONResponse(told, headers=HEADERS), visit)


@router.post("/cases/{case_id}/assistance")
def take_word(
    answered: PageAnswered, request: Request, visit: Staffed, ctx: Ctx, now: Now, case_id: CaseId
) -> Response:
    """Take the word, and show the case, which says that it stands, or why nothing can now."""
    visit.check(request, answered.form)
    visit.must(Act.ASSIST)
    try:
        word_of(ctx, case_id, visit.staff, answered, now=now)
    except Stopped as stopped:
        return _not_proven(stopped)
    return staff_lead(request, f"{COUNTER}/cases/{case_id}", visit)


def _not_proven(stopped: Stopped) -> Response:
    refused = stopped.refused
    return JSONResponse({"code": refused.code}, status_code=refused.status, headers=HEADERS)
