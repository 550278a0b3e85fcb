"""Who checks a platform's statement: nobody, or the simulation."""

from __future__ import annotations

import pytest

from lineproof.adapters.platform_attestation import NoAttestation, SimulatedAttestation, simulated
from lineproof.domain.capture_message import MessageRefused
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.domain.platform_word import Vouches, WordFails

STATED = simulated(nonce="nonce", key="key")


def test_nobody_checks_a_statement_by_default() -> None:
    """Whatever comes is unmeasured: no statement is believed because nobody looked."""
    for statement in (STATED, b"anything"):
        found = NoAttestation().checked(statement, nonce="nonce", key="key")
        assert found == Unmeasured("attestation_unchecked")


def test_the_simulation_holds_a_statement_against_question_and_key() -> None:
    """Of this question and this key it vouches, of another it fails."""
    found = SimulatedAttestation().checked(STATED, nonce="nonce", key="key")
    assert isinstance(found, Measured)
    assert (found.value.vouches, found.value.fails) == (frozenset(Vouches), None)
    for nonce, key in (("other", "key"), ("nonce", "other")):
        found = SimulatedAttestation().checked(STATED, nonce=nonce, key=key)
        assert isinstance(found, Measured)
        assert (found.value.vouches, found.value.fails) == (frozenset(), WordFails.OF_ANOTHER)


@pytest.mark.parametrize(
    "statement", [b"\0", b"simulated", b"simulated ", b"simulated \xff", b"x y"]
)
def test_what_is_no_statement_is_malformed(statement: bytes) -> None:
    """And raises nothing, whatever the bytes are."""
    found = SimulatedAttestation().checked(statement, nonce="nonce", key="key")
    assert found is MessageRefused.ATTESTATION_MALFORMED
