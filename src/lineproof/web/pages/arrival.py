"""Arriving by a link: ``/c#SECRET`` is exchanged, once, for a session in a cookie.

The secret stands after the ``#``, so that no log and no Referer has it; a script puts it into the
form. Without scripts there is a field to put the code or the link into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from lineproof.flow.apply import exchange, session_case
from lineproof.flow.refused import Refused
from lineproof.web.callers import stranger
from lineproof.web.context import Context, Ctx, Now
from lineproof.web.pages.languages import Speaking
from lineproof.web.pages.page_route import PageRoute
from lineproof.web.pages.page_session import COOKIE, Visiting, check_site, keep_session
from lineproof.web.pages.rendering import HEADERS, lead, page
from lineproof.web.pages.steps import CASE, PATH_OF, step_of

if TYPE_CHECKING:
    from datetime import datetime

router = APIRouter(prefix="/c", include_in_schema=False, route_class=PageRoute)

Anybody = Depends(stranger)


@router.get("", dependencies=[Anybody])
def arrive(request: Request, language: Speaking, ctx: Ctx, now: Now, wrong: str = "") -> Response:
    """Show the page that opens a link."""
    open_here = _open_here(request, ctx, now)
    return page(request, language, "arrive.html", wrong=wrong == "code", open_here=open_here)


@router.post("/open", dependencies=[Anybody])
def open_request(
    request: Request,
    language: Speaking,
    ctx: Ctx,
    now: Now,
    client_secret: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Exchange the secret for a session."""
    # Nobody else's page puts its own request into this browser.
    check_site(request)
    secret = client_secret.strip().rpartition("#")[2]
    if not secret:
        return RedirectResponse("/c?wrong=code", status_code=303, headers=HEADERS)
    found = exchange(ctx.service, secret, now=now)
    if isinstance(found, Refused):
        open_here = _open_here(request, ctx, now)
        return page(request, language, "used.html", status=403, open_here=open_here, here="/c")
    _, session = found
    answer = lead(request, CASE)
    keep_session(answer, session)
    return answer


@router.get("/case")
def go_on(request: Request, visit: Visiting, ctx: Ctx, now: Now) -> Response:
    """Lead to the page of what comes next."""
    return lead(request, PATH_OF[step_of(ctx, visit.case, now=now)])


def _open_here(request: Request, ctx: Context, now: datetime) -> bool:
    session = request.cookies.get(COOKIE, "")
    return bool(session) and session_case(ctx.service, session, now=now) is not None
