"""A regime's rules for lines, as data: what one country or operator demands of every case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from lineproof.domain.case import Kind, Route
from lineproof.domain.challenge import LONGEST_DELAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.domain.policy import Policy


class Consequence(StrEnum):
    """What follows from a re-check that is not passed by its deadline."""

    NONE = "none"
    BAR_OUTGOING = "bar_outgoing"
    SUSPEND = "suspend"


class Record(StrEnum):
    """The kinds of record that a profile gives a time to."""

    CASE = "case"
    """The case, its consents, decisions and notices."""
    ATTEMPT = "attempt"
    """When a person tried, by keyed hash: for counting attempts."""
    HELD = "held"
    """What a reviewer may look at, sealed, until the decision."""


class Channel(StrEnum):
    """Where a notice of a change goes before it is made."""

    OLD_SIM = "old_sim"
    SECOND_CHANNEL = "second_channel"


MOST_HELD = timedelta(hours=24)
"""Whatever a profile says, sealed pictures are deleted after this (promise 2)."""

LONGEST_WAIT = timedelta(days=365)
"""A wait beyond this is a mistake in a profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a regime demands. No field has a default: forgetting one is an error."""

    name: str
    """Name and version, such as ``cn@1``; it stands in every case."""
    sources: Mapping[str, str]
    """For each field, where its value comes from."""
    lines_per_person: int | None
    """None where the regime sets no limit."""
    transfer_allowed: bool
    policies: Mapping[Kind, Policy]
    """For each kind of case, what evidence must show: documents, ages, rates, liveness."""
    attempts_per_person: int
    attempts_window: timedelta
    delay_after_failure: timedelta
    """After a case's first attempt that failed; twice as long after each further one."""
    case_life: timedelta
    """A case that is not decided by then expires."""
    recheck_deadline: timedelta
    recheck_consequence: Consequence
    cool_off: timedelta
    """Between two changes of one line."""
    hold_before_activation: timedelta
    objection_window: timedelta
    """Between the notice of a change and the change."""
    sms_hold: timedelta
    """For how long the network delivers no short message after a change of SIM; 0 for none."""
    notices: frozenset[Channel]
    """Every channel that a notice must reach before a change; one that is missing goes to a
    person."""
    alternatives: frozenset[Route]
    """The ways beside the face check."""
    guardian_below: int
    """Under this age, in years, a guardian takes part: such a case goes to a person. 0 for none."""
    held_for_review: bool
    """Whether a referred case may keep sealed pictures for its reviewer."""
    template_allowed: bool
    """Whether a sealed template may be kept, under a consent of its own."""
    retention: Mapping[Record, timedelta]

    def __post_init__(self) -> None:
        """Refuse a profile that breaks a promise, or that nobody could have meant."""
        if Route.FACE in self.alternatives or not self.alternatives:
            raise ValueError("alternatives names at least one way, and the face is none of them")
        if set(self.policies) != set(Kind):
            raise ValueError("policies has one for each kind of case")
        if set(self.retention) != set(Record):
            raise ValueError("retention has a time for each kind of record")
        if self.retention[Record.HELD] > MOST_HELD:
            raise ValueError("what is held for a reviewer is deleted within 24 hours")
        if self.lines_per_person is not None and self.lines_per_person < 1:
            raise ValueError("lines_per_person is 1 or more, or there is no limit")
        if self.attempts_per_person < 1:
            raise ValueError("attempts_per_person is 1 or more")
        if any(wait < timedelta(0) or wait > LONGEST_WAIT for wait in self.waits()):
            raise ValueError("a wait is between nothing and a year")
        if self.delay_after_failure > LONGEST_DELAY:
            raise ValueError("delay_after_failure is an hour or less")
        if min(self.attempts_window, self.case_life, self.recheck_deadline) <= timedelta(0):
            raise ValueError("attempts_window, case_life and recheck_deadline are longer than 0")

    def waits(self) -> tuple[timedelta, ...]:
        """Give every wait of the profile."""
        return (
            self.attempts_window,
            self.delay_after_failure,
            self.case_life,
            self.recheck_deadline,
            self.cool_off,
            self.hold_before_activation,
            self.objection_window,
            self.sms_hold,
        )
