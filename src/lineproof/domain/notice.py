"""Notices: what the people concerned are told, and where it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.domain.profile import Channel


class NoticeKind(StrEnum):
    """What is said."""

    CHANGE_ASKED = "change_asked"
    """Somebody asks for another SIM or another holder of this line; it can be objected to."""
    HOLDER_ASKED = "holder_asked"
    """The holder is asked whether this line shall go to another person."""
    RECHECK_ASKED = "recheck_asked"
    LOCK_RELEASED = "lock_released"
    CHANGED = "changed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice. What it says is made when it is sent: no text and no secret is kept."""

    id: str
    kind: NoticeKind
    case: str
    channel: Channel
    address: str = field(repr=False)
    """``tel:+...`` for the line itself, or the second channel as it was given."""
    written_at: datetime
    sent_at: datetime | None
