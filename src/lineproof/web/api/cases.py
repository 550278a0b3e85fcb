"""Cases: opened, listed and read by the operator's system."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import Field

from lineproof.domain.case import HandledBy, Kind, Status
from lineproof.domain.sim import Sim
from lineproof.flow.apply import Application, Opened, open_in, renew
from lineproof.flow.refused import Refused
from lineproof.flow.viewing import case_of, cases_of, view_case
from lineproof.web.api.shapes import (
    MSISDN,
    PROBLEMS,
    Asked,
    CaseId,
    CaseTold,
    HandledByShape,
    SimShape,
    Told,
    case_told,
)
from lineproof.web.callers import System, as_actor
from lineproof.web.context import Ctx, Now
from lineproof.web.idempotency import IdempotencyKey, given_before, hash_of, keep
from lineproof.web.problems import refused

router = APIRouter(prefix="/v1/cases", tags=["cases"], responses=PROBLEMS)


class CaseAsked(Asked):
    """What is asked for, about which line."""

    kind: Kind
    msisdn: str = Field(
        pattern=MSISDN, description="E.164 without the plus sign.", examples=["15550001"]
    )
    sim: SimShape | None = Field(
        None, description="The SIM that the line shall have; where the kind changes one."
    )
    handled_by: HandledByShape | None = Field(
        None, description="Null where the subscriber is alone, on a telephone."
    )
    second_channel: str | None = Field(
        None,
        max_length=254,
        pattern=r"^(mailto:[^\s@?&\x00-\x1f\x7f-\x9f]{1,64}@[A-Za-z0-9.-]{1,180}|tel:\+[1-9][0-9]{4,14})$",
        description="Where notices go besides the line itself; where the person gets a line.",
        examples=["mailto:somebody@example.org"],
    )


class SecretTold(Told):
    """The secret by which the subscriber's browser gets its session."""

    case: CaseTold
    client_secret: str = Field(description="Good once, for ten minutes. Kept nowhere by us.")


class CaseListed(Told):
    """A case in a list: where it stands, and nothing of its line. Reading it is on record."""

    id: str
    kind: Kind
    status: Status
    version: int


class CasesTold(Told):
    """A page of cases."""

    cases: list[CaseListed]
    next: str | None = Field(description="The cursor of the next page; null after the last.")


@router.post("", status_code=201)
def open_case(
    asked: CaseAsked, key: IdempotencyKey, client: System, ctx: Ctx, now: Now
) -> SecretTold:
    """Open a case, unless what stands about the line forbids it already."""
    hashed, sealer = hash_of(asked), ctx.service.sealer
    with ctx.service.store.begin() as tx:
        before = given_before(tx, sealer, client.id, key, request_hash=hashed)
        if before is not None:
            return SecretTold.model_validate_json(before)
        found = open_in(
            tx, ctx.service, _application(asked, client.id), actor=as_actor(client), now=now
        )
        if isinstance(found, Refused):
            raise refused(found, reasons=True)
        told = _secret_told(found)
        keep(
            tx,
            sealer,
            client.id,
            key,
            request_hash=hashed,
            status=201,
            body=told.model_dump_json(),
            now=now,
        )
        return told


@router.get("")
def list_cases(
    client: System,
    ctx: Ctx,
    status: Annotated[list[Status], Query(description="Only these; none for all.")] = [],  # noqa: B006 - the framework copies it
    after: Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CasesTold:
    """List this system's own cases, the oldest first."""
    found = cases_of(ctx.service, client.id, statuses=frozenset(status), after=after, limit=limit)
    return CasesTold(
        cases=[
            CaseListed(id=case.id, kind=case.kind, status=case.status, version=case.version)
            for case in found
        ],
        next=found[-1].id if len(found) == limit else None,
    )


@router.get("/{case_id}", responses={304: {"description": "The version that the ETag names."}})
def read_case(
    case_id: CaseId,
    client: System,
    ctx: Ctx,
    now: Now,
    response: Response,
    if_none_match: Annotated[str | None, Header(max_length=200)] = None,
) -> CaseTold:
    """Read a case. Every version that a system reads is in the case's log."""
    case = view_case(ctx.service, case_id, client.id, now=now)
    if isinstance(case, Refused):
        raise refused(case)
    etag = f'"{case.version}"'
    response.headers["ETag"] = etag
    if if_none_match is not None and etag in {each.strip() for each in if_none_match.split(",")}:
        return Response(status_code=304, headers={"ETag": etag})  # type: ignore[return-value]
    return case_told(case)


@router.post("/{case_id}/secrets", status_code=201)
def renew_secret(case_id: CaseId, client: System, ctx: Ctx, now: Now) -> SecretTold:
    """Make a new secret for a link that was lost; the sessions of the old one end."""
    case = case_of(ctx.service, case_id, client.id)
    if isinstance(case, Refused):
        raise refused(case)
    found = renew(ctx.service, case.id, actor=as_actor(client), now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return _secret_told(found)


def _application(asked: CaseAsked, client_id: str) -> Application:
    sim, by = asked.sim, asked.handled_by
    return Application(
        operator=client_id,
        kind=asked.kind,
        msisdn=asked.msisdn,
        sim=Sim(sim.iccid, sim.imsi) if sim is not None else None,
        handled_by=(
            HandledBy(staff=by.staff, shop=by.shop, device=by.device) if by is not None else None
        ),
        second_channel=asked.second_channel,
    )


def _secret_told(found: Opened) -> SecretTold:
    return SecretTold(case=case_told(found.case), client_secret=found.client_secret)
