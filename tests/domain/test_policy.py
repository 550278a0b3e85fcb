from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.document import (
    ChipFinding,
    DocumentFinding,
    PortraitSource,
    Proof,
    unread,
)
from lineproof.domain.evidence import Evidence
from lineproof.domain.finding import (
    FMR_POINTS,
    FaceFinding,
    Finding,
    FmrBand,
    Measured,
    QualityComponent,
    Unmeasured,
)
from lineproof.domain.platform_word import NO_WORD
from lineproof.domain.policy import (
    ANY_DOCUMENT,
    SINGLE_FACE,
    Outcome,
    Policy,
    ReasonCode,
    decide,
    shortfalls,
    two_pictures,
)
from lineproof.face.quality import MEASURES

TODAY = date(2026, 11, 24)
REQUIRED = MappingProxyType({SINGLE_FACE: 50, "sharpness": 30})
BANDS = [
    FmrBand(above=above, at_most=at_most)
    for at_most, above in zip((1.0, *FMR_POINTS), (*FMR_POINTS, 0.0), strict=True)
]


def policy(*, max_fmr: float = 1e-4, attempts: int = 3, liveness_required: bool = False) -> Policy:
    """Give a policy that requires one sharp face."""
    return Policy(
        max_fmr=max_fmr,
        attempts=attempts,
        document=ANY_DOCUMENT,
        required_of_document=REQUIRED,
        required_of_live=REQUIRED,
        liveness_required=liveness_required,
        max_apcer=0.1,
        max_bpcer=0.1,
        liveness_on_people=True,
        assisted_accepted=False,
    )


def face(*, single: int = 100, sharpness: int = 100, faces: int = 1) -> Measured[FaceFinding]:
    """Give a face with these quality values."""
    quality: dict[str, Finding[QualityComponent]] = {
        SINGLE_FACE: Measured(QualityComponent(native=0.0, value=single)),
        "sharpness": Measured(QualityComponent(native=0.0, value=sharpness)),
    }
    return Measured(FaceFinding(faces=faces, quality=quality))


def evidence(
    *,
    comparison: Finding[FmrBand] | FmrBand = BANDS[-1],
    document: DocumentFinding | None = None,
    reference: Finding[FaceFinding] | None = None,
    probes: tuple[Finding[FaceFinding], ...] | None = None,
    attempt: int = 1,
) -> Evidence:
    """Give evidence that approves unless told otherwise."""
    return Evidence(
        document=unread("document_not_read") if document is None else document,
        today=TODAY,
        reference=face() if reference is None else reference,
        probes=(face(),) if probes is None else probes,
        comparison=Measured(comparison) if isinstance(comparison, FmrBand) else comparison,
        liveness=Unmeasured("no_liveness_check"),
        platform=NO_WORD,
        assisted_by=None,
        attempt=attempt,
    )


def codes(found: Evidence, rule: Policy) -> list[str]:
    """Give the reasons as callers read them."""
    return [str(reason) for reason in decide(found, rule).reasons]


@pytest.mark.parametrize(
    ("band", "outcome", "reason"),
    [
        (FmrBand(above=1e-2, at_most=1.0), Outcome.RETRY, ReasonCode.NO_MATCH),
        (FmrBand(above=1e-3, at_most=1e-2), Outcome.REFER, ReasonCode.MATCH_UNCERTAIN),
        (FmrBand(above=1e-4, at_most=1e-3), Outcome.REFER, ReasonCode.MATCH_UNCERTAIN),
        (FmrBand(above=1e-5, at_most=1e-4), Outcome.APPROVE, ReasonCode.FACE_MATCH),
        (FmrBand(above=0.0, at_most=1e-5), Outcome.APPROVE, ReasonCode.FACE_MATCH),
    ],
)
def test_the_band_decides(band: FmrBand, outcome: Outcome, reason: ReasonCode) -> None:
    """Up to the required FMR is a match, up to 1e-2 a person looks, beyond it is none."""
    decision = decide(evidence(comparison=band), policy())
    assert decision.outcome is outcome
    assert [r.code for r in decision.reasons] == [reason]


def test_the_last_attempt_is_referred_never_refused() -> None:
    """Where no attempt remains a person looks: a failed face check never ends a case."""
    no_match = FmrBand(above=1e-2, at_most=1.0)
    outcomes = [
        decide(evidence(comparison=no_match, attempt=n), policy()).outcome for n in (1, 2, 3, 4)
    ]
    assert outcomes == [Outcome.RETRY, Outcome.RETRY, Outcome.REFER, Outcome.REFER]
    assert codes(evidence(comparison=no_match, attempt=3), policy()) == [
        "no_match",
        "attempts_used",
    ]


