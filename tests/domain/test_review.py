from __future__ import annotations

from collections import Counter
from itertools import product

import pytest

from lineproof.domain.case import Kind
from lineproof.domain.case_policy import decide_by_review
from lineproof.domain.evidence import ReviewEvidence
from lineproof.domain.reason import Outcome, Reason, ReasonCode
from lineproof.domain.review import REASONS_OF, Verdict, VerdictKind, VerdictReason, goes_with
from tests.regime import NOW, regime, standing

UNSURE = ReasonCode.MATCH_UNCERTAIN
AGAINST = ReasonCode.NO_MATCH


def test_each_reason_goes_with_one_verdict() -> None:
    """A reason that goes with both, or with none, tells nobody what a reviewer saw."""
    told = Counter(reason for reasons in REASONS_OF.values() for reason in reasons)
    assert told == Counter(VerdictReason)
    assert set(REASONS_OF) == set(VerdictKind)


@pytest.mark.parametrize(("kind", "reason"), list(product(VerdictKind, VerdictReason)))
def test_what_speaks_against_a_person_refuses_and_nothing_else_does(
    kind: VerdictKind, reason: VerdictReason
) -> None:
    """The rule, told once more by the words themselves."""
    against = reason.startswith("not_") or reason in {
        "document_forged",
        "holder_objected",
        "cannot_tell",
    }
    assert goes_with(kind, reason) is (against is (kind is VerdictKind.REFUSE))


def concluded(referred_for: ReasonCode, *verdicts: tuple[VerdictKind, VerdictReason]) -> Outcome:
    """Decide by verdicts as a database may hold them, each of another reviewer."""
    said = tuple(
        Verdict(case="c", decision="d", staff=f"r-{number}", kind=kind, reason=reason, at=NOW)
        for number, (kind, reason) in enumerate(verdicts)
    )
    seen = ReviewEvidence(
        referred_for=(Reason(referred_for),),
        verdicts=said,
        handled_by=None,
        witnesses=(),
        assisted_by=(),
    )
    return decide_by_review(seen, standing(Kind.NEW_LINE), regime()).outcome


@pytest.mark.parametrize("reason", REASONS_OF[VerdictKind.REFUSE])
def test_an_approval_for_a_reason_against_it_is_none(reason: VerdictReason) -> None:
    """One that was put on record before the rule stood agrees with no other, first or second."""
    odd = (VerdictKind.APPROVE, reason)
    sound = (VerdictKind.APPROVE, VerdictReason.SAME_PERSON)
    assert concluded(UNSURE, odd) is Outcome.REFER
    assert concluded(UNSURE, odd, sound) is Outcome.APPROVE
    for two in ((odd, sound), (sound, odd), (odd, odd)):
        assert concluded(AGAINST, *two) is Outcome.REFER
    assert concluded(AGAINST, odd, sound, sound) is Outcome.APPROVE


@pytest.mark.parametrize("reason", VerdictReason)
def test_a_refusal_refuses_whatever_its_reason(reason: VerdictReason) -> None:
    """An odd reason turns nobody's no into a yes."""
    sound = (VerdictKind.APPROVE, VerdictReason.SAME_PERSON)
    assert concluded(UNSURE, sound, (VerdictKind.REFUSE, reason)) is Outcome.REFUSE
