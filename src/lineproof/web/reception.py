"""Every request comes in here: it gets its id and its time, is logged, counted, and answered.

The log names the route's template and never the path, the query, a header or a body: a line's
number may stand in any of them.
"""

from __future__ import annotations

import re
import sys
import time
from typing import TYPE_CHECKING

import structlog
from starlette.requests import ClientDisconnect, Request

from lineproof.flow.fresh import new_id
from lineproof.storage import Changed, StoreDown
from lineproof.web.problems import CHANGED_MEANWHILE, INTERNAL_FAULT, answer, store_down

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from lineproof.web.context import Context

HEADER = b"x-request-id"

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""An id that a caller may give its request; anything else is replaced."""

LOG = structlog.get_logger("lineproof")

STEPS = 8
"""Lines of code that the log tells of a fault, the last ones."""

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"strict-transport-security", b"max-age=31536000"),
)
"""Headers of every answer."""

UNLESS_SAID = (
    (b"cache-control", b"no-store"),
    (
        b"content-security-policy",
        b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
)
"""Headers of an answer that brings none of its own."""


class Reception:
    """The outermost of our own middlewares."""

    def __init__(self, app: ASGIApp, *, context: Context) -> None:
        self.app = app
        self.context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        now = self.context.clock()
        state = scope.setdefault("state", {})
        state["now"] = now
        state["request_id"] = _request_id(scope, new_id("req", now))
        began = time.perf_counter()
        status = 0

        async def telling(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _dressed(message["headers"], state["request_id"])
            await send(message)

        try:
            await self.app(scope, receive, telling)
        except Exception as error:  # noqa: BLE001 - nobody above answers a person
            if status == 0:
                await self._met(error, scope)(scope, receive, telling)
        finally:
            if scope["method"] not in {"GET", "HEAD"}:
                self.context.bell.set()
            self._count(scope, status, time.perf_counter() - began)

    def _met(self, error: Exception, scope: Scope) -> Response:
        """Give the answer to an exception that no route answered."""
        request_id = scope["state"]["request_id"]
        if isinstance(error, StoreDown):
            LOG.warning("store_down", trouble=str(error.trouble), request_id=request_id)
            return answer(store_down(error.trouble), request_id=request_id)
        if isinstance(error, Changed):
            return answer(CHANGED_MEANWHILE, request_id=request_id)
        if not isinstance(error, ClientDisconnect):
            self.context.tallies.faults.labels(where="request").inc()
            LOG.error("fault", request_id=request_id, **where(error))
        return _fault(scope, request_id)

    def _count(self, scope: Scope, status: int, took: float) -> None:
        route, method = template(scope), known_method(scope)
        tallies = self.context.tallies
        tallies.requests.labels(method=method, route=route, status=str(status)).inc()
        tallies.took.labels(route=route).observe(took)
        LOG.info(
            "request",
            request_id=scope["state"]["request_id"],
            method=method,
            route=route,
            status=status,
            milliseconds=round(took * 1000, 1),
            caller=scope["state"].get("caller", ""),
        )


def _fault(scope: Scope, request_id: str) -> Response:
    """Answer a fault of ours: with a page where a page was asked for, unless that is the fault."""
    as_page = scope["state"].get("as_page")
    if as_page is not None:
        try:
            return as_page()  # type: ignore[no-any-return]
        except Exception as error:  # noqa: BLE001 - nobody above answers a person
            LOG.error("fault", request_id=request_id, **where(error))  # noqa: TRY400 - it would quote
    return answer(INTERNAL_FAULT, request_id=request_id)


def where(error: BaseException) -> dict[str, object]:
    """Say where the exception that is being handled came from, and of which kind it is.

    Not what it says: a library's message may quote what a person sent.
    """
    lines, step = [], sys.exc_info()[2]
    while step is not None:
        lines.append(f"{step.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{step.tb_lineno}")
        step = step.tb_next
    return {"kind": type(error).__name__, "at": " ".join(lines[-STEPS:])}


def template(scope: Scope) -> str:
    """Give the route's template, such as ``/v1/lines/{msisdn}``; nothing that a caller wrote."""
    told = scope.get("state", {}).get("route", "")
    return told or "unmatched"


def known_method(scope: Scope) -> str:
    """Give the method, where it is one: a label takes no word that a caller made up."""
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return scope["method"] if scope["method"] in known else "other"


def request_id_of(request: Request) -> str:
    """Give a request's id."""
    return str(request.state.request_id)


def _request_id(scope: Scope, fresh: str) -> str:
    given = next((value for name, value in scope["headers"] if name == HEADER), b"")
    text = given.decode("latin-1")
    return text if _GIVEN_ID.fullmatch(text) else fresh


def _dressed(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    said = {name.lower() for name, _ in headers}
    rest = [pair for pair in UNLESS_SAID if pair[0] not in said]
    return [*headers, *ALWAYS, *rest, (HEADER, request_id.encode())]
