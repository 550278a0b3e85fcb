"""What a platform says of an app: it vouches for something, or fails, and it approves nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lineproof.domain.challenge import for_attestation
from lineproof.domain.finding import FaceFinding, Finding, FmrBand, Measured, Unmeasured
from lineproof.domain.liveness import Basis, LivenessBand
from lineproof.domain.platform_word import NO_WORD, PlatformWord, Vouches, WordFails
from lineproof.domain.policy import decide
from lineproof.domain.reason import Outcome
from tests.domain.test_policy import evidence, policy
from tests.regime import LIVING

GOOD = PlatformWord(platform="android", vouches=frozenset(Vouches), fails=None)
BAD = PlatformWord(platform="android", vouches=frozenset(), fails=WordFails.OF_ANOTHER)
NO_FACE: Finding[FaceFinding] = Unmeasured("no_face")
BANDS = (FmrBand(above=0.0, at_most=1e-5), FmrBand(1e-3, 1e-2), FmrBand(1e-2, 1.0))
KNOWN: tuple[Finding[LivenessBand], ...] = (
    Unmeasured("no_liveness_check"),
    Measured(LIVING),
    Measured(replace(LIVING, basis=Basis.SIMULATED)),
    Measured(replace(LIVING, passes=False, failed=("depth.relief",))),
)


@pytest.mark.parametrize(
    ("vouches", "fails", "platform"),
    [
        (frozenset(), None, "android"),
        (frozenset(Vouches), WordFails.REVOKED, "android"),
        (frozenset(Vouches), None, ""),
        (frozenset(Vouches), None, "A telephone, owner: Ana"),
    ],
)
def test_a_word_vouches_or_fails_and_names_no_telephone(
    vouches: frozenset[Vouches], fails: WordFails | None, platform: str
) -> None:
    """Neither both nor nothing, and nothing in it that could name a person's device."""
    with pytest.raises(ValueError, match=r"\w"):
        PlatformWord(platform=platform, vouches=vouches, fails=fails)


def test_a_word_is_written_as_records_have_it() -> None:
    """Which platform, and what it said."""
    assert str(GOOD) == "android: genuine_app hardware_key"
    assert str(BAD) == "android: attestation_of_another"


def test_a_statement_is_made_for_one_question_and_one_key() -> None:
    """Neither of the two can be exchanged, and they cannot be moved against each other."""
    bound = {for_attestation(nonce, key) for nonce in ("n", "n2") for key in ("k", "2k")}
    assert len(bound) == 4
    assert {len(each) for each in bound} == {32}


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("liveness", KNOWN)
@pytest.mark.parametrize("probes", [None, (NO_FACE,)])
@pytest.mark.parametrize("attempt", [1, 3])
def test_a_word_that_holds_changes_no_decision(
    band: FmrBand,
    liveness: Finding[LivenessBand],
    probes: tuple[Finding[FaceFinding], ...] | None,
    attempt: int,
) -> None:
    """It is never enough and never needed: with it and without it the same is concluded."""
    plain = evidence(comparison=band, probes=probes, attempt=attempt)
    seen = replace(plain, liveness=liveness)
    for liveness_required in (False, True):
        rule = replace(policy(), liveness_required=liveness_required)
        without = decide(replace(seen, platform=NO_WORD), rule)
        assert decide(replace(seen, platform=Measured(GOOD)), rule) == without
        assert decide(replace(seen, platform=Unmeasured("attestation_unchecked")), rule) == without


def test_a_word_that_fails_is_looked_at_by_a_person() -> None:
    """What would be approved is referred, whoever helped; what failed otherwise says it as well."""
    failing = replace(evidence(), platform=Measured(BAD))
    found = decide(failing, policy())
    assert found.outcome is Outcome.REFER
    assert [str(each) for each in found.reasons] == [
        "face_match",
        "attestation_failed.attestation_of_another",
    ]
    helped = replace(failing, assisted_by="agent")
    rule = replace(policy(), liveness_required=True, assisted_accepted=True)
    assert decide(helped, rule).outcome is Outcome.REFER
    again = decide(replace(evidence(comparison=BANDS[2]), platform=Measured(BAD)), policy())
    assert (again.outcome, again.failed) == (Outcome.RETRY, True)
    assert "attestation_failed" in {each.code for each in again.reasons}
