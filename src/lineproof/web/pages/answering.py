"""The page of a notice's link, ``/answer#SECRET``: what was asked, and two plain answers.

The secret stands after the ``#`` and is posted once; a cookie holds it from then on, as a case's
session is held. Opening the link answers nothing: telephones and mail programs open links by
themselves.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from lineproof.flow.agree import answer_holder, object_to
from lineproof.flow.asked_about import Asking, open_question, question_of
from lineproof.web.callers import stranger
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.languages import Speaking
from lineproof.web.pages.page_route import PageRoute
from lineproof.web.pages.page_session import check_form, check_site, form_token
from lineproof.web.pages.rendering import HEADERS, lead, page

COOKIE = "__Host-answer"

KEPT_FOR = timedelta(minutes=30)

router = APIRouter(
    prefix="/answer",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[Depends(stranger)],
)


class Says(StrEnum):
    """What the reader of a notice may say."""

    OBJECT = "object"
    NOTHING = "nothing"
    """It was me: no word is needed, and none is taken."""
    AGREE = "agree"
    DECLINE = "decline"


@router.get("")
def arrive(request: Request, language: Speaking, wrong: str = "") -> Response:
    """Show the page that opens a notice's link."""
    return page(request, language, "answer_arrive.html", wrong=wrong == "code")


@router.post("/open")
def open_link(
    request: Request,
    ctx: Ctx,
    now: Now,
    client_secret: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Keep the secret in this browser and show what it asks."""
    # Nobody else's page puts its own question into this browser.
    check_site(request)
    found = client_secret.strip().rpartition("#")[2]
    if not found:
        return RedirectResponse("/answer?wrong=code", status_code=303, headers=HEADERS)
    answer = lead(request, "/answer/question")
    if open_question(ctx.service, found, now=now).asking is Asking.OVER:
        # What is no secret of ours is not kept, so that no cookie holds what somebody pasted.
        answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
        return answer
    life = int(KEPT_FOR.total_seconds())
    answer.set_cookie(COOKIE, found, max_age=life, secure=True, httponly=True, samesite="strict")
    return answer


@router.get("/question")
def ask(request: Request, language: Speaking, ctx: Ctx, now: Now) -> Response:
    """Show the question, or what was answered."""
    secret = request.cookies.get(COOKIE, "")
    question = question_of(ctx.service, secret, now=now)
    return page(
        request,
        language,
        "answer.html",
        question=question,
        form=form_token(secret),
        waits=question.goes_on_at is not None and question.goes_on_at > now,
    )


@router.post("/say")
def say(
    request: Request,
    ctx: Ctx,
    now: Now,
    form: Annotated[str, Form(max_length=64)],
    says: Annotated[Says, Form()],
) -> Response:
    """Take the answer. A refusal is no error here: the page says how the question stands."""
    secret = request.cookies.get(COOKIE, "")
    check_form(request, session=secret, token=form)
    if says is Says.NOTHING:
        return lead(request, "/answer/nothing")
    if says is Says.OBJECT:
        object_to(ctx.service, secret, now=now)
    else:
        answer_holder(ctx.service, secret, agrees=says is Says.AGREE, now=now)
    return lead(request, "/answer/question")


@router.get("/nothing")
def nothing(request: Request, language: Speaking) -> Response:
    """Say that nothing was done, and what can still be done."""
    return page(request, language, "answer_nothing.html")
