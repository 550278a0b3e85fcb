"""Which member of staff it is: their session in a cookie of its own, kept while pages are opened.

The cookie is ``__Host-staff``, ``HttpOnly``, ``Secure`` and ``SameSite=Strict``. Each page that is
opened gives the session's next token; what a page asks by itself gives none, so that a screen that
is left alone signs out after 15 minutes. A form's token is keyed, and the same all through a
session, so that two tabs do not shut each other out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse

from lineproof.web.callers import stranger
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.page_route import PageProblem, PageRoute
from lineproof.web.pages.page_session import check_form, form_token
from lineproof.web.pages.rendering import HEADERS, lead, page, wants_json
from lineproof.web.sign_in.sign_in_refused import SignInRefused
from lineproof.web.sign_in.staff_session import LIFE, Session, renew

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastapi import Response

    from lineproof.domain.staff import Act, Staff
    from lineproof.web.pages.languages import Language

COOKIE = "__Host-staff"
SIGN_IN = "/staff/sign-in"


class SignInFirst(Exception):  # noqa: N818 - it is what it says
    """Nobody is signed in, or no longer."""


class StaffRoute(PageRoute):
    """A route of the staff's pages: whoever is not signed in is led to where they can."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the pages' handler, with strangers led to the door."""
        handle = super().get_route_handler()

        async def entering(request: Request) -> Response:
            try:
                return await handle(request)
            except SignInFirst:
                if wants_json(request):
                    body = {"next": SIGN_IN}
                    return JSONResponse(body, HTTPStatus.UNAUTHORIZED, HEADERS)
                return RedirectResponse(SIGN_IN, status_code=303, headers=HEADERS)

        return entering


@dataclass(frozen=True, slots=True)
class StaffVisit:
    """One request of a member of staff's browser."""

    session: Session = field(repr=False)
    secret: str = field(repr=False)
    """Keyed, and the same for every token of one session."""

    @property
    def staff(self) -> Staff:
        """Who it is."""
        return self.session.staff

    @property
    def form(self) -> str:
        """The token of this session's forms."""
        return form_token(self.secret)

    def check(self, request: Request, token: str) -> None:
        """Raise PageProblem for a form that is not of a page of this session."""
        check_form(request, session=self.secret, token=token)

    def must(self, *acts: Act) -> None:
        """Raise PageProblem where the role may do none of these."""
        if not any(self.staff.may(act) for act in acts):
            raise PageProblem("role", HTTPStatus.FORBIDDEN)


def staff_visit(request: Request, ctx: Ctx, now: Now) -> StaffVisit:
    """Give the visit; raises SignInFirst where the browser shows no session that is good."""
    token = request.cookies.get(COOKIE, "")
    found = renew(ctx.door, token, unsafe_dev_login=ctx.settings.unsafe_dev_login)
    if isinstance(found, SignInRefused):
        stranger(request, ctx, now)
        raise SignInFirst
    request.state.caller = f"staff:{found.staff.id}"
    ctx.buckets.take(request.state.caller, per_minute=ctx.settings.person_rate, now=now)
    subject = f"{found.staff.id} {found.ends_at.isoformat()}"
    return StaffVisit(found, ctx.service.hasher.secret("staff_form", subject))


Staffed = Annotated[StaffVisit, Depends(staff_visit)]


def staff_page(
    request: Request, language: Language, template: str, visit: StaffVisit, **values: object
) -> Response:
    """Render a page of the staff's, and keep their session."""
    shown: dict[str, Any] = {"staff": visit.staff, "form": visit.form, **values}
    return kept(page(request, language, template, **shown), visit)


def staff_lead(request: Request, path: str, visit: StaffVisit) -> Response:
    """Lead on to a page, and keep the session."""
    return kept(lead(request, path), visit)


def kept(answer: Response, visit: StaffVisit) -> Response:
    """Give an answer that keeps the session."""
    keep_staff(answer, visit.session)
    return answer


def keep_staff(answer: Response, session: Session) -> None:
    """Let the browser keep a session; the token in it says itself when it is over."""
    answer.set_cookie(
        COOKIE,
        session.token,
        max_age=int(LIFE.total_seconds()),
        secure=True,
        httponly=True,
        samesite="strict",
    )


def drop_staff(answer: Response) -> None:
    """Let the browser forget the session."""
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
