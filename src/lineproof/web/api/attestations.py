"""The way in person: what each of two members of staff saw."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StrictBool

from lineproof.flow.attest import attest
from lineproof.web.api.decided import DecidedTold, decided
from lineproof.web.api.shapes import PROBLEMS, Asked, CaseId
from lineproof.web.callers import SignedIn
from lineproof.web.context import Ctx, Now

router = APIRouter(prefix="/v1/cases", tags=["staff"], responses=PROBLEMS)

Typed = Annotated[
    str,
    Field(max_length=40, pattern=r"^[ /.-]*[A-Za-z0-9][A-Za-z0-9 /.-]*$", examples=["L898902C3"]),
]
"""What is typed from a document; it is hashed at once and kept nowhere."""


class AttestationAsked(Asked):
    """What one member of staff saw and typed."""

    issuer: str = Field(pattern=r"^[A-Za-z]{1,3}$", description="ICAO 9303-3, 5; or ISO 3166-1.")
    kind: str = Field(
        pattern=r"^[A-Za-z]{0,2}$",
        description="The document's code, such as P; empty where it has none, as a licence.",
    )
    number: Typed
    same_person: StrictBool
    document_valid: StrictBool
    old_enough: StrictBool


@router.post("/{case_id}/attestations", status_code=201)
def add_attestation(
    case_id: CaseId, asked: AttestationAsked, person: SignedIn, ctx: Ctx, now: Now
) -> DecidedTold:
    """Say what you saw; another member of staff must say the same before the case goes on."""
    found = attest(
        ctx.service,
        case_id,
        person,
        issuer=asked.issuer.upper(),
        kind=asked.kind.upper(),
        number=asked.number,
        same_person=asked.same_person,
        document_valid=asked.document_valid,
        old_enough=asked.old_enough,
        now=now,
    )
    return decided(ctx, found, now=now)
