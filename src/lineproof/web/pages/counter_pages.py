"""The counter: a case is opened, handed to the subscriber, and followed; one next action each time.

Everything that a page shows is read from the case, so a reload goes on where it was.
"""

from __future__ import annotations

import re
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse

from lineproof.domain.audit import Actor, ActorKind
from lineproof.domain.case import FINAL, Case, Kind, Route
from lineproof.domain.staff import Act
from lineproof.flow.agree import take_other_way
from lineproof.flow.apply import Application, renew
from lineproof.flow.counter import case_here, glance, in_person_about, open_here, shop_cases
from lineproof.flow.refused import Refused
from lineproof.web.api.shapes import CaseId
from lineproof.web.context import Context, Ctx, Now
from lineproof.web.pages.counter_forms import (
    AT_A_COUNTER,
    Typed,
    fields_of,
    number_of,
    read_application,
    written,
)
from lineproof.web.pages.counter_sight import (
    MAY_HAND_OVER,
    help_of,
    line_reasons,
    look_of,
    part_of,
    progress,
    sentences,
    stamp,
)
from lineproof.web.pages.handoff import code_of, keep_secret, kept_secret, link_of
from lineproof.web.pages.languages import Language, Speaking
from lineproof.web.pages.page_route import PageProblem
from lineproof.web.pages.rendering import HEADERS
from lineproof.web.pages.staff_visit import Staffed, StaffRoute, StaffVisit, staff_lead, staff_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

router = APIRouter(prefix="/staff/counter", include_in_schema=False, route_class=StaffRoute)

Token = Annotated[str, Form(max_length=64)]
Field = Annotated[str, Form(max_length=300)]

DEVICE = "__Host-device"
A_LONG_TIME = 400 * 24 * 3600
"""Seconds: as long as browsers keep a cookie at most (RFC 6265bis, 5.5)."""

COUNTER = "/staff/counter"


@router.get("")
def counter(
    request: Request, language: Speaking, visit: Staffed, ctx: Ctx, wrong: str = ""
) -> Response:
    """Ask what the person wants, and show what is open in this shop."""
    visit.must(Act.HANDLE_CASE, Act.ATTEST)
    opens = visit.staff.may(Act.HANDLE_CASE)
    answer = staff_page(
        request,
        language,
        "counter.html",
        visit,
        kinds=AT_A_COUNTER if opens else (),
        cases=shop_cases(ctx.service, visit.staff),
        wrong=wrong == "number",
        ready=not opens or bool(ctx.settings.counter_client and visit.staff.shop),
    )
    if not _device(request):
        device = f"device-{secrets.token_hex(8)}"
        answer.set_cookie(
            DEVICE, device, max_age=A_LONG_TIME, secure=True, httponly=True, samesite="strict"
        )
    return answer


@router.get("/new/{kind}")
def ask_case(request: Request, language: Speaking, visit: Staffed, kind: Kind) -> Response:
    """Ask for the number, and for the SIM where the kind changes one."""
    visit.must(Act.HANDLE_CASE)
    return _form(request, language, visit, kind, Typed(), {})


@router.post("/new/{kind}")
def open_case(
    request: Request,
    language: Speaking,
    visit: Staffed,
    ctx: Ctx,
    now: Now,
    kind: Kind,
    form: Token,
    msisdn: Field = "",
    iccid: Field = "",
    imsi: Field = "",
    channel: Field = "",
) -> Response:
    """Open a case at this counter."""
    visit.check(request, form)
    visit.must(Act.HANDLE_CASE)
    if not ctx.settings.counter_client or not _device(request):
        return staff_lead(request, COUNTER, visit)
    typed = Typed(written(msisdn), written(iccid), written(imsi), written(channel))
    application = read_application(kind, typed, ctx.settings.counter_client)
    if not isinstance(application, Application):
        return _form(request, language, visit, kind, typed, application)
    found = open_here(ctx.service, application, visit.staff, device=_device(request), now=now)
    if isinstance(found, Refused):
        return _form(request, language, visit, kind, typed, {}, refused=found)
    answer = staff_lead(request, path_of(found.case), visit)
    keep_secret(answer, ctx, found, now=now)
    return answer


@router.post("/find")
def find_case(
    request: Request, visit: Staffed, ctx: Ctx, form: Token, number: Field = ""
) -> Response:
    """Find the request of somebody who comes to be seen in person, by the line's number."""
    visit.check(request, form)
    visit.must(Act.ATTEST)
    case = in_person_about(ctx.service, number_of(written(number)), visit.staff)
    return staff_lead(request, f"{COUNTER}?wrong=number" if case is None else path_of(case), visit)


@router.get("/cases/{case_id}")
def show_case(
    request: Request, language: Speaking, visit: Staffed, ctx: Ctx, now: Now, case_id: CaseId
) -> Response:
    """Show where a case stands, and the one thing to do next."""
    case = _case(ctx, case_id, visit, now)
    secret = kept_secret(request, ctx, case.id, now=now)
    return case_page(request, language, visit, ctx, case, now=now, secret=secret)


