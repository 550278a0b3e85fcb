"""New ids and secrets."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def new_id(prefix: str, now: datetime) -> str:
    """Make an id that nobody can guess and that sorts by time, such as ``case_019a...``.

    48 bits of milliseconds since 1970 and 80 random bits, hexadecimal, as in UUID version 7
    (RFC 9562, 5.7).
    """
    milliseconds = int(now.timestamp() * 1000)
    return f"{prefix}_{milliseconds:012x}{secrets.token_hex(10)}"


def new_secret() -> str:
    """Make a secret of 256 bits for a URL or a header."""
    return secrets.token_urlsafe(32)
