from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lineproof.domain.case import HandledBy, Kind
from lineproof.domain.case_policy import (
    decide_by_chip,
    decide_by_review,
    decide_case,
    decide_in_person,
)
from lineproof.domain.document import ChipFinding, Proof, unread
from lineproof.domain.evidence import Evidence, InPersonEvidence, ReviewEvidence
from lineproof.domain.finding import FaceFinding, FmrBand, Measured, QualityComponent, Unmeasured
from lineproof.domain.platform_word import NO_WORD
from lineproof.domain.policy import SINGLE_FACE
from lineproof.domain.profile import Channel
from lineproof.domain.reason import Decision, Outcome, Reason, ReasonCode
from lineproof.domain.review import Verdict, VerdictKind, VerdictReason, Witness
from tests.regime import LINE, NOW, POLICY, regime, standing

if TYPE_CHECKING:
    from lineproof.domain.document import DocumentFinding

FACE = Measured(
    FaceFinding(faces=1, quality={SINGLE_FACE: Measured(QualityComponent(native=0.0, value=100))})
)


def evidence(*, at_most: float = 1e-5, attempt: int = 1) -> Evidence:
    """Give a good face on both sides whose comparison fell into this band."""
    return Evidence(
        document=unread("not_read"),
        today=NOW.date(),
        reference=FACE,
        probes=(FACE,),
        comparison=Measured(FmrBand(above=0.0, at_most=at_most)),
        liveness=Unmeasured("no_liveness_check"),
        platform=NO_WORD,
        assisted_by=None,
        attempt=attempt,
    )


def told(decision: Decision) -> tuple[str, list[str]]:
    """Give the outcome and the reasons as callers read them."""
    return str(decision.outcome), [str(reason) for reason in decision.reasons]


@pytest.mark.parametrize("kind", list(Kind))
def test_the_right_person_is_approved_where_nothing_stands_against(kind: Kind) -> None:
    """Every kind of case can be passed."""
    found = decide_case(evidence(), standing(kind), regime())
    assert told(found) == ("approve", ["face_match"])


FORBIDDEN: list[tuple[str, Kind, dict[str, Any], dict[str, Any]]] = [
    ("line_unknown", Kind.SIM_REPLACEMENT, {"line": None}, {}),
    ("line_exists", Kind.NEW_LINE, {"line": LINE}, {}),
    ("line_locked", Kind.SIM_REPLACEMENT, {"line": replace(LINE, locked=True)}, {}),
    ("line_locked", Kind.TRANSFER, {"line": replace(LINE, locked=True)}, {}),
    ("transfer_not_allowed", Kind.TRANSFER, {}, {"transfer_allowed": False}),
    (
        "cool_off",
        Kind.SIM_REPLACEMENT,
        {"line": replace(LINE, changed_at=NOW - timedelta(hours=7, minutes=59))},
        {},
    ),
    ("line_changed", Kind.TRANSFER, {"asked_at": LINE.changed_at - timedelta(seconds=1)}, {}),
    ("line_limit", Kind.NEW_LINE, {"lines_held": 2}, {}),
    ("sim_taken", Kind.SIM_REPLACEMENT, {"sim_taken": True}, {}),
    ("line_limit", Kind.TRANSFER, {"lines_held": 2}, {}),
]


@pytest.mark.parametrize(("reason", "kind", "stands", "rules"), FORBIDDEN)
def test_what_stands_about_the_line_refuses_even_the_right_person(
    reason: str, kind: Kind, stands: dict[str, Any], rules: dict[str, Any]
) -> None:
    """A lock, a limit or a wait holds whoever asks, and by whichever way."""
    stand, profile = standing(kind, **stands), regime(**rules)
    assert told(decide_case(evidence(), stand, profile)) == ("refuse", [reason])
    assert told(decide_in_person(two_witnesses(), stand, profile)) == ("refuse", [reason])
    by_chip = decide_by_chip(chip(Proof.PROVEN), stand, profile, today=NOW.date())
    assert told(by_chip) == ("refuse", [reason])


