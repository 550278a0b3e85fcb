"""The application: routes, the two ways out of them, and what every request passes through."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException

from lineproof.web.api import (
    assistances,
    attestations,
    browsing,
    captures,
    cases,
    consents,
    decisions,
    documents,
    health,
    hooks,
    line_routes,
    log_routes,
    notices,
    outbox_routes,
    reviews,
    sessions,
    system_routes,
)
from lineproof.web.api.shapes import OAUTH_PROBLEMS, PROBLEMS
from lineproof.web.arriving import Arriving
from lineproof.web.callers import Anybody
from lineproof.web.context import Context, utc_now
from lineproof.web.gate import Gate
from lineproof.web.pages import (
    answering,
    arrival,
    assisting,
    attesting,
    choosing,
    counter_pages,
    guiding,
    operations,
    own_lines_pages,
    questions,
    results,
    reviewer_pages,
    showing,
    staff_entry,
    static_files,
)
from lineproof.web.problems import answer, of_http, of_validation
from lineproof.web.reception import Reception, request_id_of
from lineproof.web.sign_in.door import Door
from lineproof.web.sign_in.front_doors import FrontDoors
from lineproof.web.sign_in.staff_route import staff_router
from lineproof.web.sign_in.token_route import token_router

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from starlette.responses import Response

    from lineproof.ports import Service
    from lineproof.settings import Settings
    from lineproof.web.context import Doors

TITLE = "Lineproof"

DESCRIPTION = """\
Proves, one to one, that the person who opens or moves a phone line is the person named, and keeps
nothing of the face.

The operator's server opens a **case** and hands the browser a client secret, good once and for ten
minutes; the browser exchanges it for a session, takes consent, shows the document and the face;
the server decides; the operator reads the case or gets a webhook.

Every problem is a document of RFC 9457 with a stable `code`.
"""

SILENT: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework's own telemetry would tell of paths and of what was sent."""

ROUTERS = (
    cases,
    decisions,
    sessions,
    consents,
    documents,
    captures,
    line_routes,
    notices,
    attestations,
    assistances,
    reviews,
    log_routes,
    outbox_routes,
    hooks,
    system_routes,
    health,
    browsing,
    static_files,
    answering,
    arrival,
    choosing,
    showing,
    questions,
    guiding,
    own_lines_pages,
    results,
    staff_entry,
    counter_pages,
    operations,
    attesting,
    assisting,
    reviewer_pages,
)


def context_of(
    service: Service,
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    doors: Doors | None = None,
) -> Context:
    """Put together what routes may use; ``doors`` None are the real ones."""
    door = Door(store=service.store, sealer=service.sealer, clock=clock, origin=settings.address)
    front = FrontDoors(door=door, unsafe_dev_login=settings.unsafe_dev_login)
    return Context(
        service=service,
        door=door,
        doors=front if doors is None else doors,
        settings=settings,
        clock=clock,
        gate=Gate(cores=settings.workers),
    )


def build_app(
    context: Context, *, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None
) -> FastAPI:
    """Build the application of one service."""
    app = FastAPI(
        title=TITLE,
        version=version("lineproof"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        redirect_slashes=False,
        dependencies=[Depends(named)],
        telemetry=SILENT,
        lifespan=lifespan,
    )
    app.state.context = context
    for each in ROUTERS:
        app.include_router(each.router)
    # Whoever signs in shows nothing yet, and each try is written down: counted by address.
    app.include_router(token_router(context.door), responses=OAUTH_PROBLEMS, dependencies=[Anybody])
    app.include_router(
        staff_router(context.door, unsafe_dev_login=context.settings.unsafe_dev_login),
        responses=PROBLEMS,
        dependencies=[Anybody],
    )
    if context.settings.unsafe_dev_login:
        app.include_router(staff_entry.unsafe_router)
    app.include_router(staff_entry.nowhere)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    # The one that is added last is the first to see a request.
    app.add_middleware(Arriving, settings=context.settings)
    app.add_middleware(Reception, context=context)
    return app


def named(request: Request) -> None:
    """Note the route's template, for the log."""
    request.state.route = request.scope["route"].path


def _refused(request: Request, error: Any) -> Response:  # noqa: ANN401 - the framework's signature
    return answer(of_http(error), request_id=request_id_of(request))


def _invalid(request: Request, error: Any) -> Response:  # noqa: ANN401 - the framework's signature
    return answer(of_validation(error.errors()), request_id=request_id_of(request))
