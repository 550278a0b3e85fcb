from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.document import Strength
from lineproof.domain.finding import Finding, FmrBand, Measured, Unmeasured
from lineproof.domain.liveness import Basis, LivenessBand
from lineproof.domain.policy import Outcome, Reason, ReasonCode, decide
from tests.domain.test_policy import BANDS, codes, evidence, face, policy
from tests.regime import LIVING

FAILED = replace(LIVING, passes=False, failed=("depth.relief",))
SIMULATED = replace(LIVING, basis=Basis.SIMULATED)
WEAK = replace(LIVING, apcer=0.3, worst="animated_still")
NO_MATCH = FmrBand(above=1e-2, at_most=1.0)
STRICT = policy(liveness_required=True)
HELPED = replace(STRICT, assisted_accepted=True)


def seen(
    liveness: Finding[LivenessBand] | LivenessBand,
    *,
    by: str | None = None,
    comparison: FmrBand = BANDS[-1],
    attempt: int = 1,
) -> list[str]:
    """Give what evidence with this liveness leads to under the strict policy, then the reasons."""
    found = Measured(liveness) if isinstance(liveness, LivenessBand) else liveness
    given_ = replace(
        evidence(comparison=comparison, attempt=attempt), liveness=found, assisted_by=by
    )
    rule = HELPED if by else STRICT
    return [str(decide(given_, rule).outcome), *codes(given_, rule)]


def test_a_band_that_holds_approves() -> None:
    """What was counted on people, within both bounds, is what a policy asks for."""
    assert seen(LIVING) == ["approve", "face_match"]


@pytest.mark.parametrize(
    ("liveness", "why"),
    [
        (SIMULATED, ["liveness_simulated_only"]),
        (WEAK, ["liveness_too_weak.animated_still"]),
        (replace(LIVING, bpcer=0.4), ["liveness_too_weak.bpcer"]),
        (replace(LIVING, apcer=float("nan")), ["liveness_too_weak.print"]),
        (
            replace(LIVING, missing=frozenset({"texture", "depth"})),
            ["liveness_too_weak.without_depth", "liveness_too_weak.without_texture"],
        ),
        (
            replace(WEAK, basis=Basis.SIMULATED),
            ["liveness_too_weak.animated_still", "liveness_simulated_only"],
        ),
        (Unmeasured("liveness_not_calibrated"), ["liveness_unmeasured.liveness_not_calibrated"]),
    ],
)
def test_what_is_not_known_goes_to_a_person(
    liveness: Finding[LivenessBand] | LivenessBand, why: list[str]
) -> None:
    """A match never makes good for a living person of whom too little is known."""
    assert seen(liveness) == ["refer", "face_match", *why]


def test_a_failed_check_asks_again_then_for_a_person_and_never_refuses() -> None:
    """Nobody is refused by a check of liveness, and nobody approved past one."""
    assert seen(FAILED) == ["retry", "face_match", "liveness_failed.depth.relief"]
    assert seen(FAILED, attempt=3)[0] == "refer"


def test_no_match_and_no_life_look_the_same_from_outside() -> None:
    """Both ask again with nothing to change: whoever tries attacks learns nothing."""
    dead = replace(evidence(), liveness=Measured(FAILED))
    other = replace(evidence(comparison=NO_MATCH), liveness=Measured(LIVING))
    both = replace(evidence(comparison=NO_MATCH), liveness=Measured(FAILED))
    told = {(d.outcome, d.change) for d in (decide(each, STRICT) for each in (dead, other, both))}
    assert told == {(Outcome.RETRY, None)}


def test_a_failed_check_stops_also_where_the_policy_does_not_ask() -> None:
    """What was seen is seen."""
    dead = replace(evidence(), liveness=Measured(FAILED))
    assert decide(dead, policy()).outcome is Outcome.RETRY


@pytest.mark.parametrize("liveness", [SIMULATED, WEAK, Unmeasured("no_liveness_check")])
def test_staff_stand_in_for_what_is_not_known(
    liveness: Finding[LivenessBand] | LivenessBand,
) -> None:
    """Their word is a reason of its own, so that the log says on what the approval rests."""
    assert seen(liveness, by="agent") == ["approve", "face_match", "liveness_assisted"]