QUESTIONED: list[tuple[str, Kind, dict[str, Any], dict[str, Any]]] = [
    ("document_fact_unmeasured.document_number", Kind.NEW_LINE, {"person": None}, {}),
    ("holder_differs", Kind.SIM_REPLACEMENT, {"person": "stranger"}, {}),
    ("holder_differs", Kind.LOCK_RELEASE, {"person": "stranger"}, {}),
    ("holder_differs", Kind.RECHECK, {"person": "stranger"}, {}),
    ("holder_same", Kind.TRANSFER, {"person": "holder"}, {}),
    ("holder_not_asked", Kind.TRANSFER, {"holder_agreed": False}, {}),
    ("notice_impossible", Kind.SIM_REPLACEMENT, {"channels": frozenset({Channel.OLD_SIM})}, {}),
    ("person_attempts_used", Kind.NEW_LINE, {"attempts": 11}, {}),
    ("document_fact_unmeasured.date_of_birth", Kind.NEW_LINE, {}, {"guardian_below": 18}),
]


@pytest.mark.parametrize(("reason", "kind", "stands", "rules"), QUESTIONED)
def test_what_is_in_question_goes_to_a_person(
    reason: str, kind: Kind, stands: dict[str, Any], rules: dict[str, Any]
) -> None:
    """A match approves nothing about which a question is open."""
    found = decide_case(evidence(), standing(kind, **stands), regime(**rules))
    assert told(found) == ("refer", ["face_match", reason])


def test_a_thief_s_matching_face_does_not_get_a_stranger_s_line() -> None:
    """Who shows a genuine document of their own is not the holder of somebody else's line."""
    found = decide_case(evidence(), standing(Kind.SIM_REPLACEMENT, person="thief"), regime())
    assert found.outcome is Outcome.REFER


def test_a_failed_face_check_never_ends_a_case() -> None:
    """No match asks again, and after the last attempt of case or person a person looks."""
    retry = decide_case(evidence(at_most=1.0), standing(Kind.NEW_LINE), regime())
    last = decide_case(evidence(at_most=1.0, attempt=3), standing(Kind.NEW_LINE), regime())
    worn = decide_case(evidence(at_most=1.0), standing(Kind.NEW_LINE, attempts=11), regime())
    assert [retry.outcome, last.outcome, worn.outcome] == [
        Outcome.RETRY,
        Outcome.REFER,
        Outcome.REFER,
    ]


def test_liveness_that_nobody_measured_does_not_approve() -> None:
    """A regime that asks for a living person gets a person's look while no check of it exists."""
    strict = dict.fromkeys(Kind, replace(POLICY, liveness_required=True))
    found = decide_case(evidence(), standing(Kind.NEW_LINE), regime(policies=strict))
    assert told(found) == ("refer", ["face_match", "liveness_unmeasured.no_liveness_check"])


# Two members of staff --------------------------------------------------------------------------


def witness(staff: str, *, person: str = "holder", same: bool = True, old: bool = True) -> Witness:
    """Give what one member of staff attested."""
    return Witness(
        case="c",
        staff=staff,
        person=person,
        same_person=same,
        document_valid=True,
        old_enough=old,
        at=NOW,
    )


def two_witnesses() -> InPersonEvidence:
    """Give two members of staff who saw the same and found nothing wrong."""
    return InPersonEvidence(witnesses=(witness("a"), witness("b")))


@pytest.mark.parametrize(
    ("witnesses", "expected"),
    [
        ((), ("retry", ["second_witness_missing"])),
        ((witness("a"),), ("retry", ["second_witness_missing"])),
        ((witness("a"), witness("a")), ("retry", ["second_witness_missing"])),
        ((witness("a"), witness("b")), ("approve", ["in_person"])),
        ((witness("a"), witness("b", person="other")), ("refer", ["witnesses_disagree"])),
        ((witness("a"), witness("b", same=False)), ("refer", ["witnesses_disagree"])),
        (
            (witness("a", same=False), witness("b", same=False)),
            ("refer", ["witnesses_disagree"]),
        ),
        ((witness("a"), witness("b", old=False)), ("refer", ["witnesses_disagree"])),
    ],
)
def test_in_person_takes_two_who_saw_the_same(
    witnesses: tuple[Witness, ...], expected: tuple[str, list[str]]
) -> None:
    """One member of staff alone, or two who differ, approve nothing."""
    found = decide_in_person(
        InPersonEvidence(witnesses=witnesses), standing(Kind.NEW_LINE), regime()
    )
    assert told(found) == expected


