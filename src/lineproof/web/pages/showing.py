"""Showing the document and the face: photographs in, and the page of what comes next out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, Response

from lineproof.domain.document import Strength, facts
from lineproof.domain.reason import Outcome
from lineproof.flow.assist import assisted_here
from lineproof.flow.capturable import may_play, waits
from lineproof.flow.capture import capture
from lineproof.flow.refused import RefusalCode, Refused
from lineproof.flow.show_document import show_document
from lineproof.flow.verify import MOST_FRAMES
from lineproof.web.api.captures import SIGNED, signed_of
from lineproof.web.api.next_step import NextStep
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.guiding import offered
from lineproof.web.pages.hints import last_hint, mends_document
from lineproof.web.pages.languages import Speaking
from lineproof.web.pages.page_route import PageRoute
from lineproof.web.pages.page_session import Visiting
from lineproof.web.pages.questions import KEY, after, live
from lineproof.web.pages.rendering import lead, page
from lineproof.web.pages.steps import CASE, step_of
from lineproof.web.parts import Upload, upload_of

if TYPE_CHECKING:
    from lineproof.domain.document import DocumentFinding

router = APIRouter(prefix="/c", include_in_schema=False, route_class=PageRoute)

PAGES = {"page": (0, 4)}
FRAMES = {"frame": (0, MOST_FRAMES)} | SIGNED
"""None at least: a browser sends an empty file where none was chosen, and the page says so."""

SAID_OF_DOCUMENT = frozenset({"missing", "unreadable", "too_small", "needed", "poor_portrait"})
SAID_OF_FACE = frozenset({"photo_missing", "too_slow", "unreadable", "assist_first"})
"""What an address may ask a page to say: words of ours, and nothing else."""


@router.get("/document")
def ask_document(
    request: Request, language: Speaking, visit: Visiting, ctx: Ctx, now: Now, wrong: str = ""
) -> Response:
    """Ask for photographs of the document."""
    if step_of(ctx, visit.case, now=now) not in {NextStep.SHOW_DOCUMENT, NextStep.SHOW_FACE}:
        return lead(request, CASE)
    said = language.say(f"document.{wrong}") if wrong in SAID_OF_DOCUMENT else ""
    return page(request, language, "document.html", case=visit.case, form=visit.form, wrong=said)


@router.post("/document")
def take_document(
    request: Request,
    visit: Visiting,
    upload: Annotated[Upload, Depends(upload_of(PAGES, ("form",)))],
    ctx: Ctx,
    now: Now,
) -> Response:
    """Read the document."""
    visit.check(request, upload.fields["form"])
    pictures = [content for content in upload.pictures("page") if content]
    if not pictures:
        return lead(request, "/c/document?wrong=missing")
    with ctx.gate.place():
        found = show_document(ctx.service, visit.case.id, pictures, chip={}, now=now)
    if isinstance(found, Refused):
        if found.code is not RefusalCode.DOCUMENT_UNREADABLE:
            return lead(request, CASE)
        small = found.about.startswith("image_too_small")
        return lead(request, f"/c/document?wrong={'too_small' if small else 'unreadable'}")
    return lead(request, "/c/face" if all(_read(found)) else "/c/document/checked")


@router.get("/document/checked")
def checked(request: Request, language: Speaking, visit: Visiting, ctx: Ctx, now: Now) -> Response:
    """Say what of the document could not be read."""
    shown = ctx.service.desk.look(visit.case.id, now=now)
    if shown is None or step_of(ctx, visit.case, now=now) is not NextStep.SHOW_FACE:
        return lead(request, CASE)
    number, portrait = _read(shown.finding)
    return page(
        request,
        language,
        "checked.html",
        case=visit.case,
        number_read=number,
        portrait_found=portrait,
    )


@router.get("/face")
def ask_face(
    request: Request, language: Speaking, visit: Visiting, ctx: Ctx, now: Now, wrong: str = ""
) -> Response:
    """Ask for the face."""
    case = visit.case
    if step_of(ctx, case, now=now) is not NextStep.SHOW_FACE:
        return lead(request, CASE)
    hint = last_hint(ctx, case)
    said = ""
    if wrong in SAID_OF_FACE:
        said = language.say(f"face.{wrong}")
    elif hint is not None:
        said = language.say(f"hint.{hint}")
    attempts = ctx.service.profile.policies[case.kind].attempts
    with ctx.service.store.read() as tx:
        wait = waits(tx, ctx.service, case, now)
        over = live(ctx, visit) and may_play(tx, case) is not None
    return page(
        request,
        language,
        "face.html",
        case=case,
        form=visit.form,
        wrong=said,
        tries=0 if over else max(attempts - case.attempts, 0),
        wait=wait,
        words=json.dumps(language.section("camera")),
        guidance=offered(ctx),
        key=KEY if live(ctx, visit) else "",
        assisted=assisted_here(ctx.service, case),
    )


@router.post("/face")
def take_face(
    request: Request,
    visit: Visiting,
    upload: Annotated[Upload, Depends(upload_of(FRAMES, ("form", "nonce")))],
    ctx: Ctx,
    now: Now,
) -> Response:
    """Decide whether the person in the pictures is the person on the document."""
    visit.check(request, upload.fields["form"])
    frames = [content for content in upload.pictures("frame") if content]
    if not frames:
        return lead(request, "/c/face?wrong=photo_missing")
    signed = signed_of(upload, visit.session)
    with ctx.gate.place():
        found = capture(
            ctx.service,
            visit.case.id,
            frames,
            nonce=upload.fields["nonce"],
            signed=signed,
            now=now,
        )
    if isinstance(found, Refused):
        return lead(request, after(found))
    ctx.tallies.decided(found.case, found.decision, now=now)
    if found.decision.outcome is Outcome.RETRY and mends_document(found.decision):
        return lead(request, "/c/document?wrong=poor_portrait")
    return lead(request, CASE)


def _read(found: DocumentFinding) -> tuple[bool, bool]:
    """Say whether the number and the portrait were found."""
    named = {fact.name for fact in facts(found) if fact.strength > Strength.NONE}
    return "document_number" in named, hasattr(found.portrait, "value")
