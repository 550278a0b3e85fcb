"""Whose browser it is: a session in a cookie, and the token that each form brings back.

The cookie is ``__Host-``, ``HttpOnly``, ``Secure`` and ``SameSite=Strict`` (RFC 6265bis, 4.1.3). A
form's token is made from the session, so a page of another request, or of another site, does
nothing here.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from lineproof.domain.token import LIFE_OF, TokenUse
from lineproof.flow.apply import session_case
from lineproof.web.callers import stranger
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.page_route import PageProblem

if TYPE_CHECKING:
    from fastapi import Response

    from lineproof.domain.case import Case

COOKIE = "__Host-case"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of the subscriber's browser, in its one case."""

    case: Case
    session: str = field(repr=False)

    @property
    def form(self) -> str:
        """The token of this session's forms."""
        return form_token(self.session)

    def check(self, request: Request, token: str) -> None:
        """Raise PageProblem for a form that is not of a page of this session."""
        check_form(request, session=self.session, token=token)


def visit(request: Request, ctx: Ctx, now: Now) -> Visit:
    """Give the visit; raises PageProblem where the browser shows no session that is good."""
    session = request.cookies.get(COOKIE, "")
    case = session_case(ctx.service, session, now=now) if session else None
    if case is None:
        stranger(request, ctx, now)
        raise PageProblem("no_session", HTTPStatus.FORBIDDEN)
    request.state.caller = f"session:{case.id}"
    ctx.buckets.take(request.state.caller, per_minute=ctx.settings.person_rate, now=now)
    return Visit(case, session)


Visiting = Annotated[Visit, Depends(visit)]


def form_token(session: str) -> str:
    """Give the token of a session's forms; from it the session cannot be told."""
    return hashlib.sha256(b"form\x1f" + session.encode()).hexdigest()[:32]


def check_form(request: Request, *, session: str, token: str) -> None:
    """Raise PageProblem for a form of another site, or of another session's page."""
    check_site(request)
    # JSON can write half of a character, which no text has.
    if not hmac.compare_digest(form_token(session).encode(), token.encode(errors="replace")):
        raise PageProblem("other_request", HTTPStatus.FORBIDDEN)


def check_site(request: Request) -> None:
    """Raise PageProblem for what another site's page sends by this browser."""
    if request.headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
        raise PageProblem("other_request", HTTPStatus.FORBIDDEN)


def keep_session(response: Response, session: str) -> None:
    """Let the browser keep its session, for as long as it is good."""
    life = LIFE_OF[TokenUse.SESSION].total_seconds()
    response.set_cookie(
        COOKIE, session, max_age=int(life), secure=True, httponly=True, samesite="strict"
    )


def drop_session(response: Response) -> None:
    """Let the browser forget its session."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
