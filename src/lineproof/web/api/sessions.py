"""The subscriber's browser: its session, and what it may know of its one case."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from lineproof.domain.case import Case, Kind, Route, Status
from lineproof.domain.token import LIFE_OF, TokenUse
from lineproof.flow.agree import take_other_way, withdraw
from lineproof.flow.apply import exchange
from lineproof.flow.moving import SUBSCRIBER
from lineproof.flow.refused import Refused
from lineproof.web.api.next_step import NextStep, next_step
from lineproof.web.api.shapes import PROBLEMS, Asked, Told
from lineproof.web.callers import Anybody, Subscriber
from lineproof.web.context import Context, Ctx, Now
from lineproof.web.problems import refused

router = APIRouter(prefix="/v1", tags=["subscriber"], responses=PROBLEMS)


class SessionAsked(Asked):
    """The secret that the operator's system handed to the browser."""

    client_secret: str = Field(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")


class OwnCase(Told):
    """A case, as its subscriber knows it: no score, no fine reason, nothing of the document."""

    kind: Kind
    status: Status
    line: str = Field(description="The line's number without all but its last digits.")
    next: NextStep = Field(description="What the subscriber can do next.")
    route: Route | None
    ways: list[Route] = Field(description="Every way there is, the face check among equals.")
    attempts_left: int = Field(description="Face captures before a person looks.")
    expires_at: datetime


class SessionTold(Told):
    """A session: it acts in one case, until it expires."""

    session: str = Field(description="For the Authorization header: Bearer.")
    expires_at: datetime
    case: OwnCase


class OwnEntry(Told):
    """One entry of the log, without its details: they hold fine reasons."""

    at: datetime
    who: str = Field(examples=["staff:s-7"])
    what: str = Field(examples=["viewed"])
    why: str = Field(examples=["review"])


class OwnLog(Told):
    """Every entry about one's own case, in order (promise 6)."""

    entries: list[OwnEntry]


class WayAsked(Asked):
    """The way to take instead of the face check, or the face check's place for another."""

    route: Route


@router.post("/sessions", status_code=201, dependencies=[Anybody])
def open_session(asked: SessionAsked, ctx: Ctx, now: Now) -> SessionTold:
    """Exchange a client secret, once, for a session."""
    found = exchange(ctx.service, asked.client_secret, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    case, session = found
    return SessionTold(
        session=session,
        expires_at=now + LIFE_OF[TokenUse.SESSION],
        case=own_case(ctx, case, now=now),
    )


@router.get("/session")
def read_session(case: Subscriber, ctx: Ctx, now: Now) -> OwnCase:
    """Say where the case stands and what comes next."""
    return own_case(ctx, case, now=now)


@router.get("/session/log")
def read_own_log(case: Subscriber, ctx: Ctx) -> OwnLog:
    """Show the subscriber every entry about their case: who, when, what."""
    with ctx.service.store.read() as tx:
        found = tx.entries_of(case.id)
    entries = [
        OwnEntry(
            at=each.at,
            who=str(each.deed.actor),
            what=each.deed.action,
            why=each.deed.details.get("why", ""),
        )
        for each in found
    ]
    return OwnLog(entries=entries)


@router.post("/session/other-way")
def go_other_way(asked: WayAsked, case: Subscriber, ctx: Ctx, now: Now) -> OwnCase:
    """Leave the face check, before it or after any attempt, for a way of equal standing."""
    found = take_other_way(ctx.service, case.id, asked.route, actor=SUBSCRIBER, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return own_case(ctx, found, now=now)


@router.delete("/session")
def leave(case: Subscriber, ctx: Ctx, now: Now) -> OwnCase:
    """Withdraw: the case stops and what is held is deleted."""
    found = withdraw(ctx.service, case.id, actor=SUBSCRIBER, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return own_case(ctx, found, now=now)


def own_case(ctx: Context, case: Case, *, now: datetime) -> OwnCase:
    """Write a case down for its subscriber."""
    profile = ctx.service.profile
    shown = ctx.service.desk.look(case.id, now=now) is not None
    return OwnCase(
        kind=case.kind,
        status=case.status,
        line="…" + case.msisdn[-3:],
        next=next_step(case, document_shown=shown),
        route=case.route,
        ways=[Route.FACE, *sorted(profile.alternatives)],
        attempts_left=max(profile.policies[case.kind].attempts - case.attempts, 0),
        expires_at=case.expires_at,
    )
