"""The form in which each of two members of staff says what they saw."""

from __future__ import annotations

import re
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Request, Response

from lineproof.domain.staff import Act
from lineproof.flow.attest import attest
from lineproof.flow.counter import case_here
from lineproof.flow.refused import Refused
from lineproof.web.api.shapes import CaseId
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.counter_forms import written
from lineproof.web.pages.counter_pages import case_page, path_of
from lineproof.web.pages.languages import Speaking
from lineproof.web.pages.page_route import PageProblem
from lineproof.web.pages.staff_visit import Staffed, StaffRoute, staff_lead

if TYPE_CHECKING:
    from collections.abc import Mapping

router = APIRouter(prefix="/staff/counter", include_in_schema=False, route_class=StaffRoute)

Typed = Annotated[str, Form(max_length=60)]

YES_OR_NO = r"yes|no"
SHAPE_OF: Mapping[str, str] = MappingProxyType(
    {
        "issuer": r"[A-Z]{1,3}",
        "kind": r"[A-Z]{1,2}",
        "number": r"[A-Za-z0-9 /.-]{1,40}",
        "same_person": YES_OR_NO,
        "document_valid": YES_OR_NO,
        "old_enough": YES_OR_NO,
    }
)
"""What each field may be; the same as in ``web.api.attestations``."""


@router.post("/cases/{case_id}/attestations")
def take_attestation(
    request: Request,
    language: Speaking,
    visit: Staffed,
    ctx: Ctx,
    now: Now,
    case_id: CaseId,
    form: Typed = "",
    issuer: Typed = "",
    kind: Typed = "",
    number: Typed = "",
    same_person: Typed = "",
    document_valid: Typed = "",
    old_enough: Typed = "",
) -> Response:
    """Put on record what one member of staff saw; the number is hashed at once and kept nowhere."""
    visit.check(request, form)
    visit.must(Act.ATTEST)
    case = case_here(ctx.service, case_id, visit.staff, now=now)
    if isinstance(case, Refused):
        raise PageProblem("not_found", HTTPStatus.NOT_FOUND)
    typed = {
        "issuer": written(issuer).strip().upper(),
        "kind": written(kind).strip().upper(),
        "number": written(number).strip(),
        "same_person": same_person,
        "document_valid": document_valid,
        "old_enough": old_enough,
    }
    wrong = {name for name, shape in SHAPE_OF.items() if not re.fullmatch(shape, typed[name])}
    if wrong:
        status = int(HTTPStatus.UNPROCESSABLE_ENTITY)
        return case_page(
            request, language, visit, ctx, case, now=now, status=status, wrong=wrong, typed=typed
        )
    found = attest(
        ctx.service,
        case.id,
        visit.staff,
        issuer=typed["issuer"],
        kind=typed["kind"],
        number=typed["number"],
        same_person=same_person == "yes",
        document_valid=document_valid == "yes",
        old_enough=old_enough == "yes",
        now=now,
    )
    # Where it is refused, the case stands elsewhere by now, or this member saw the person already:
    # its page says so.
    if not isinstance(found, Refused):
        ctx.tallies.decided(found.case, found.decision, now=now)
    return staff_lead(request, path_of(case), visit)
