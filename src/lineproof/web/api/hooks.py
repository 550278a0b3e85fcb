"""Webhook endpoints of an operator's system: where events go, and the secrets that sign them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field, StrictBool

from lineproof.adapters.address import LONGEST_URL, UrlRefused, target_of
from lineproof.adapters.webhooks import new_secret, sealed
from lineproof.domain.audit import Deed
from lineproof.flow.fresh import new_id
from lineproof.storage import Transaction
from lineproof.storage_records import Client, Endpoint
from lineproof.web.api.shapes import ID, PROBLEMS, Asked, Told
from lineproof.web.callers import System, as_actor
from lineproof.web.context import Ctx, Now
from lineproof.web.problems import Problem, WebCode

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=PROBLEMS)

EndpointId = Annotated[str, Path(pattern=rf"^hook{ID}", max_length=37)]

MOST = 10
"""Endpoints of one system that were not taken out: each gets every event."""

SWITCHED_ON = "endpoint_switched_on"
"""In the log, where a system takes an endpoint that is gone into use again."""


class EndpointAsked(Asked):
    """Where events shall go: HTTPS, a public name, port 443 or 8443."""

    url: str = Field(
        min_length=1, max_length=LONGEST_URL, examples=["https://hooks.example.org/lineproof"]
    )


class RotationAsked(Asked):
    """Whether the secret that there is signs as well, until the next rotation."""

    keep_old: StrictBool = True


class EndpointTold(Told):
    """One endpoint, without its secrets."""

    id: str
    url: str
    secrets: int = Field(description="How many sign: two while they are rotated.")
    active: bool
    gone_at: datetime | None = Field(
        description="When it answered 410 Gone: no event goes there until it is switched on again."
    )


class NewSecretTold(Told):
    """An endpoint and its new secret, which is told this once."""

    endpoint: EndpointTold
    secret: str = Field(description="Standard Webhooks; begins with whsec_.")


class EndpointsTold(Told):
    """Every endpoint of a system that was not taken out."""

    endpoints: list[EndpointTold]


@router.get("")
def list_endpoints(client: System, ctx: Ctx) -> EndpointsTold:
    """List where this system's events go, and where they went until it answered 410 Gone."""
    with ctx.service.store.read() as tx:
        return EndpointsTold(endpoints=[_told(each) for each in _kept(tx, client)])


@router.post("", status_code=201)
def add_endpoint(asked: EndpointAsked, client: System, ctx: Ctx, now: Now) -> NewSecretTold:
    """Add an endpoint; every event of this system's cases goes there from now on.

    An address that is gone is switched on again: the same endpoint, with a new secret.
    """
    _check_address(asked, ctx)
    secret = new_secret()
    with ctx.service.store.begin() as tx:
        kept = _kept(tx, client)
        gone = [each.id for each in kept if each.gone_at is not None and each.url == asked.url]
        if not gone and len(kept) >= MOST:
            sentence = f"There are {MOST} endpoints already. Take one out first."
            raise Problem(WebCode.ENDPOINT_REFUSED, sentence, more={"about": "too_many"})
        endpoint_id = gone[0] if gone else new_id("hook", now)
        endpoint = Endpoint(
            id=endpoint_id,
            client=client.id,
            url=asked.url,
            sealed_secrets=(sealed(secret, endpoint_id=endpoint_id, sealer=ctx.service.sealer),),
            active=True,
        )
        _put(tx, endpoint, client, SWITCHED_ON if gone else "endpoint_added", now)
    return NewSecretTold(endpoint=_told(endpoint), secret=secret)


@router.put("/{endpoint_id}")
def change_endpoint(
    endpoint_id: EndpointId, asked: EndpointAsked, client: System, ctx: Ctx, now: Now
) -> EndpointTold:
    """Send events to this address from now on, with the secrets that there are.

    One that is gone is switched on again, be the address another or the same.
    """
    _check_address(asked, ctx)
    with ctx.service.store.begin() as tx:
        before = _own(tx, endpoint_id, client)
        endpoint = replace(before, url=asked.url, active=True, gone_at=None)
        action = "endpoint_changed" if before.gone_at is None else SWITCHED_ON
        _put(tx, endpoint, client, action, now)
    return _told(endpoint)


@router.post("/{endpoint_id}/secrets", status_code=201)
def rotate_secret(
    endpoint_id: EndpointId, asked: RotationAsked, client: System, ctx: Ctx, now: Now
) -> NewSecretTold:
    """Make a new secret; the old one signs beside it until the next rotation, where it is kept."""
    secret = new_secret()
    fresh = sealed(secret, endpoint_id=endpoint_id, sealer=ctx.service.sealer)
    with ctx.service.store.begin() as tx:
        endpoint = _own(tx, endpoint_id, client)
        old = endpoint.sealed_secrets[:1] if asked.keep_old else ()
        endpoint = replace(endpoint, sealed_secrets=(fresh, *old))
        _put(tx, endpoint, client, "endpoint_secret_rotated", now)
    return NewSecretTold(endpoint=_told(endpoint), secret=secret)


@router.delete("/{endpoint_id}")
def remove_endpoint(endpoint_id: EndpointId, client: System, ctx: Ctx, now: Now) -> EndpointTold:
    """Take an endpoint out; nothing goes there any more, not even what waits."""
    with ctx.service.store.begin() as tx:
        endpoint = replace(_own(tx, endpoint_id, client), active=False, gone_at=None)
        _put(tx, endpoint, client, "endpoint_removed", now)
    return _told(endpoint)


def _own(tx: Transaction, endpoint_id: str, client: Client) -> Endpoint:
    found = tx.endpoint(endpoint_id)
    if found is None or found.client != client.id or not _is_kept(found):
        raise Problem(WebCode.ENDPOINT_UNKNOWN, "There is no such endpoint. Check its id.")
    return found


def _kept(tx: Transaction, client: Client) -> list[Endpoint]:
    return [each for each in tx.endpoints(client.id) if _is_kept(each)]


def _is_kept(endpoint: Endpoint) -> bool:
    """Whether its system has not taken it out."""
    return endpoint.active or endpoint.gone_at is not None


def _check_address(asked: EndpointAsked, ctx: Ctx) -> None:
    target = target_of(asked.url, private_hosts=ctx.settings.private_hosts)
    if isinstance(target, UrlRefused):
        sentence = "Events do not go there: give an HTTPS address with a public name."
        raise Problem(WebCode.ENDPOINT_REFUSED, sentence, more={"about": target.code})


def _put(tx: Transaction, endpoint: Endpoint, client: Client, action: str, now: datetime) -> None:
    tx.put_endpoint(endpoint)
    told = {"endpoint": endpoint.id}
    tx.log(Deed(actor=as_actor(client), action=action, case="", details=told), at=now)


def _told(endpoint: Endpoint) -> EndpointTold:
    return EndpointTold(
        id=endpoint.id,
        url=endpoint.url,
        secrets=len(endpoint.sealed_secrets),
        active=endpoint.active,
        gone_at=endpoint.gone_at,
    )
