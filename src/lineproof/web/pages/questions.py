"""What the camera's element asks before it films: its key is bound, and a question is given out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse

from lineproof.domain.challenge import for_script
from lineproof.domain.script import Variant, script
from lineproof.flow.capture import Asked, ask
from lineproof.flow.refused import RefusalCode, Refused
from lineproof.flow.signed_capture import register_key
from lineproof.web.api.captures import KeyAsked, OfAPage, script_told
from lineproof.web.context import Context, Ctx, Now
from lineproof.web.pages.languages import Speaking
from lineproof.web.pages.page_route import PageRoute
from lineproof.web.pages.page_session import Visit, Visiting
from lineproof.web.pages.rendering import HEADERS, lead, page, wants_json
from lineproof.web.pages.steps import CASE
from lineproof.web.problems import refused

router = APIRouter(prefix="/c/face", include_in_schema=False, route_class=PageRoute)

KEY = "/c/face/key"


class PageKey(KeyAsked):
    """The public key, with the token of the page's forms."""

    form: str


def live(ctx: Context, visit: Visit) -> bool:
    """Whether the page plays a script: the policy of this kind of case wants a living person."""
    return ctx.service.profile.policies[visit.case.kind].liveness_required


@router.post("/key")
def bind_key(asked: PageKey, request: Request, visit: Visiting, ctx: Ctx, now: Now) -> Response:
    """Bind the key that this browser made to its session."""
    visit.check(request, asked.form)
    found = register_key(ctx.service, visit.session, asked.key, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return JSONResponse({"thumbprint": found}, headers=HEADERS)


@router.post("/question")
def ask_question(
    request: Request,
    language: Speaking,
    visit: Visiting,
    ctx: Ctx,
    now: Now,
    form: Annotated[str, Form(max_length=64)],
    variant: OfAPage | None = None,
) -> Response:
    """Ask for one capture: a nonce and a script for the element, or a page for one photograph."""
    visit.check(request, form)
    found = ask(ctx.service, visit.case.id, variant=variant, now=now)
    if isinstance(found, Refused):
        return lead(request, after(found))
    if wants_json(request):
        return JSONResponse(_told(found, variant), headers=HEADERS)
    return page(
        request,
        language,
        "photo.html",
        case=visit.case,
        form=visit.form,
        nonce=found.nonce,
        live=live(ctx, visit),
        here="/c/face",
    )


def after(refused: Refused) -> str:
    """Give the page that says why a face was not looked at."""
    known = {
        RefusalCode.DOCUMENT_NEEDED: "/c/document?wrong=needed",
        RefusalCode.CHALLENGE_REFUSED: "/c/face?wrong=too_slow",
        RefusalCode.MESSAGE_REFUSED: "/c/face?wrong=too_slow",
        RefusalCode.ASSISTANCE_MISSING: "/c/face?wrong=assist_first",
        RefusalCode.WAIT_AFTER_FAILURE: "/c/face",
        RefusalCode.PICTURE_UNREADABLE: "/c/face?wrong=unreadable",
    }
    return known.get(refused.code, CASE)


def _told(found: Asked, variant: Variant | None) -> dict[str, object]:
    if variant is None:
        return {"nonce": found.nonce}
    asked = script_told(script(variant, for_script(found.nonce)))
    return {"nonce": found.nonce, "script": asked.model_dump(mode="json")}
