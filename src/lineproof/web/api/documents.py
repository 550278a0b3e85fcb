"""Documents: shown by the subscriber, read, and laid on the desk for minutes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from lineproof.domain.document import DocumentFinding, Strength, facts, strength
from lineproof.flow.refused import Refused
from lineproof.flow.show_document import show_document
from lineproof.web.api.shapes import PROBLEMS, Told
from lineproof.web.callers import Subscriber
from lineproof.web.context import Ctx, Now
from lineproof.web.parts import Upload, form, upload_of
from lineproof.web.problems import refused

router = APIRouter(prefix="/v1/session/documents", tags=["subscriber"], responses=PROBLEMS)

FILES = {"page": (1, 4), "chip": (0, 20)}
"""Photographs of the pages, and the chip's files as a reader's app names them."""


class DocumentTold(Told):
    """How well the document was read. What it says is not told again to whoever holds it."""

    strength: str = Field(description="How strongly its facts are proven.", examples=["weak"])
    number_read: bool = Field(description="False: photograph the page again, or a person looks.")
    portrait_found: bool


@router.post("", status_code=201, openapi_extra=form(FILES))
def show(
    case: Subscriber, upload: Annotated[Upload, Depends(upload_of(FILES))], ctx: Ctx, now: Now
) -> DocumentTold:
    """Show the document: it is read at once and forgotten after the decision, or in minutes."""
    with ctx.gate.place():
        found = show_document(
            ctx.service, case.id, upload.pictures("page"), chip=upload.chip(), now=now
        )
    if isinstance(found, Refused):
        raise refused(found)
    return _told(found)


def _told(found: DocumentFinding) -> DocumentTold:
    named = {fact.name for fact in facts(found) if fact.strength > Strength.NONE}
    return DocumentTold(
        strength=strength(found).label,
        number_read="document_number" in named,
        portrait_found=hasattr(found.portrait, "value"),
    )
