"""Tokens: what somebody who is not signed in may show, once, to do one thing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class TokenUse(StrEnum):
    """What a token is good for. It is good for nothing else."""

    CLIENT_SECRET = "client_secret"  # noqa: S105 - a name, not a secret
    """Exchanged once, by the subscriber's browser, for a session of its case."""
    SESSION = "session"
    """Acts as the subscriber in one case, until it expires."""
    HOLDER = "holder"
    """Agrees to a transfer, or declines; sent to the line itself."""
    OBJECTION = "objection"
    """Objects to a change; sent with its notice."""


LIFE_OF = {
    TokenUse.CLIENT_SECRET: timedelta(minutes=10),
    TokenUse.SESSION: timedelta(minutes=30),
    TokenUse.HOLDER: timedelta(days=2),
    TokenUse.OBJECTION: timedelta(days=30),
}
"""How long each is good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is kept of a token: its SHA-256 and what it is good for. Not the token itself."""

    hash: str
    use: TokenUse
    case: str
    made_at: datetime
    expires_at: datetime
    spent_at: datetime | None


def token_hash(secret: str) -> str:
    """Give what is kept of a token, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def good(token: Token | None, use: TokenUse, *, now: datetime) -> bool:
    """Whether a token serves this use now."""
    return (
        token is not None
        and token.use is use
        and token.spent_at is None
        and token.made_at <= now < token.expires_at
    )
