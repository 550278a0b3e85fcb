"""The route class of pages: whatever is refused, or fails, is answered with a plain sentence."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from lineproof.storage import Changed, StoreDown
from lineproof.web.pages.languages import speaking
from lineproof.web.pages.rendering import page, wants_json
from lineproof.web.problems import Code, Problem, WebCode

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from fastapi import Request, Response


class PageProblem(Exception):  # noqa: N818 - it is what it says
    """A request for a page ends here; ``key`` names the messages ``problem.KEY_title`` and so on.

    The sentences are the catalogue's, so that nothing a person sent is ever said back.
    """

    def __init__(self, key: str, status: HTTPStatus) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


KEY_OF: Mapping[Code, str] = {
    WebCode.NOT_FOUND: "not_found",
    WebCode.METHOD_NOT_ALLOWED: "not_found",
    WebCode.BODY_TOO_LARGE: "too_large",
    WebCode.BODY_TOO_SLOW: "too_slow",
    WebCode.TOO_MANY_REQUESTS: "busy",
    WebCode.BUSY: "busy",
}
"""What is said for a problem of the service; anything else is ``again``."""


class PageRoute(APIRoute):
    """A route whose problems are pages. A script, which asks for JSON, gets problem documents."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the framework's handler, with what it raises answered."""
        handle = super().get_route_handler()

        async def answering(request: Request) -> Response:
            if not wants_json(request):
                # Whoever meets what nothing here expects still meets a page.
                request.state.as_page = lambda: _page(request, "fault", 500)
            try:
                return await handle(request)
            except PageProblem as problem:
                return _page(request, problem.key, int(problem.status))
            except StoreDown:
                # A script, too, is told so: it tries again in the same place.
                return _page(request, "busy", HTTPStatus.SERVICE_UNAVAILABLE)
            except Changed:
                return _page(request, "again", HTTPStatus.CONFLICT)
            except (HTTPException, RequestValidationError) as error:
                if wants_json(request):
                    raise
                return _answered(request, error)

        return answering


def _answered(request: Request, error: HTTPException | RequestValidationError) -> Response:
    if isinstance(error, RequestValidationError):
        return _page(request, "again", HTTPStatus.UNPROCESSABLE_ENTITY)
    key = KEY_OF.get(error.code, "again") if isinstance(error, Problem) else "again"
    answer = _page(request, key, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def _page(request: Request, key: str, status: int) -> Response:
    template = "staff_problem.html" if request.url.path.startswith("/staff") else "problem.html"
    return page(request, speaking(request), template, status=status, key=key)
