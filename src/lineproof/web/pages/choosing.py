"""The subscriber's choices: the face check or another way, consent, stopping."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from lineproof.domain.case import Kind, Route, Status
from lineproof.domain.consent import Purpose
from lineproof.flow.agree import consent, take_other_way, withdraw
from lineproof.flow.apply import session_case
from lineproof.flow.moving import SUBSCRIBER
from lineproof.web.api.next_step import NextStep
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.consent_text import NEWEST, shown_text
from lineproof.web.pages.languages import Speaking
from lineproof.web.pages.page_route import PageRoute
from lineproof.web.pages.page_session import Visiting, drop_session
from lineproof.web.pages.rendering import lead, page
from lineproof.web.pages.steps import CASE, step_of

router = APIRouter(prefix="/c", include_in_schema=False, route_class=PageRoute)

Token = Annotated[str, Form(max_length=64)]

MAY_CONSENT = {NextStep.CONSENT_OR_OTHER_WAY, NextStep.SEE_STAFF, NextStep.READ_CHIP}
MAY_CHOOSE = {
    NextStep.CONSENT_OR_OTHER_WAY,
    NextStep.SHOW_DOCUMENT,
    NextStep.SHOW_FACE,
    NextStep.WAIT_FOR_REVIEWER,
}


@router.get("/start")
def start(request: Request, language: Speaking, visit: Visiting) -> Response:
    """Say what happens and why, and offer both ways alike."""
    if visit.case.status is not Status.OPENED:
        return lead(request, CASE)
    return page(request, language, "start.html", case=visit.case)


@router.get("/consent")
def ask_consent(
    request: Request, language: Speaking, visit: Visiting, ctx: Ctx, now: Now
) -> Response:
    """Show the text and ask."""
    if step_of(ctx, visit.case, now=now) not in MAY_CONSENT:
        return lead(request, CASE)
    text, text_language = shown_text(Purpose.FACE_CHECK, language)
    return page(
        request,
        language,
        "consent.html",
        case=visit.case,
        form=visit.form,
        text=text,
        text_language=text_language,
    )


@router.post("/consent")
def give_consent(
    request: Request,
    visit: Visiting,
    ctx: Ctx,
    now: Now,
    form: Token,
    text_language: Annotated[str, Form(max_length=8)],
) -> Response:
    """Record the consent, to the text in the language in which it was shown."""
    visit.check(request, form)
    purpose = Purpose.FACE_CHECK
    # Where it is refused the case stands elsewhere by now, and that page says so.
    consent(
        ctx.service,
        visit.case.id,
        purpose=purpose,
        text_version=NEWEST[purpose],
        language=text_language,
        now=now,
    )
    return lead(request, CASE)


@router.get("/other-way")
def other_way(
    request: Request, language: Speaking, visit: Visiting, ctx: Ctx, now: Now
) -> Response:
    """Offer the other ways, or say what to do on the one that was taken."""
    case = visit.case
    step = step_of(ctx, case, now=now)
    if step in {NextStep.SEE_STAFF, NextStep.READ_CHIP}:
        part = "chip" if step is NextStep.READ_CHIP else "person"
        others = sorted(ctx.service.profile.alternatives - {case.route})
        return page(
            request,
            language,
            "on_other_way.html",
            case=case,
            part=part,
            form=visit.form,
            # Whose chip cannot be read goes to people, without a face check between.
            ways=others if part == "chip" else [],
        )
    if step not in MAY_CHOOSE:
        return lead(request, CASE)
    # In person first: it asks nothing of a telephone and nothing of a document's chip.
    ways = sorted(ctx.service.profile.alternatives, reverse=True)
    return page(request, language, "other_way.html", case=case, form=visit.form, ways=ways)


@router.post("/other-way")
def take_way(
    request: Request,
    visit: Visiting,
    ctx: Ctx,
    now: Now,
    form: Token,
    route: Annotated[Route, Form()],
) -> Response:
    """Leave the face check for another way."""
    visit.check(request, form)
    take_other_way(ctx.service, visit.case.id, route, actor=SUBSCRIBER, now=now)
    return lead(request, CASE)


@router.get("/leave")
def ask_leave(request: Request, language: Speaking, visit: Visiting) -> Response:
    """Ask whether to stop."""
    return page(request, language, "leave.html", case=visit.case, form=visit.form)


@router.post("/leave")
def leave(request: Request, visit: Visiting, ctx: Ctx, now: Now, form: Token) -> Response:
    """Withdraw: the case stops and what is held is deleted."""
    visit.check(request, form)
    withdraw(ctx.service, visit.case.id, actor=SUBSCRIBER, now=now)
    if session_case(ctx.service, visit.session, now=now) is not None:
        return lead(request, CASE)
    # A re-check is not over by leaving: its deadline stays, and the page says so.
    asked = "?recheck=1" if visit.case.kind is Kind.RECHECK else ""
    answer = lead(request, f"/c/left{asked}")
    drop_session(answer)
    return answer


@router.get("/left")
def left(request: Request, language: Speaking, *, recheck: bool = False) -> Response:
    """Say that the request has ended, or what stays of a re-check."""
    return page(request, language, "left.html", recheck=recheck)
