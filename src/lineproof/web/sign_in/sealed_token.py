"""Opaque tokens that need no table: what they say is sealed, and so is how long it holds.

Nobody but this deployment can read or make one. A token opens only for the purpose it was made for,
so none is ever taken for another.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.ports import Sealer

LONGEST = 4096
"""Characters. A longer token is none of ours and is not even decoded."""

SKEW = timedelta(seconds=30)
"""By how much two clocks may differ, those of our own replicas included."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a token said. Times are in UTC, to the second."""

    said: Mapping[str, str]
    made_at: datetime
    expires_at: datetime


def make_token(
    sealer: Sealer, *, purpose: str, said: Mapping[str, str], now: datetime, life: timedelta
) -> str:
    """Make a token that says ``said`` until ``now + life``; base64url without padding."""
    content = {
        "said": dict(said),
        "made": int(now.timestamp()),
        "until": int((now + life).timestamp()),
    }
    envelope = sealer.seal(json.dumps(content).encode(), purpose=purpose, context="token")
    return _encoded(envelope)


def open_token(
    sealer: Sealer, token: str, *, purpose: str, now: datetime, longest: int = LONGEST
) -> Opened | None:
    """Open a token; None where it is another's, for another purpose, expired or from the future."""
    envelope = _decoded(token, longest)
    if envelope is None:
        return None
    content = sealer.unseal(envelope, purpose=purpose, context="token")
    if content is None:
        return None
    # What the sealer opens, this deployment has written: its shape is ours.
    held = json.loads(content)
    made, until = (datetime.fromtimestamp(held[key], UTC) for key in ("made", "until"))
    if not made - SKEW <= now < until:
        return None
    return Opened(said=held["said"], made_at=made, expires_at=until)


def _encoded(envelope: bytes) -> str:
    return base64.urlsafe_b64encode(envelope).rstrip(b"=").decode()


def _decoded(token: str, longest: int) -> bytes | None:
    """Give a token's bytes; None for every spelling of them but the one that was made."""
    if len(token) > longest:
        return None
    try:
        envelope = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    return envelope if _encoded(envelope) == token else None
