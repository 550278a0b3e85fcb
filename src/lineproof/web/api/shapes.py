"""What goes in and out: the words of the interface, each with its form."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from lineproof.domain.case import Case, Kind, Route, Status

ID = r"_[0-9a-f]{32}$"

CaseId = Annotated[
    str,
    Path(pattern=rf"^case{ID}", examples=["case_0198c0ffee000123456789abcdef0123"], max_length=37),
]

MSISDN = r"^[1-9][0-9]{4,14}$"

LineNumber = Annotated[
    str, Path(pattern=MSISDN, description="E.164 without the plus sign.", examples=["15550001"])
]

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["desk-1"])]
"""An id of the operator's: of a member of staff, a shop, a device. Never a person's name."""


class Asked(BaseModel):
    """What a caller sends: a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """What is answered."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SimShape(Asked):
    """One SIM; for an eSIM the ICCID is the profile's."""

    iccid: str = Field(
        pattern=r"^[0-9]{18,20}$", description="ITU-T E.118.", examples=["8949000000000000001"]
    )
    imsi: str = Field(
        pattern=r"^[0-9]{6,15}$", description="ITU-T E.212.", examples=["001010000000001"]
    )


class HandledByShape(Asked):
    """Who handles the case, where, on what: it stands in all its records."""

    staff: Name
    shop: Name
    device: Name


class CaseTold(Told):
    """One case, as the operator's system and the shop may know it."""

    id: str
    kind: Kind
    status: Status
    version: int = Field(description="Counts every change; the ETag is made of it.")
    profile: str
    msisdn: str
    sim: SimShape | None
    handled_by: HandledByShape | None
    route: Route | None
    attempts: int = Field(description="Face captures begun so far.")
    opened_at: datetime
    expires_at: datetime
    not_before: datetime | None = Field(description="The order may go out then.")


def case_told(case: Case) -> CaseTold:
    """Write a case down: nothing of a person, not even the keyed hash."""
    sim, by = case.sim, case.handled_by
    return CaseTold(
        id=case.id,
        kind=case.kind,
        status=case.status,
        version=case.version,
        profile=case.profile,
        msisdn=case.msisdn,
        sim=SimShape(iccid=sim.iccid, imsi=sim.imsi) if sim is not None else None,
        handled_by=(
            HandledByShape(staff=by.staff, shop=by.shop, device=by.device)
            if by is not None
            else None
        ),
        route=case.route,
        attempts=case.attempts,
        opened_at=case.opened_at,
        expires_at=case.expires_at,
        not_before=case.not_before,
    )


class ProblemTold(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = Field(examples=["/problems/not_now"])
    title: str = Field(examples=["Not now"])
    status: int = Field(examples=[409])
    detail: str = Field(description="One sentence: what is wrong and what to do.")
    code: str = Field(description="Stable; docs/reasons.md explains each.", examples=["not_now"])
    request_id: str
    about: str | None = Field(None, description="A finer code, where there is one.")
    reasons: list[str] | None = Field(None, description="For an operator's system only.")
    errors: list[dict[str, str]] | None = Field(
        None, description="Where a request is wrong, and what is; never the value."
    )


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": "A problem document.",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemTold"}}
        },
    }
    for status in ("4XX", "5XX")
}
"""For the OpenAPI: how every route says no."""

OAUTH_PROBLEMS: dict[int | str, dict[str, Any]] = {
    **PROBLEMS,
    "4XX": {
        "description": "An error of RFC 6749, 5.2; or a problem document, before it came so far.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            **PROBLEMS["4XX"]["content"],
        },
    },
}
"""The token endpoint says no in OAuth's own words."""
