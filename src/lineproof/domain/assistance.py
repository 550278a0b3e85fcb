"""Assistance: a member of staff says that the person of one case is before them, alive."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.domain.policy import Policy

LIFE = timedelta(minutes=5)
"""From the word to the capture that it serves."""

WORDS = "2026-11"
"""The version of the sentence that is confirmed; another sentence is another version."""

LANGUAGES = frozenset({"en", "zh", "es", "fr", "ar", "hi"})
"""In which it can be read (BCP 47)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistance:
    """One word of one member of staff about one case. It serves one capture."""

    id: str
    case: str
    staff: str
    binding: str = field(repr=False)
    """challenge.binding() of the case when it was said: case, line, SIM and document."""
    at: datetime
    until: datetime
    spent_at: datetime | None


def accepted(policy: Policy) -> bool:
    """Whether a word can stand in for anything in this kind of case."""
    return policy.liveness_required and policy.assisted_accepted


def holds(word: Assistance, *, binding: str, now: datetime) -> bool:
    """Whether a word may serve a capture of a case with this binding now."""
    of_this = hmac.compare_digest(word.binding, binding)
    return of_this and word.spent_at is None and word.at <= now < word.until
