"""Who calls: an operator's system, the subscriber's browser, a member of staff. Nobody else."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from lineproof.domain.audit import Actor, ActorKind
from lineproof.domain.case import Case
from lineproof.domain.staff import Act, Staff
from lineproof.flow.apply import session_case
from lineproof.flow.refused import RefusalCode
from lineproof.storage_records import Client
from lineproof.web.context import Context, Ctx, Now
from lineproof.web.problems import Problem, WebCode

_SYSTEM = HTTPBearer(
    scheme_name="system",
    description="An access token of /v1/oauth/token (client credentials, private_key_jwt).",
    auto_error=False,
)
_SESSION = HTTPBearer(
    scheme_name="session", description="A session of POST /v1/sessions.", auto_error=False
)
_STAFF = HTTPBearer(
    scheme_name="staff", description="A session that a passkey opened.", auto_error=False
)


def bearer(request: Request) -> str | None:
    """Give the token of an Authorization header (RFC 6750, 2.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def system(request: Request, ctx: Ctx, now: Now, _: Annotated[object, Security(_SYSTEM)]) -> Client:
    """Give the operator's system that calls."""
    client = ctx.doors.system(request, now=now)
    if client is None:
        raise _stranger(request, ctx, now)
    _known(request, ctx, now, f"system:{client.id}", ctx.settings.system_rate)
    return client


def subscriber(
    request: Request, ctx: Ctx, now: Now, _: Annotated[object, Security(_SESSION)]
) -> Case:
    """Give the one case that the subscriber's session may act in."""
    token = bearer(request)
    case = session_case(ctx.service, token, now=now) if token is not None else None
    if case is None:
        raise _stranger(request, ctx, now)
    _known(request, ctx, now, f"session:{case.id}", ctx.settings.person_rate)
    return case


def session_of(request: Request, case: Annotated[Case, Depends(subscriber)]) -> str:
    """Give the session itself, once it is certain that it is one."""
    del case
    return bearer(request) or ""


def staff(request: Request, ctx: Ctx, now: Now, _: Annotated[object, Security(_STAFF)]) -> Staff:
    """Give the member of staff who is signed in."""
    person = ctx.doors.staff(request, now=now)
    if person is None:
        raise _stranger(request, ctx, now)
    _known(request, ctx, now, f"staff:{person.id}", ctx.settings.person_rate)
    return person


System = Annotated[Client, Depends(system)]
Subscriber = Annotated[Case, Depends(subscriber)]
OwnSession = Annotated[str, Depends(session_of)]
SignedIn = Annotated[Staff, Depends(staff)]


def stranger(request: Request, ctx: Ctx, now: Now) -> None:
    """Let somebody ask who shows nothing yet, though not too often."""
    address = request.client.host if request.client is not None else ""
    ctx.buckets.take(f"address:{address}", per_minute=ctx.settings.stranger_rate, now=now)


Anybody = Depends(stranger)


def must(person: Staff, act: Act) -> Actor:
    """Give the actor that a member of staff is, where their role may do this."""
    if not person.may(act):
        raise Problem(RefusalCode.NOT_ALLOWED, "Your role may not do this.")
    return Actor(ActorKind.STAFF, person.id)


def as_actor(client: Client) -> Actor:
    """Give the actor that a system is."""
    return Actor(ActorKind.SYSTEM, client.id)


def _known(request: Request, ctx: Context, now: datetime, caller: str, per_minute: int) -> None:
    request.state.caller = caller
    ctx.buckets.take(caller, per_minute=per_minute, now=now)


def _stranger(request: Request, ctx: Context, now: datetime) -> Problem:
    """Refuse whoever shows nothing, or nothing good; guessing is counted by address."""
    stranger(request, ctx, now)
    if "authorization" in request.headers:
        sentence = "These credentials are over or were never good. Get new ones."
        told = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        return Problem(WebCode.CREDENTIALS_REFUSED, sentence, headers=told)
    sentence = "This asks for credentials: send them in the Authorization header."
    return Problem(WebCode.CREDENTIALS_MISSING, sentence, headers={"WWW-Authenticate": "Bearer"})
