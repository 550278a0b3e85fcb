"""Hints at the camera: the detector for browsers that run it, one word for those that cannot.

A small frame comes, one coarse word goes back; nothing of it is kept, counted or read again. What
the hints say is trusted by nobody: the capture is decided from its own frames.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from lineproof.domain.finding import Unreadable
from lineproof.web.api.next_step import NextStep
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.page_route import PageProblem, PageRoute
from lineproof.web.pages.page_session import Visiting
from lineproof.web.pages.rendering import HEADERS
from lineproof.web.pages.steps import step_of
from lineproof.web.parts import Upload, upload_of

if TYPE_CHECKING:
    from lineproof.web.context import Context

router = APIRouter(prefix="/c/face", include_in_schema=False, route_class=PageRoute)

PER_MINUTE = 60
"""Frames of one case: one a second, so that hints take no place of what decides."""

DETECTOR, HINT = "/c/face/detector", "/c/face/hint"


def offered(ctx: Context) -> dict[str, str]:
    """Give what the camera's element may use: ``detector`` and ``hints``, each an address or ""."""
    guide = ctx.service.site.guide
    return {
        "detector": DETECTOR if guide is not None and guide.network is not None else "",
        "hints": HINT if guide is not None else "",
    }


@router.get("/detector")
def detector(ctx: Ctx, visit: Visiting, now: Now) -> Response:
    """Give the detector's file, once consent was given."""
    guide = ctx.service.site.guide
    if guide is None or guide.network is None or not _at_the_face(ctx, visit, now):
        raise PageProblem("not_found", HTTPStatus.NOT_FOUND)
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response(guide.network, media_type="application/octet-stream", headers=headers)


@router.post("/hint")
def hint(
    request: Request,
    visit: Visiting,
    upload: Annotated[Upload, Depends(upload_of({"frame": (1, 1)}, ("form",)))],
    ctx: Ctx,
    now: Now,
) -> Response:
    """Answer one small frame with one word, or with null where nothing is to change."""
    visit.check(request, upload.fields["form"])
    guide = ctx.service.site.guide
    if guide is None or not _at_the_face(ctx, visit, now):
        raise PageProblem("not_found", HTTPStatus.NOT_FOUND)
    ctx.buckets.take(f"hints:{visit.case.id}", per_minute=PER_MINUTE, now=now)
    with ctx.gate.place():
        word = guide.hint(upload.pictures("frame")[0])
    if isinstance(word, Unreadable):
        raise PageProblem("again", HTTPStatus.UNPROCESSABLE_ENTITY)
    return JSONResponse({"hint": word}, headers=HEADERS)


def _at_the_face(ctx: Ctx, visit: Visiting, now: Now) -> bool:
    return step_of(ctx, visit.case, now=now) is NextStep.SHOW_FACE