def test_two_colluding_strangers_to_the_line_still_meet_the_holder_rule() -> None:
    """Attesting another document than the holder's refers."""
    found = decide_in_person(
        two_witnesses(), standing(Kind.SIM_REPLACEMENT, person="stranger"), regime()
    )
    assert told(found) == ("refer", ["in_person", "holder_differs"])


# The chip alone ----------------------------------------------------------------------------------


def chip(active: Proof, passive: Proof = Proof.PROVEN) -> DocumentFinding:
    """Give a document whose chip proved this much."""
    found = ChipFinding(
        passive_authentication=passive,
        active_authentication=active,
        chip_authentication=Proof.UNMEASURED,
        reasons=(),
        issuer="UT",
        groups=(1, 2),
        mrz=Unmeasured("no_dg1"),
        details=Unmeasured("no_dg11"),
    )
    return replace(unread("not_read"), chip=Measured(found))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (chip(Proof.PROVEN), ("approve", ["chip_proven"])),
        (chip(Proof.UNMEASURED), ("retry", ["document_too_weak.strongest"])),
        (chip(Proof.FAILED), ("retry", ["document_too_weak.strongest"])),
        (chip(Proof.PROVEN, Proof.FAILED), ("retry", ["document_too_weak.strongest"])),
        (unread("not_read"), ("retry", ["document_too_weak.strongest"])),
    ],
)
def test_the_chip_alone_must_show_its_key(
    document: DocumentFinding, expected: tuple[str, list[str]]
) -> None:
    """A copy of a chip's files, however well signed, opens nothing."""
    found = decide_by_chip(document, standing(Kind.NEW_LINE), regime(), today=NOW.date())
    assert told(found) == expected


# Reviewers ---------------------------------------------------------------------------------------

UNSURE = (Reason(ReasonCode.MATCH_UNCERTAIN),)
AGAINST = (Reason(ReasonCode.NO_MATCH), Reason(ReasonCode.ATTEMPTS_USED))


def verdict(staff: str, kind: VerdictKind = VerdictKind.APPROVE) -> Verdict:
    """Give one reviewer's conclusion."""
    reason = (
        VerdictReason.SAME_PERSON
        if kind is VerdictKind.APPROVE
        else VerdictReason.NOT_THE_SAME_PERSON
    )
    return Verdict(case="c", decision="d", staff=staff, kind=kind, reason=reason, at=NOW)


@pytest.mark.parametrize(
    ("referred_for", "verdicts", "expected"),
    [
        (UNSURE, (verdict("r"),), ("approve", ["reviewed.same_person"])),
        (AGAINST, (verdict("r"),), ("refer", ["second_reviewer_missing"])),
        (AGAINST, (verdict("r"), verdict("r")), ("refer", ["second_reviewer_missing"])),
        (AGAINST, (verdict("r"), verdict("q")), ("approve", ["reviewed.same_person"])),
        (
            AGAINST,
            (verdict("r"), verdict("q", VerdictKind.REFUSE)),
            ("refuse", ["reviewed.not_the_same_person"]),
        ),
        # The agent of the counter, a witness, and who assisted, are no reviewers of this case.
        (UNSURE, (verdict("agent"),), ("refer", ["second_reviewer_missing"])),
        (UNSURE, (verdict("witness"),), ("refer", ["second_reviewer_missing"])),
        (UNSURE, (verdict("helper"),), ("refer", ["second_reviewer_missing"])),
        (AGAINST, (verdict("r"), verdict("agent")), ("refer", ["second_reviewer_missing"])),
    ],
)
def test_an_override_takes_two_reviewers_with_no_hand_in_the_case(
    referred_for: tuple[Reason, ...],
    verdicts: tuple[Verdict, ...],
    expected: tuple[str, list[str]],
) -> None:
    """One reviewer settles what was not known; against what was found it takes another."""
    found = decide_by_review(
        ReviewEvidence(
            referred_for=referred_for,
            verdicts=verdicts,
            handled_by=HandledBy(staff="agent", shop="s", device="d"),
            witnesses=(witness("witness"),),
            assisted_by=("Helper",),
        ),
        standing(Kind.NEW_LINE),
        regime(),
    )
    assert told(found) == expected


