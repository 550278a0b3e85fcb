"""How staff come in: by a passkey, by a link that makes one, and out again."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse

from lineproof.domain.staff import Role
from lineproof.web.callers import stranger
from lineproof.web.context import Ctx
from lineproof.web.pages.languages import Speaking
from lineproof.web.pages.page_route import PageProblem
from lineproof.web.pages.page_session import check_site
from lineproof.web.pages.rendering import HEADERS, lead, page
from lineproof.web.pages.staff_visit import (
    SIGN_IN,
    Staffed,
    StaffRoute,
    drop_staff,
    keep_staff,
    staff_lead,
    staff_page,
)
from lineproof.web.sign_in.sign_in_refused import SignInRefused
from lineproof.web.sign_in.staff_route import Answered
from lineproof.web.sign_in.staff_session import sign_in, sign_out, unsafe_dev_sign_in

if TYPE_CHECKING:
    from lineproof.web.sign_in.staff_session import Session

router = APIRouter(prefix="/staff", include_in_schema=False, route_class=StaffRoute)
unsafe_router = APIRouter(prefix="/staff", include_in_schema=False, route_class=StaffRoute)
"""Of the development login: part of the application only where it was asked for."""
nowhere = APIRouter(prefix="/staff", include_in_schema=False, route_class=StaffRoute)
"""Comes last: whatever no other page is."""

Anybody = Depends(stranger)
Token = Annotated[str, Form(max_length=64)]

HOME_OF = {Role.AGENT: "/staff/counter", Role.REVIEWER: "/staff/reviews"}
"""Where a role's work is; the others begin at a page of links."""


@router.get("")
def home(request: Request, language: Speaking, visit: Staffed) -> Response:
    """Lead to the work of whoever is signed in."""
    path = HOME_OF.get(visit.staff.role)
    if path is not None:
        return staff_lead(request, path, visit)
    return staff_page(request, language, "staff_home.html", visit)


@router.get("/sign-in", dependencies=[Anybody])
def ask_passkey(request: Request, language: Speaking) -> Response:
    """Show the page that asks for a passkey."""
    return page(request, language, "staff_sign_in.html", staff=None, roles=list(Role))


@router.post("/sign-in", dependencies=[Anybody])
def take_passkey(request: Request, body: Answered, ctx: Ctx) -> Response:
    """Open a session for whoever's passkey answered, in a cookie that no script can read."""
    check_site(request)
    found = sign_in(ctx.door, body.state, body.credential.model_dump(exclude_none=True))
    if isinstance(found, SignInRefused):
        return JSONResponse({"code": found.code}, status_code=found.status, headers=HEADERS)
    return _let_in(request, found)


@router.get("/enrol", dependencies=[Anybody])
def ask_enrolment(request: Request, language: Speaking) -> Response:
    """Show the page that makes a passkey; the link's secret stands after the ``#``."""
    return page(request, language, "staff_enrol.html", staff=None)


@router.post("/sign-out")
def leave(request: Request, ctx: Ctx, visit: Staffed, form: Token = "") -> Response:
    """End the session, and let the browser forget who was signed in."""
    visit.check(request, form)
    sign_out(ctx.door, visit.session)
    answer = lead(request, SIGN_IN)
    drop_staff(answer)
    return answer


@unsafe_router.post("/unsafe-dev-login", dependencies=[Anybody])
def be_anybody(request: Request, ctx: Ctx, role: Annotated[Role, Form()]) -> Response:
    """UNSAFE: be anybody, without any proof."""
    check_site(request)
    return _let_in(request, unsafe_dev_sign_in(ctx.door, role))


@nowhere.api_route("/{path:path}", methods=["GET", "POST"], dependencies=[Anybody])
def no_staff_page(path: str) -> Response:
    """Say that there is no such page."""
    del path
    raise PageProblem("not_found", HTTPStatus.NOT_FOUND)


def _let_in(request: Request, session: Session) -> Response:
    answer = lead(request, "/staff")
    keep_staff(answer, session)
    return answer