def test_staff_stand_in_for_nothing_that_failed() -> None:
    """One agent who was bought does not carry a photograph past the checks."""
    assert seen(FAILED, by="agent") == ["retry", "face_match", "liveness_failed.depth.relief"]
    assert seen(SIMULATED, by="agent", comparison=NO_MATCH)[0] == "retry"


def test_staff_are_not_asked_where_the_policy_does_not_accept_it() -> None:
    """A regime whose staff are the danger sends such a case to a second person."""
    helped = replace(evidence(), liveness=Measured(SIMULATED), assisted_by="agent")
    assert decide(helped, STRICT).outcome is Outcome.REFER


@given(
    apcer=st.floats(0, 1) | st.just(float("nan")),
    bpcer=st.floats(0, 1) | st.just(float("nan")),
    basis=st.sampled_from(Basis),
    passes=st.booleans(),
    by=st.sampled_from([None, "agent"]),
    accepted=st.booleans(),
    on_people=st.booleans(),
)
def test_only_what_holds_is_ever_approved(  # noqa: PLR0913 - the full product
    *,
    apcer: float,
    bpcer: float,
    basis: Basis,
    passes: bool,
    by: str | None,
    accepted: bool,
    on_people: bool,
) -> None:
    """Approval needs checks that passed, and rates that hold or somebody's word for them."""
    rule = replace(STRICT, liveness_on_people=on_people, assisted_accepted=accepted)
    band = replace(
        LIVING,
        apcer=apcer,
        bpcer=bpcer,
        basis=basis,
        passes=passes,
        failed=() if passes else ("light.follows",),
    )
    outcome = decide(replace(evidence(), liveness=Measured(band), assisted_by=by), rule).outcome
    within = apcer <= rule.max_apcer and bpcer <= rule.max_bpcer
    known = within and (basis is Basis.PEOPLE or not on_people)
    vouched = by is not None and accepted
    assert (outcome is Outcome.APPROVE) == (passes and (known or vouched))
    assert outcome is not Outcome.REFUSE


@pytest.mark.parametrize("attempt", [1, 3])
def test_poor_pictures_hide_nothing_that_failed(attempt: int) -> None:
    """Who fails on purpose poorly lit is told of the light, and waits for as many reviewers."""
    dark = replace(
        evidence(probes=(face(sharpness=0),), attempt=attempt), liveness=Measured(FAILED)
    )
    decision = decide(dark, STRICT)
    assert Reason(ReasonCode.LIVENESS_FAILED, "depth.relief") in decision.reasons
    assert decision.change == (
        None if attempt > 1 else Reason(ReasonCode.LIVE_QUALITY, "sharpness")
    )


@pytest.mark.parametrize("comparison", [BANDS[-1], NO_MATCH])
@pytest.mark.parametrize("sharpness", [0, 100])
def test_the_last_attempt_hands_on_all_that_is_not_known(
    comparison: FmrBand, sharpness: int
) -> None:
    """So that one reviewer approves nobody whom a good picture would have brought before two."""
    last = evidence(comparison=comparison, probes=(face(sharpness=sharpness),), attempt=3)
    last = replace(last, liveness=Unmeasured("no_liveness_check"))
    if sharpness == 0 or comparison == NO_MATCH:
        assert "attempts_used" in codes(last, STRICT)
    assert "liveness_unmeasured.no_liveness_check" in codes(last, STRICT)
    weak = replace(STRICT, document=replace(STRICT.document, least_strength=Strength.STRONG))
    assert any(code.startswith("document_too_weak") for code in codes(last, weak))


def test_a_band_says_what_failed() -> None:
    """A band that fails for no reason, or passes with one, is a mistake of ours."""
    with pytest.raises(ValueError, match="fails where a measure does"):
        replace(LIVING, passes=False)
    with pytest.raises(ValueError, match="fails where a measure does"):
        replace(FAILED, passes=True)
