"""Operators' systems, for admins: who they are by their public keys, and whether they may call."""

from __future__ import annotations

import json
import re
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field, StrictBool

from lineproof.domain.audit import Actor, Deed
from lineproof.domain.staff import Act
from lineproof.storage import Store
from lineproof.storage_records import Client
from lineproof.web.api.shapes import PROBLEMS, Asked, Told
from lineproof.web.callers import SignedIn, must
from lineproof.web.context import Ctx, Now
from lineproof.web.problems import Problem, WebCode
from lineproof.web.sign_in.client_keys import KeysRefused, read_keys
from lineproof.web.sign_in.four_eyes import propose_system, system_needs_two

router = APIRouter(prefix="/v1/systems", tags=["staff"], responses=PROBLEMS)

SYSTEM_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")

SystemId = Annotated[str, Path(pattern=SYSTEM_ID.pattern, examples=["operator-1"])]


class SystemAsked(Asked):
    """An operator's system."""

    keys: dict[str, Any] = Field(
        description="A JWK set of public keys, each with a kid: P-256, Ed25519 or RSA."
    )
    active: StrictBool = True


class ProposedTold(Told):
    """Nothing was done yet: another admin confirms it (POST /v1/staff/proposals/confirmation)."""

    proposal: str
    expires_at: datetime


class SystemTold(Told):
    """A system, without its keys."""

    id: str
    active: bool


@router.put("/{system_id}", responses={202: {"model": ProposedTold}})
def put_system(
    system_id: SystemId,
    asked: SystemAsked,
    person: SignedIn,
    ctx: Ctx,
    now: Now,
    answer: Response,
) -> SystemTold | ProposedTold:
    """Stop an operator's system; to add one or change its keys, propose it to another admin."""
    actor = must(person, Act.MANAGE_STAFF)
    client = client_of(system_id, json.dumps(asked.keys), active=asked.active)
    if isinstance(client, KeysRefused):
        raise Problem(WebCode.KEYS_REFUSED, client.sentence)
    with ctx.service.store.read() as tx:
        before = tx.client(client.id)
    if system_needs_two(before, client):
        found = propose_system(ctx.door, client, by=person.id)
        answer.status_code = HTTPStatus.ACCEPTED
        answer.headers["Cache-Control"] = "no-store"
        return ProposedTold(proposal=found.token, expires_at=found.expires_at)
    keep_system(ctx.service.store, client, actor=actor, now=now)
    return SystemTold(id=client.id, active=client.active)


def client_of(system_id: str, keys: str, *, active: bool) -> Client | KeysRefused:
    """Give a system whose keys are good."""
    found = read_keys(keys)
    if isinstance(found, KeysRefused):
        return found
    return Client(id=system_id, keys=keys, active=active)


def keep_system(store: Store, client: Client, *, actor: Actor, now: datetime) -> None:
    """Keep it, and that it was changed."""
    told = {"system": client.id, "active": str(client.active).lower()}
    with store.begin() as tx:
        tx.put_client(client)
        tx.log(Deed(actor=actor, action="system_changed", case="", details=told), at=now)
