"""A challenge: one capture of one case is asked for, and authorises one order at most."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from lineproof.domain.retry import doubled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lineproof.domain.case import Case
    from lineproof.domain.script import Variant

LIFE = timedelta(seconds=120)
"""From the question to the answer's arrival."""

LONGEST_DELAY = timedelta(hours=1)
"""After an attempt that failed, however many failed before it."""


MOST_SCRIPTS = 12
"""Scripts that one case is asked for, answered or not. Whoever may ask without end asks until one
comes that an old capture fits by luck: one in a thousand does (docs/measurements.md)."""


class Unanswered(StrEnum):
    """Why a capture does not answer its challenge. Stable for callers."""

    CHALLENGE_UNKNOWN = "challenge_unknown"
    CHALLENGE_SPENT = "challenge_spent"
    CHALLENGE_EXPIRED = "challenge_expired"
    CHALLENGE_OF_ANOTHER_REQUEST = "challenge_of_another_request"
    MESSAGE_MISSING = "message_missing"
    """A script was asked for, and plain pictures came."""
    MESSAGE_NOT_ASKED = "message_not_asked"
    """A signed message came where no script was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What was asked. The nonce itself is kept nowhere: its hash is enough to know it again."""

    id: str
    case: str
    nonce_hash: str
    binding: str
    """binding() of the case when it was asked: case, line, SIM and document."""
    variant: Variant | None
    """Which script was asked for, and with it a signed message; None for plain pictures."""
    asked_at: datetime
    expires_at: datetime
    spent_at: datetime | None


def nonce_hash(nonce: str) -> str:
    """Give what is kept of a nonce: its SHA-256, hexadecimal."""
    return hashlib.sha256(nonce.encode()).hexdigest()


CHIP_BYTES = 8
"""What a chip signs in active authentication (ICAO 9303-11, 6.1)."""


def for_chip(nonce: str) -> bytes:
    """Give what the document's chip is asked to sign: made from the nonce, so as fresh as it."""
    return hashlib.sha256(b"chip\x1f" + nonce.encode()).digest()[:CHIP_BYTES]


def for_script(nonce: str) -> bytes:
    """Give the bytes from which the script is drawn: nobody foresees them, and none are kept."""
    return hashlib.sha256(b"script\x1f" + nonce.encode()).digest()


def for_attestation(nonce: str, key: str) -> bytes:
    """Give the 32 bytes that a platform's statement is made for: this question, by this key.

    ``key`` is the thumbprint (RFC 7638) of the key that signs the capture.
    """
    return hashlib.sha256(f"attestation\x1f{nonce}\x1f{key}".encode()).digest()


def binding(case: Case) -> str:
    """Bind to case, line, SIM and document, so that an answer serves no other request."""
    sim = (case.sim.iccid, case.sim.imsi) if case.sim is not None else ("", "")
    parts = (case.id, str(case.kind), case.msisdn, *sim, case.person or "")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def answered(challenge: Challenge | None, case: Case, *, now: datetime) -> Unanswered | None:
    """Say why a capture with this challenge's nonce may not be used; None where it may."""
    if challenge is None:
        return Unanswered.CHALLENGE_UNKNOWN
    if challenge.case != case.id or not hmac.compare_digest(challenge.binding, binding(case)):
        return Unanswered.CHALLENGE_OF_ANOTHER_REQUEST
    if challenge.spent_at is not None:
        return Unanswered.CHALLENGE_SPENT
    if not challenge.asked_at <= now < challenge.expires_at:
        # A clock that was set back makes a challenge of the future: as useless as an old one.
        return Unanswered.CHALLENGE_EXPIRED
    return None


def asked_again(failed_at: Sequence[datetime], delay: timedelta) -> datetime | None:
    """Give when pictures are asked for again after attempts that failed then; None for no attempt.

    ``delay`` is the first wait, each further one twice the one before: who tries what passes is
    slowed down, and who failed once hardly is.
    """
    if not failed_at:
        return None
    return failed_at[-1] + doubled(delay, len(failed_at), longest=LONGEST_DELAY)


def fits(challenge: Challenge, *, signed: bool) -> Unanswered | None:
    """Say where a script was asked for and no signed message came, or the other way round."""
    if (challenge.variant is not None) == signed:
        return None
    return Unanswered.MESSAGE_NOT_ASKED if signed else Unanswered.MESSAGE_MISSING
