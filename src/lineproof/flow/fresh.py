"""New ids and secrets."""

from __future__ import annotations

import secrets
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_COUNTED = count()


def new_id(prefix: str, now: datetime) -> str:
    """Make an id that nobody can guess and that sorts by time, such as ``case_019a...``.

    48 bits of milliseconds since 1970, a counter of 16 bits, so that what one process makes within
    a millisecond keeps its order, and 64 random bits, hexadecimal: the shape of a UUID version 7
    (RFC 9562, 5.7 and 6.2).
    """
    milliseconds = int(now.timestamp() * 1000)
    return f"{prefix}_{milliseconds:012x}{next(_COUNTED) & 0xFFFF:04x}{secrets.token_hex(8)}"


def unforeseen() -> bytes:
    """Draw 32 random bytes."""
    return secrets.token_bytes(32)


def new_secret() -> str:
    """Make a secret of 256 bits for a URL or a header."""
    return secrets.token_urlsafe(32)