@given(
    comparison=st.one_of(
        st.sampled_from(BANDS).map(Measured), st.sampled_from(["x", "y"]).map(Unmeasured)
    ),
    reference=st.one_of(
        st.builds(face, single=st.integers(0, 100), sharpness=st.integers(0, 100)),
        st.just(Unmeasured("no_face")),
    ),
    probes=st.lists(
        st.one_of(
            st.builds(face, single=st.integers(0, 100), sharpness=st.integers(0, 100)),
            st.just(Unmeasured("no_face")),
        ),
        max_size=3,
    ).map(tuple),
    attempt=st.integers(1, 5),
    max_fmr=st.sampled_from(FMR_POINTS),
    liveness_required=st.booleans(),
)
def test_nothing_unmeasured_or_unfit_is_ever_approved(  # noqa: PLR0913 - the full product
    comparison: Finding[FmrBand],
    reference: Finding[FaceFinding],
    probes: tuple[Finding[FaceFinding], ...],
    attempt: int,
    max_fmr: float,
    *,
    liveness_required: bool,
) -> None:
    """Approval needs a fit document, a fit frame, a measured match and all the policy asks."""
    rule = policy(max_fmr=max_fmr, liveness_required=liveness_required)
    found = evidence(comparison=comparison, reference=reference, probes=probes, attempt=attempt)
    decision = decide(found, rule)
    fit = not shortfalls(reference, REQUIRED) and any(not shortfalls(p, REQUIRED) for p in probes)
    match = isinstance(comparison, Measured) and comparison.value.at_most <= max_fmr
    # A match beyond the last attempt does not wipe out what the attempts before it said.
    in_time = attempt <= rule.attempts
    approvable = fit and match and in_time and not liveness_required
    assert (decision.outcome is Outcome.APPROVE) == approvable
    assert decision.outcome is not Outcome.REFUSE
    assert decision.reasons


def test_required_liveness_that_nobody_measured_goes_to_a_person() -> None:
    """A match is not enough where the policy asks for a live person."""
    found = evidence(comparison=BANDS[-1])
    assert codes(found, policy(liveness_required=True)) == [
        "face_match",
        "liveness_unmeasured.no_liveness_check",
    ]
    assert decide(found, policy(liveness_required=True)).outcome is Outcome.REFER


def test_several_faces_is_the_first_thing_to_mend() -> None:
    """Whose sharpness it is matters less than whose face it is."""
    decision = decide(evidence(probes=(face(single=40, sharpness=0),)), policy())
    assert str(decision.change) == f"live_quality.{SINGLE_FACE}"


def test_one_good_frame_is_enough_and_the_best_bad_one_advises() -> None:
    """Frames that fail are passed over; when all fail, the one nearest to good says what to do."""
    good, dark = face(), face(sharpness=10)
    two_wrong = face(sharpness=10, single=10)
    assert decide(evidence(probes=(dark, good)), policy()).outcome is Outcome.APPROVE
    decision = decide(evidence(probes=(two_wrong, dark)), policy())
    assert [str(reason) for reason in decision.reasons] == ["live_quality.sharpness"]


def test_a_component_nobody_assessed_counts_as_missing() -> None:
    """What the policy requires and the engine did not give is a shortfall, not a pass."""
    nothing = Measured(FaceFinding(faces=1, quality={}))
    assert shortfalls(nothing, REQUIRED) == (SINGLE_FACE, "sharpness")


@pytest.mark.parametrize("max_fmr", [0.0, -1e-4, 0.1, 1.0])
def test_a_policy_that_would_accept_almost_anybody_is_refused(max_fmr: float) -> None:
    """No policy may approve what should be referred."""
    with pytest.raises(ValueError, match="max_fmr"):
        policy(max_fmr=max_fmr)


@pytest.mark.parametrize("least", [-1, 101, float("nan")])
def test_a_requirement_that_means_nothing_is_refused(least: float) -> None:
    """Nothing falls short of NaN or of less than 0, and nothing reaches more than 100."""
    with pytest.raises(ValueError, match=r"0\.\.100"):
        Policy(
            max_fmr=1e-4,
            attempts=3,
            document=ANY_DOCUMENT,
            required_of_document=REQUIRED,
            required_of_live={SINGLE_FACE: least},  # type: ignore[dict-item]
            liveness_required=False,
            max_apcer=0.1,
            max_bpcer=0.1,
            liveness_on_people=True,
            assisted_accepted=False,
        )


def test_a_policy_must_speak_of_several_faces() -> None:
    """A policy that forgot the second face in the picture is refused."""
    with pytest.raises(ValueError, match=SINGLE_FACE):
        Policy(
            max_fmr=1e-4,
            attempts=3,
            document=ANY_DOCUMENT,
            required_of_document={},
            required_of_live=REQUIRED,
            liveness_required=False,
            max_apcer=0.1,
            max_bpcer=0.1,
            liveness_on_people=True,
            assisted_accepted=False,
        )


def test_the_default_is_one_in_ten_thousand() -> None:
    """The policy of the command line keeps the rate that the documents promise."""
    assert two_pictures().max_fmr == 1e-4
    assert two_pictures().attempts == 3


def test_every_required_component_exists() -> None:
    """A misspelt component would be missing for ever, and every picture refused."""
    known = {measure.NAME for measure in MEASURES}
    assert set(two_pictures().required_of_document) <= known
    assert set(two_pictures().required_of_live) <= known


@pytest.mark.parametrize(
    ("portrait", "outcome"),
    [
        (Measured(PortraitSource.CHIP), Outcome.APPROVE),
        (Measured(PortraitSource.PAGE), Outcome.REFER),
        (Unmeasured("face_record_malformed"), Outcome.REFER),
    ],
)
def test_a_signed_chip_counts_only_with_its_own_portrait(
    portrait: Finding[PortraitSource], outcome: Outcome
) -> None:
    """A stolen chip without DG2, beside a page with the thief's picture, approves nobody."""
    chip = ChipFinding(
        passive_authentication=Proof.PROVEN,
        active_authentication=Proof.UNMEASURED,
        chip_authentication=Proof.UNMEASURED,
        reasons=(),
        issuer="UT",
        groups=(1,),
        mrz=Unmeasured("no_dg1"),
    )
    read = replace(unread("no_mrz"), chip=Measured(chip), portrait=portrait)
    assert decide(evidence(document=read), policy()).outcome is outcome
