"""Who checks platforms' statements: nobody, or a simulation for tests and trials of an app."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.domain.capture_message import MessageRefused
from lineproof.domain.challenge import for_attestation
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.domain.platform_word import PlatformWord, Vouches, WordFails

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding


@dataclass(frozen=True, slots=True)
class NoAttestation:
    """Checks nothing: whatever a platform said is known to nobody here."""

    def checked(
        self, statement: bytes, *, nonce: str, key: str
    ) -> Finding[PlatformWord] | MessageRefused:
        """Leave it unmeasured."""
        del statement, nonce, key
        return Unmeasured("attestation_unchecked")


@dataclass(frozen=True, slots=True)
class SimulatedAttestation:
    """Believes who writes what ``simulated`` gives: anybody can. Never in a service."""

    def checked(
        self, statement: bytes, *, nonce: str, key: str
    ) -> Finding[PlatformWord] | MessageRefused:
        """Hold it against question and key; malformed where it is not of the simulation's form."""
        name, _, bound = statement.partition(b" ")
        if name != b"simulated" or not bound.isalnum():
            return MessageRefused.ATTESTATION_MALFORMED
        if not hmac.compare_digest(statement, simulated(nonce=nonce, key=key)):
            return Measured(_word(frozenset(), WordFails.OF_ANOTHER))
        return Measured(_word(frozenset(Vouches), None))


def simulated(*, nonce: str, key: str) -> bytes:
    """Give what a simulated platform states for this question and this key's thumbprint."""
    return b"simulated " + for_attestation(nonce, key).hex().encode()


def _word(vouches: frozenset[Vouches], fails: WordFails | None) -> PlatformWord:
    return PlatformWord(platform="simulated", vouches=vouches, fails=fails)
