"""Lines: who holds them, how many a person may hold, when they may change, and who locked them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from lineproof.domain.case import Kind
from lineproof.domain.reason import Reason, ReasonCode

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.domain.profile import Channel, Profile
    from lineproof.domain.sim import Sim


class LineStatus(StrEnum):
    """What the network does for a line."""

    ACTIVE = "active"
    BARRED = "barred"
    """No outgoing calls but emergency ones."""
    SUSPENDED = "suspended"
    """No service but emergency calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as the cases know it. ``holder`` is a keyed hash, never a name or a number."""

    msisdn: str = field(repr=False)
    operator: str
    sim: Sim = field(repr=False)
    holder: str = field(repr=False)
    status: LineStatus
    locked: bool
    """The subscriber's lock, free of charge: no SIM replacement and no transfer while it holds."""
    version: int
    opened_at: datetime
    changed_at: datetime
    """The last change of SIM or holder; the opening counts as one."""
    second_channel: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands about a line and a person when a case about them is decided."""

    kind: Kind
    line: Line | None
    """None where the line does not exist yet."""
    person: str | None = field(repr=False)
    """Keyed hash of the document that was shown; None where its number could not be read."""
    lines_held: int
    """Lines that this person holds already, orders on their way counted in."""
    attempts: int
    """Face captures of this person within the profile's window, this one counted in."""
    holder_agreed: bool
    channels: frozenset[Channel]
    """Where the line's holder can be reached."""
    asked_at: datetime
    """When the case was opened: what was agreed and shown in it was about the line as it was."""
    now: datetime
    sim_taken: bool
    """Another number's line has the SIM that is asked for, or another number's case names it."""


NEEDS_A_LINE = frozenset({Kind.SIM_REPLACEMENT, Kind.TRANSFER, Kind.RECHECK, Kind.LOCK_RELEASE})
"""Kinds about a line that exists; the other two are about one that does not."""

CHANGES_A_LINE = frozenset({Kind.SIM_REPLACEMENT, Kind.TRANSFER})
"""Kinds that a lock stops, that wait between changes, and that notices announce beforehand."""

ANNOUNCED = CHANGES_A_LINE | {Kind.PORT_IN}
"""Kinds that the number itself is told of before they happen, wherever it is served until then."""

ADDS_A_LINE = frozenset({Kind.NEW_LINE, Kind.PORT_IN, Kind.TRANSFER})
"""Kinds after which the person holds one line more."""


def hindered(standing: Standing, profile: Profile) -> tuple[Reason, ...]:
    """Give the facts of line and person that forbid this today, whoever asks."""
    line, kind = standing.line, standing.kind
    changes = line is not None and kind in CHANGES_A_LINE
    wait = profile.cool_off
    found = {
        ReasonCode.LINE_UNKNOWN: line is None and kind in NEEDS_A_LINE,
        ReasonCode.LINE_EXISTS: line is not None and kind not in NEEDS_A_LINE,
        ReasonCode.LINE_LOCKED: changes and line is not None and line.locked,
        ReasonCode.LINE_CHANGED: (
            changes and line is not None and line.changed_at > standing.asked_at
        ),
        ReasonCode.TRANSFER_NOT_ALLOWED: kind is Kind.TRANSFER and not profile.transfer_allowed,
        ReasonCode.COOL_OFF: (
            changes and line is not None and standing.now < line.changed_at + wait
        ),
        ReasonCode.SIM_TAKEN: standing.sim_taken,
        ReasonCode.LINE_LIMIT: (
            kind in ADDS_A_LINE
            and profile.lines_per_person is not None
            and standing.lines_held >= profile.lines_per_person
        ),
    }
    return tuple(Reason(code) for code, holds in found.items() if holds)


def questioned(standing: Standing, profile: Profile) -> tuple[Reason, ...]:
    """Give what a person has to look at: whose document it is, and how often was tried."""
    reasons = []
    if standing.person is None:
        reasons.append(Reason(ReasonCode.DOCUMENT_FACT_UNMEASURED, "document_number"))
    elif standing.line is not None:
        holds = standing.line.holder == standing.person
        # A document that was renewed has another number, so a person looks and nobody is refused.
        if standing.kind is not Kind.TRANSFER and not holds:
            reasons.append(Reason(ReasonCode.HOLDER_DIFFERS))
        if standing.kind is Kind.TRANSFER and holds:
            reasons.append(Reason(ReasonCode.HOLDER_SAME))
    if standing.kind is Kind.TRANSFER and not standing.holder_agreed:
        reasons.append(Reason(ReasonCode.HOLDER_NOT_ASKED))
    if standing.kind in CHANGES_A_LINE and not profile.notices <= standing.channels:
        reasons.append(Reason(ReasonCode.NOTICE_IMPOSSIBLE))
    if standing.attempts > profile.attempts_per_person:
        reasons.append(Reason(ReasonCode.PERSON_ATTEMPTS_USED))
    return tuple(reasons)


def earliest(kind: Kind, profile: Profile, *, now: datetime) -> datetime:
    """Give the time at which an order may go out that is approved now.

    What is announced waits for the window in which the holder may object; a line that is added
    for the profile's hold.
    """
    if kind in CHANGES_A_LINE:
        return now + profile.objection_window
    if kind in ANNOUNCED:
        return now + max(profile.objection_window, profile.hold_before_activation)
    return now + (profile.hold_before_activation if kind in ADDS_A_LINE else timedelta(0))
