"""The reviewer: what waits, one case at a time, its pictures side by side, a coded verdict.

Nothing of a case is shown before it was claimed, and each look at it is on record before it is had.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from lineproof.domain.reason import Outcome
from lineproof.domain.review import VerdictKind, VerdictReason
from lineproof.domain.staff import Act
from lineproof.flow.claiming import claim, has, queue, release
from lineproof.flow.refused import RefusalCode, Refused
from lineproof.flow.reviewing import conclude, look_at, referral_of
from lineproof.web.api.reviews import PictureName, media_type
from lineproof.web.api.shapes import CaseId
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.languages import Speaking
from lineproof.web.pages.page_route import PageProblem
from lineproof.web.pages.reason_words import choices_for, needs_two, spoken, unseen
from lineproof.web.pages.rendering import HEADERS
from lineproof.web.pages.shown_pictures import seen
from lineproof.web.pages.staff_visit import Staffed, StaffRoute, staff_lead, staff_page

router = APIRouter(prefix="/staff/reviews", include_in_schema=False, route_class=StaffRoute)

Token = Annotated[str, Form(max_length=64)]

QUEUE = "/staff/reviews"
SHOWN = 50
SAID = frozenset({"taken", "over", "none", "approve", "refuse", "refer", "retry", "moved"})
"""What an address may ask the queue to say: words of ours, and nothing else."""


@router.get("")
def show_queue(
    request: Request, language: Speaking, visit: Staffed, ctx: Ctx, now: Now, said: str = ""
) -> Response:
    """Show what waits, how long it still can, and who looks at it."""
    visit.must(Act.REVIEW)
    waiting = queue(ctx.service, visit.staff, now=now, limit=SHOWN)
    return staff_page(
        request,
        language,
        "reviews.html",
        visit,
        waiting=waiting,
        free=any(each.free(visit.staff) for each in waiting),
        mine=[each for each in waiting if each.claim is not None and each.claim.of(visit.staff)],
        said=said if said in SAID else "",
    )


@router.post("/next")
def take_next(request: Request, visit: Staffed, ctx: Ctx, now: Now, form: Token) -> Response:
    """Claim the case that has waited longest and that this reviewer may review."""
    visit.check(request, form)
    visit.must(Act.REVIEW)
    for each in queue(ctx.service, visit.staff, now=now, limit=SHOWN):
        if each.free(visit.staff):
            found = claim(ctx.service, each.case.id, visit.staff, now=now)
            if not isinstance(found, Refused) and found.of(visit.staff):
                return staff_lead(request, f"{QUEUE}/{each.case.id}", visit)
    return staff_lead(request, f"{QUEUE}?said=none", visit)


@router.post("/{case_id}/claim")
def take_one(
    request: Request, visit: Staffed, ctx: Ctx, now: Now, case_id: CaseId, form: Token
) -> Response:
    """Claim a case for ten minutes, or keep it ten minutes more."""
    visit.check(request, form)
    visit.must(Act.REVIEW)
    found = claim(ctx.service, case_id, visit.staff, now=now)
    if isinstance(found, Refused) or not found.of(visit.staff):
        return staff_lead(request, f"{QUEUE}?said=taken", visit)
    return staff_lead(request, f"{QUEUE}/{case_id}", visit)


@router.post("/{case_id}/release")
def give_back(
    request: Request, visit: Staffed, ctx: Ctx, now: Now, case_id: CaseId, form: Token
) -> Response:
    """Give a case back to the queue."""
    visit.check(request, form)
    release(ctx.service, case_id, visit.staff, now=now)
    return staff_lead(request, QUEUE, visit)


@router.get("/{case_id}")
def review(
    request: Request,
    language: Speaking,
    visit: Staffed,
    ctx: Ctx,
    now: Now,
    case_id: CaseId,
    wrong: str = "",
) -> Response:
    """Show a claimed case: what speaks for and against it, the pictures, the verdicts there are."""
    visit.must(Act.REVIEW)
    mine = has(ctx.service, case_id, visit.staff, now=now)
    if mine is None:
        return staff_lead(request, f"{QUEUE}?said=over", visit)
    found = look_at(ctx.service, case_id, visit.staff, now=now)
    if isinstance(found, Refused):
        return staff_lead(request, f"{QUEUE}?said=moved", visit)
    referral = referral_of(found.decisions)
    return staff_page(
        request,
        language,
        "review.html",
        visit,
        one=found.case,
        until=mine.until,
        left=int((mine.until - now).total_seconds()),
        pictures=seen(language, found),
        scripted=bool(found.asked),
        told=spoken(language, referral.decision),
        two=needs_two(referral.decision),
        second=found.decisions[-1] is not referral,
        unseen=unseen(referral.decision),
        choices=choices_for(referral.decision),
        tries=sum(kept.decision.outcome is Outcome.RETRY for kept in found.decisions),
        wrong=wrong == "verdict",
    )


@router.get("/{case_id}/pictures/{name}")
def picture(visit: Staffed, ctx: Ctx, now: Now, case_id: CaseId, name: PictureName) -> Response:
    """Show one picture of a claimed case, stored nowhere on the way; the look is on record."""
    visit.must(Act.REVIEW)
    if has(ctx.service, case_id, visit.staff, now=now) is None:
        raise PageProblem("not_found", HTTPStatus.NOT_FOUND)
    found = look_at(ctx.service, case_id, visit.staff, now=now)
    if isinstance(found, Refused) or name not in found.pictures:
        raise PageProblem("not_found", HTTPStatus.NOT_FOUND)
    content = found.pictures[name]
    return Response(content, media_type=media_type(content), headers=HEADERS)


@router.post("/{case_id}/verdict")
def take_verdict(
    request: Request,
    visit: Staffed,
    ctx: Ctx,
    now: Now,
    case_id: CaseId,
    form: Token,
    verdict: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Conclude, with a kind and a reason that go together."""
    visit.check(request, form)
    visit.must(Act.REVIEW)
    if has(ctx.service, case_id, visit.staff, now=now) is None:
        return staff_lead(request, f"{QUEUE}?said=over", visit)
    kind, _, reason = verdict.partition(":")
    if kind not in {*VerdictKind} or reason not in {*VerdictReason}:
        return staff_lead(request, f"{QUEUE}/{case_id}?wrong=verdict", visit)
    found = conclude(
        ctx.service,
        case_id,
        visit.staff,
        kind=VerdictKind(kind),
        reason=VerdictReason(reason),
        now=now,
    )
    if isinstance(found, Refused):
        wrong = found.code is RefusalCode.REASON_MISMATCHED
        to = f"{QUEUE}/{case_id}?wrong=verdict" if wrong else f"{QUEUE}?said=moved"
        return staff_lead(request, to, visit)
    ctx.tallies.decided(found.case, found.decision, now=now)
    return staff_lead(request, f"{QUEUE}?said={found.decision.outcome}", visit)