@pytest.mark.parametrize("reason", ["not_the_same_person", "not_a_living_person"])
@pytest.mark.parametrize("before", [(), (verdict("q"),)])
def test_one_who_saw_another_or_no_living_person_refuses(
    reason: str, before: tuple[Verdict, ...]
) -> None:
    """One refusal is enough for either, an approval before it or not; no further try follows."""
    against = replace(verdict("r", VerdictKind.REFUSE), reason=VerdictReason(reason))
    seen = ReviewEvidence(
        referred_for=(Reason(ReasonCode.LIVENESS_SIMULATED_ONLY),),
        verdicts=(*before, against),
        handled_by=None,
        witnesses=(),
        assisted_by=(),
    )
    found = decide_by_review(seen, standing(Kind.NEW_LINE), regime())
    assert told(found) == ("refuse", [f"reviewed.{reason}"])
    assert found.change is None


def test_another_s_line_is_given_only_for_a_reason_of_its_holder_s() -> None:
    """Two reviewers who say no more than that the faces match do not hand over somebody's line."""

    def concluded(reason: VerdictReason) -> Outcome:
        said = tuple(replace(verdict(name), reason=reason) for name in ("r", "q"))
        differs = (Reason(ReasonCode.FACE_MATCH), Reason(ReasonCode.HOLDER_DIFFERS))
        seen = ReviewEvidence(
            referred_for=differs, verdicts=said, handled_by=None, witnesses=(), assisted_by=()
        )
        return decide_by_review(seen, standing(Kind.SIM_REPLACEMENT), regime()).outcome

    assert concluded(VerdictReason.SAME_PERSON) is Outcome.REFER
    assert concluded(VerdictReason.DOCUMENT_RENEWED) is Outcome.APPROVE


def test_where_no_picture_is_kept_nobody_judges_by_pictures() -> None:
    """Such a case goes on by another way, or is refused."""
    both = (verdict("r"), verdict("q"))
    seen = ReviewEvidence(
        referred_for=UNSURE, verdicts=both, handled_by=None, witnesses=(), assisted_by=()
    )
    blind = decide_by_review(seen, standing(Kind.NEW_LINE), regime(held_for_review=False))
    assert told(blind) == ("refer", ["match_uncertain"])


@pytest.mark.parametrize(
    "code",
    [
        ReasonCode.OBJECTED,
        ReasonCode.CHIP_FAILED,
        ReasonCode.DOCUMENT_DISAGREES,
        ReasonCode.DOCUMENT_SIGNAL,
        ReasonCode.LIVENESS_UNMEASURED,
        ReasonCode.LIVENESS_FAILED,
        ReasonCode.LIVENESS_SIMULATED_ONLY,
        ReasonCode.WITNESSES_DISAGREE,
        ReasonCode.PRINTED_FIELD_DISAGREES,
    ],
)
def test_what_speaks_against_the_person_needs_a_second_reviewer(code: ReasonCode) -> None:
    """One reviewer who was bought, or is tired, cannot wave it through."""
    seen = ReviewEvidence(
        referred_for=(Reason(code),),
        verdicts=(verdict("r"),),
        handled_by=None,
        witnesses=(),
        assisted_by=(),
    )
    found = decide_by_review(seen, standing(Kind.NEW_LINE), regime())
    assert found.outcome is Outcome.REFER
