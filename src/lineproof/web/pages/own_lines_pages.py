"""What is one's own, in the session of one's case: lines, who looked, consents and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Request, Response

from lineproof.domain.audit import ActorKind
from lineproof.domain.case import FINAL
from lineproof.domain.profile import Record
from lineproof.flow.agree import withdraw
from lineproof.flow.apply import session_case
from lineproof.flow.assist import CONFIRMED
from lineproof.flow.dispute import dispute, marks_of
from lineproof.flow.hold_lines import OwnLine, lines_in_my_name, lock_mine
from lineproof.flow.moving import SUBSCRIBER, line_in_log
from lineproof.flow.refused import Refused
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.languages import NAMES, Speaking
from lineproof.web.pages.page_route import PageRoute
from lineproof.web.pages.page_session import Visiting, drop_session
from lineproof.web.pages.rendering import lead, page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineproof.domain.audit import Entry

router = APIRouter(prefix="/c", include_in_schema=False, route_class=PageRoute)

Token = Annotated[str, Form(max_length=64)]
Reference = Annotated[str, Form(pattern=r"^[A-Za-z0-9_-]{16,100}$")]

LOOKS = frozenset({"viewed", "question_shown", CONFIRMED})
"""Entries that say that somebody looked, at the request or at the person."""

TOLD = LOOKS | {
    "case_opened",
    "secret_renewed",
    "consent_given",
    "consents_withdrawn",
    "document_shown",
    "capture_begun",
    "chip_read",
    "attested",
    "own_lines_shown",
    "line_disputed",
    "order_done",
    "order_rejected",
    "case_holder_agreed",
    "case_holder_declined",
    "case_consented",
    "case_other_way_chosen",
    "case_approved",
    "case_retried",
    "case_referred",
    "case_refused",
    "case_objected",
    "case_ordered",
    "case_issued",
    "case_order_rejected",
    "case_withdrawn",
    "case_expired",
}
"""Entries that have a sentence of their own; any other is ``mine.did_other``."""

DECIDED = frozenset({"case_approved", "case_retried", "case_referred", "case_refused"})
"""Entries that the check itself makes, though it is the subscriber who showed face or document."""

WHY = frozenset({"review", "counter", "dispute"})
"""Purposes of a look that have words of their own."""


@router.get("/lines")
def own_lines(
    request: Request, language: Speaking, visit: Visiting, ctx: Ctx, now: Now
) -> Response:
    """Show the lines in one's name, after a check that was passed."""
    found = lines_in_my_name(ctx.service, visit.case, now=now)
    lines: Sequence[OwnLine] | None = None if isinstance(found, Refused) else found
    with ctx.service.store.read() as tx:
        marks = marks_of(tx.entries_of(visit.case.id))
    hasher = ctx.service.hasher
    disputed = {
        own.reference for own in lines or () if line_in_log(hasher, own.line.msisdn) in marks
    }
    return page(
        request,
        language,
        "own_lines.html",
        case=visit.case,
        form=visit.form,
        lines=lines,
        disputed=disputed,
    )


@router.post("/lines/lock")
def lock_own(
    request: Request, visit: Visiting, ctx: Ctx, now: Now, form: Token, line: Reference
) -> Response:
    """Lock a line of one's own; locking it twice changes nothing."""
    visit.check(request, form)
    lock_mine(ctx.service, visit.case, line, now=now)
    return lead(request, "/c/lines")


@router.post("/lines/not-mine")
def not_mine(
    request: Request, visit: Visiting, ctx: Ctx, now: Now, form: Token, line: Reference
) -> Response:
    """Say of a line in one's name that it is not one's own."""
    visit.check(request, form)
    dispute(ctx.service, visit.case, line, now=now)
    return lead(request, "/c/lines")


@router.get("/looks")
def looks(request: Request, language: Speaking, visit: Visiting, ctx: Ctx) -> Response:
    """Show every entry of the log about one's case, in words: who, when, what and why."""
    with ctx.service.store.read() as tx:
        entries = tx.entries_of(visit.case.id)
    return page(
        request,
        language,
        "looks.html",
        case=visit.case,
        form=visit.form,
        looks=[_told(each) for each in entries if _looked(each)],
        rest=_once([_told(each) for each in entries if not _looked(each)]),
    )


@router.get("/consents")
def consents(request: Request, language: Speaking, visit: Visiting, ctx: Ctx) -> Response:
    """Show what was consented to, what stays, and how to have it ended or looked at again."""
    with ctx.service.store.read() as tx:
        given = tx.consents(visit.case.id)
    return page(
        request,
        language,
        "own_consents.html",
        case=visit.case,
        form=visit.form,
        given=given,
        names=NAMES,
        over=visit.case.status in FINAL,
        days=ctx.service.profile.retention[Record.CASE].days,
    )


@router.post("/consents/withdraw")
def withdraw_consents(
    request: Request, visit: Visiting, ctx: Ctx, now: Now, form: Token
) -> Response:
    """Withdraw every consent of a case that is over; one that is not is stopped on its own page."""
    visit.check(request, form)
    if visit.case.status not in FINAL:
        return lead(request, "/c/leave")
    withdraw(ctx.service, visit.case.id, actor=SUBSCRIBER, now=now)
    if session_case(ctx.service, visit.session, now=now) is not None:
        return lead(request, "/c/consents")
    # Of a re-check the sessions end with the consents.
    answer = lead(request, "/c/left")
    drop_session(answer)
    return answer


def _looked(entry: Entry) -> bool:
    return entry.deed.action in LOOKS and entry.deed.actor.kind is not ActorKind.SUBSCRIBER


def _told(entry: Entry) -> dict[str, object]:
    """Give what a page says of an entry: of its details, the purpose of a look and no other."""
    deed = entry.deed
    by_check = deed.action in DECIDED and deed.actor.kind is ActorKind.SUBSCRIBER
    why = deed.details.get("why", "")
    return {
        "at": entry.at,
        "who": "check" if by_check else str(deed.actor.kind),
        "id": deed.actor.id if deed.actor.kind in {ActorKind.STAFF, ActorKind.SYSTEM} else "",
        "did": deed.action if deed.action in TOLD else "other",
        "why": why if why in WHY else "",
    }


def _once(told: list[dict[str, object]]) -> list[dict[str, object]]:
    """Leave out what the reader did several times in a row: the page itself writes such entries."""

    def what(each: dict[str, object]) -> tuple[object, object]:
        return each["who"], each["did"]

    return [
        each
        for number, each in enumerate(told)
        if number == 0 or what(each) != what(told[number - 1]) or each["who"] != "subscriber"
    ]
