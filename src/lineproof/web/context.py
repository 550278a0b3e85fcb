"""What a route may use: the service, who opens the doors, the clock, the gate."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Protocol, cast

from fastapi import Depends, Request

from lineproof.web.gate import Gate
from lineproof.web.limits import Buckets
from lineproof.web.tallies import Tallies

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineproof.domain.staff import Staff
    from lineproof.ports import Service
    from lineproof.settings import Settings
    from lineproof.storage_records import Client
    from lineproof.web.sign_in.door import Door


class Doors(Protocol):
    """Knows who stands before the service, by what they show."""

    def system(self, request: Request, *, now: datetime) -> Client | None:
        """Give the operator's system whose access token this is."""

    def staff(self, request: Request, *, now: datetime) -> Staff | None:
        """Give the member of staff who is signed in."""


SEEN_FOR = timedelta(seconds=5)
"""So long an answer about the network is good enough for whoever asks next."""


@dataclass(slots=True)
class Recent:
    """Asks at most one question at a time: a network that hangs takes one thread and not all."""

    _answer: bool = field(default=False, init=False)
    _until: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def seen(self, ask: Callable[[], bool], *, now: datetime) -> bool:
        """Give what was answered lately, or ask."""
        if now < self._until or not self._lock.acquire(blocking=False):
            return self._answer
        try:
            self._answer = ask()
            self._until = now + SEEN_FOR
        finally:
            self._lock.release()
        return self._answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One of each, for every request."""

    service: Service
    door: Door
    """Where systems and staff sign in."""
    doors: Doors
    settings: Settings
    clock: Callable[[], datetime]
    gate: Gate
    buckets: Buckets = field(default_factory=Buckets)
    tallies: Tallies = field(default_factory=Tallies)
    network: Recent = field(default_factory=Recent)
    """Whether the operator's network answered."""
    bell: threading.Event = field(default_factory=threading.Event)
    """Rung after a request that may have put something into the outbox."""


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def context(request: Request) -> Context:
    """Give the context of the application that a request came to."""
    return cast("Context", request.app.state.context)


def now_of(request: Request) -> datetime:
    """Give the one time of a request: when it came."""
    return cast("datetime", request.state.now)


Ctx = Annotated[Context, Depends(context)]
Now = Annotated[datetime, Depends(now_of)]