@router.get("/cases/{case_id}/status")
def case_status(
    request: Request, visit: Staffed, ctx: Ctx, now: Now, case_id: CaseId
) -> JSONResponse:
    """Tell a page that waits whether anything moved, and nothing else; it keeps no session."""
    case = glance(ctx.service, case_id, visit.staff)
    if isinstance(case, Refused):
        raise PageProblem("not_found", HTTPStatus.NOT_FOUND)
    waiting = kept_secret(request, ctx, case.id, now=now) is not None
    return JSONResponse({"stands": stamp(ctx, case, waiting=waiting, now=now)}, headers=HEADERS)


@router.get("/cases/{case_id}/code.svg")
def code(request: Request, visit: Staffed, ctx: Ctx, now: Now, case_id: CaseId) -> Response:
    """Draw the link for the subscriber's telephone, for the counter that has it and nobody else."""
    case = glance(ctx.service, case_id, visit.staff)
    secret = kept_secret(request, ctx, case_id, now=now)
    if isinstance(case, Refused) or secret is None:
        raise PageProblem("not_found", HTTPStatus.NOT_FOUND)
    return Response(code_of(link_of(ctx, secret)), media_type="image/svg+xml", headers=HEADERS)


@router.post("/cases/{case_id}/code")
def new_code(
    request: Request, visit: Staffed, ctx: Ctx, now: Now, case_id: CaseId, form: Token
) -> Response:
    """Make a new link; the one before it, and what was opened with it, are over."""
    visit.check(request, form)
    visit.must(Act.HANDLE_CASE)
    case = _case(ctx, case_id, visit, now)
    answer = staff_lead(request, path_of(case), visit)
    if case.status in MAY_HAND_OVER:
        actor = Actor(ActorKind.STAFF, visit.staff.id)
        found = renew(ctx.service, case.id, actor=actor, now=now)
        if not isinstance(found, Refused):
            keep_secret(answer, ctx, found, now=now)
    return answer


@router.post("/cases/{case_id}/in-person")
def see_in_person(
    request: Request, visit: Staffed, ctx: Ctx, now: Now, case_id: CaseId, form: Token
) -> Response:
    """Take the way without a face, as the person asked; where it is not possible, nothing moves."""
    visit.check(request, form)
    visit.must(Act.HANDLE_CASE)
    case = _case(ctx, case_id, visit, now)
    actor = Actor(ActorKind.STAFF, visit.staff.id)
    take_other_way(ctx.service, case.id, Route.IN_PERSON, actor=actor, now=now)
    return staff_lead(request, path_of(case), visit)


@router.get("/cases/{case_id}/receipt")
def receipt(
    request: Request, language: Speaking, visit: Staffed, ctx: Ctx, now: Now, case_id: CaseId
) -> Response:
    """Show what is printed for the person: no picture, no number, no name."""
    case = _case(ctx, case_id, visit, now)
    return staff_page(
        request,
        language,
        "receipt.html",
        visit,
        one=case,
        sentences=sentences(language, case),
        now=now,
    )


def case_page(
    request: Request,
    language: Language,
    visit: StaffVisit,
    ctx: Context,
    case: Case,
    *,
    now: datetime,
    secret: str | None = None,
    status: int = 200,
    **values: object,
) -> Response:
    """Render the page of one case; ``values`` are of the form that was filled in, if one was."""
    part = part_of(ctx, case, visit.staff, secret=secret, now=now)
    shown = {
        "one": case,
        "part": part,
        "steps": progress(case),
        "here": path_of(case),
        "link": link_of(ctx, secret) if secret is not None else "",
        "sentences": sentences(language, case),
        "stands": stamp(ctx, case, waiting=secret is not None, now=now),
        "other_way": Route.IN_PERSON in ctx.service.profile.alternatives,
        "final": case.status in FINAL,
        "wrong": {},
        "typed": {},
        "look": look_of(case),
        "help": help_of(ctx, case, visit.staff, language, now=now),
    }
    return staff_page(
        request, language, "counter_case.html", visit, status=status, **(shown | values)
    )


def path_of(case: Case) -> str:
    """Give the address of a case's page."""
    return f"{COUNTER}/cases/{case.id}"


def _case(ctx: Context, case_id: str, visit: StaffVisit, now: datetime) -> Case:
    visit.must(Act.HANDLE_CASE, Act.ATTEST)
    case = case_here(ctx.service, case_id, visit.staff, now=now)
    if isinstance(case, Refused):
        raise PageProblem("not_found", HTTPStatus.NOT_FOUND)
    return case


def _form(
    request: Request,
    language: Language,
    visit: StaffVisit,
    kind: Kind,
    typed: Typed,
    wrong: Mapping[str, str],
    refused: Refused | None = None,
) -> Response:
    if kind not in AT_A_COUNTER:
        raise PageProblem("not_found", HTTPStatus.NOT_FOUND)
    return staff_page(
        request,
        language,
        "counter_new.html",
        visit,
        status=422 if wrong or refused is not None else 200,
        kind=kind,
        fields=fields_of(kind),
        typed=typed,
        wrong=wrong,
        refused=line_reasons(language, refused) if refused is not None else (),
    )


def _device(request: Request) -> str:
    found = request.cookies.get(DEVICE, "")
    return found if re.fullmatch(r"device-[0-9a-f]{16}", found) else ""
