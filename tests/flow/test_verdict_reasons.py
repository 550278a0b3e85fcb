from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.case import Case, Kind, Status
from lineproof.domain.review import REASONS_OF, VerdictKind, VerdictReason, goes_with
from lineproof.domain.staff import Role
from lineproof.flow import capture, reviewing
from lineproof.flow.refused import RefusalCode, Refused
from tests.flow.stage import UNSURE, Stage, staff, stage
from tests.regime import NEW, OLD

if TYPE_CHECKING:
    from lineproof.storage import Store

PAIRS = list(product(VerdictKind, VerdictReason))


@pytest.fixture
def scene(store: Store) -> Stage:
    """Give a stage on an empty store."""
    return stage(store)


def says(
    scene: Stage, case: Case, who: str, kind: VerdictKind, reason: VerdictReason
) -> capture.Captured | Refused:
    """Look at a case and conclude."""
    reviewer = staff(who, Role.REVIEWER)
    reviewing.look_at(scene.service, case.id, reviewer, now=scene.now)
    return reviewing.conclude(
        scene.service, case.id, reviewer, kind=kind, reason=reason, now=scene.now
    )


def test_a_verdict_for_a_reason_of_the_other_one_is_not_taken(scene: Stage) -> None:
    """Nothing is put on record, the case waits as before, and the refusal says what would do."""
    case = scene.seeing(UNSURE).passed(scene.open(Kind.NEW_LINE, sim=OLD))
    for kind, reason in PAIRS:
        if goes_with(kind, reason):
            continue
        found = says(scene, case, "r-1", kind, reason)
        assert isinstance(found, Refused), (kind, reason)
        assert (found.code, found.about) == (RefusalCode.REASON_MISMATCHED, kind)
        assert all(each in found.sentence for each in REASONS_OF[kind])
    with scene.service.store.read() as tx:
        assert tx.verdicts(case.id) == []
        assert len(tx.decisions(case.id)) == 1
    assert scene.case(case).status is Status.REFERRED


def test_a_verdict_for_a_reason_of_its_own_is_taken(scene: Stage) -> None:
    """Each one ends a case of which it was merely not known whether it is the person."""
    unsure = scene.seeing(UNSURE)
    for number, (kind, reason) in enumerate(PAIRS):
        if goes_with(kind, reason):
            opened = unsure.open(Kind.NEW_LINE, f"155500{number:02}", sim=OLD)
            case = unsure.passed(opened, f"P{number}")
            found = says(unsure, case, "r-1", kind, reason)
            assert isinstance(found, capture.Captured), found
            assert [str(each) for each in found.decision.reasons] == [f"reviewed.{reason}"]


def test_nobody_is_the_second_reviewer_for_a_reason_against_the_first(scene: Stage) -> None:
    """Two must agree: who approves and says that it is another person agrees with nobody."""
    scene.line_of("P1")
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW), "P2")
    first = says(scene, case, "r-1", VerdictKind.APPROVE, VerdictReason.HOLDER_CONFIRMED)
    assert isinstance(first, capture.Captured)
    assert first.case.status is Status.REFERRED
    for reason in REASONS_OF[VerdictKind.REFUSE]:
        assert isinstance(says(scene, case, "r-2", VerdictKind.APPROVE, reason), Refused)
    assert scene.case(case).status is Status.REFERRED
    second = says(scene, case, "r-2", VerdictKind.APPROVE, VerdictReason.DOCUMENT_RENEWED)
    assert isinstance(second, capture.Captured)
    assert second.case.status is Status.APPROVED


@pytest.mark.parametrize("kind", VerdictKind)
def test_who_may_not_review_learns_that_first(scene: Stage, kind: VerdictKind) -> None:
    """A wrong pair is no way to ask whether a case waits."""
    case = scene.seeing(UNSURE).passed(scene.open(Kind.NEW_LINE, sim=OLD))
    odd = next(reason for reason in VerdictReason if not goes_with(kind, reason))
    found = says(scene, case, "agent", kind, odd)
    assert isinstance(found, Refused)
    assert found.code is RefusalCode.OWN_CASE
