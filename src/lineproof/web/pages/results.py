"""What came of it, in plain words, and what is next."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from lineproof.domain.case import Kind, Status
from lineproof.domain.line import CHANGES_A_LINE
from lineproof.web.api.next_step import NextStep
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.languages import Language, Speaking
from lineproof.web.pages.page_route import PageProblem, PageRoute
from lineproof.web.pages.page_session import Visiting
from lineproof.web.pages.rendering import HEADERS, lead, page, when
from lineproof.web.pages.steps import CASE, PATH_OF, step_of

if TYPE_CHECKING:
    from datetime import datetime

    from markupsafe import Markup

    from lineproof.domain.case import Case

router = APIRouter(prefix="/c", include_in_schema=False, route_class=PageRoute)

LIVE = frozenset(
    {
        Status.AWAITING_HOLDER,
        Status.REFERRED,
        Status.APPROVED,
        Status.ORDERED,
        Status.UNFULFILLED,
    }
)
"""Where somebody else acts next, so that there will be news."""

GOOD = frozenset({Status.APPROVED, Status.ORDERED, Status.ISSUED, Status.UNFULFILLED})
WAITING = frozenset({Status.REFERRED, Status.AWAITING_HOLDER})


@router.get("/result")
def result(request: Request, language: Speaking, visit: Visiting, ctx: Ctx, now: Now) -> Response:
    """Say where the case stands."""
    case = visit.case
    step = step_of(ctx, case, now=now)
    if PATH_OF[step] != "/c/result":
        return lead(request, CASE)
    return page(
        request,
        language,
        "result.html",
        case=case,
        form=visit.form,
        stands=str(case.status),
        look="good" if case.status in GOOD else "wait" if case.status in WAITING else "no",
        sentences=_sentences(language, case, now=now),
        live=case.status in LIVE,
        other_way=step is NextStep.WAIT_FOR_REVIEWER,
    )


@router.get("/status")
def status(visit: Visiting) -> JSONResponse:
    """Tell a page that waits whether its case moved, and nothing else."""
    return JSONResponse({"version": visit.case.version}, headers=HEADERS)


@router.api_route("/{path:path}", methods=["GET", "POST"])
def nothing_here(path: str) -> Response:
    """Say that there is no such page."""
    del path
    raise PageProblem("not_found", HTTPStatus.NOT_FOUND)


def _sentences(language: Language, case: Case, *, now: datetime) -> list[Markup]:
    keys = {
        Status.AWAITING_HOLDER: ["awaiting_holder"],
        Status.REFERRED: ["referred", "referred_kept", "referred_next"],
        Status.ORDERED: ["ordered"],
        Status.UNFULFILLED: ["unfulfilled"],
        Status.ISSUED: [f"issued_{case.kind}"],
        Status.REFUSED: ["refused", "refused_next"],
        Status.EXPIRED: ["expired"],
    }.get(case.status, [])
    if case.status is Status.ISSUED and case.kind in CHANGES_A_LINE | {Kind.LOCK_RELEASE}:
        keys.append("issued_not_you")
    said = [language.say(f"result.{key}") for key in keys]
    return [*_waits(language, case, now), *said] if case.status is Status.APPROVED else said


def _waits(language: Language, case: Case, now: datetime) -> list[Markup]:
    if case.not_before is None or case.not_before <= now:
        return [language.say("result.ordered")]
    told = ["approved_told"] if case.kind in CHANGES_A_LINE else []
    return [
        language.say("result.approved_wait", time=when(case.not_before)),
        *(language.say(f"result.{key}") for key in told),
    ]
