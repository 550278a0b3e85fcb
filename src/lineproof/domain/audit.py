"""The log: entries that are linked by hash, so that none can be changed or left out unseen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

BEGINNING = "0" * 64
"""What the first entry is linked to."""


class ActorKind(StrEnum):
    """Who did it."""

    SUBSCRIBER = "subscriber"
    HOLDER = "holder"
    STAFF = "staff"
    SYSTEM = "system"
    """An operator's system, by its client id."""
    CLOCK = "clock"
    """Nobody: a deadline or a window passed."""
    NETWORK = "network"
    """The operator's network answered."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: what kind of actor, and which (an id of ours, never a name)."""

    kind: ActorKind
    id: str

    def __str__(self) -> str:
        """Write it as the log does, such as ``staff:s-7``."""
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is to be logged: who did what to which case, with facts that name no person."""

    actor: Actor
    action: str
    """Such as ``case_opened``, ``decided``, ``viewed``."""
    case: str
    """The case's id, or empty where it concerns none."""
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One deed in its place in the log."""

    number: int
    """Counts from 1, without a gap."""
    at: datetime
    deed: Deed
    previous: str
    """The hash of the entry before, or BEGINNING."""
    hash: str


def entry(deed: Deed, *, number: int, at: datetime, previous: str) -> Entry:
    """Put a deed into its place, linked to the entry before."""
    return Entry(
        number=number,
        at=at,
        deed=deed,
        previous=previous,
        hash=digest(deed, number=number, at=at, previous=previous),
    )


def digest(deed: Deed, *, number: int, at: datetime, previous: str) -> str:
    """Give the hash of an entry: SHA-256 over its canonical JSON, hexadecimal.

    Canonical: keys sorted, no spaces, UTF-8, the time in UTC to the microsecond.
    """
    content = {
        "number": number,
        "at": at.isoformat(timespec="microseconds"),
        "actor": str(deed.actor),
        "action": deed.action,
        "case": deed.case,
        "details": dict(deed.details),
        "previous": previous,
    }
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Broken:
    """The log does not hold: at entry ``number``, ``why`` (``changed``, ``gap``, ``unlinked``)."""

    number: int
    why: str


def verify_chain(entries: Iterable[Entry]) -> int | Broken:
    """Walk the whole log; give the number of entries, or the first place where it is broken."""
    number, previous = 0, BEGINNING
    for each in entries:
        number += 1
        if each.number != number:
            return Broken(number, "gap")
        if each.previous != previous:
            return Broken(number, "unlinked")
        expected = digest(each.deed, number=each.number, at=each.at, previous=each.previous)
        if each.hash != expected:
            return Broken(number, "changed")
        previous = each.hash
    return number
