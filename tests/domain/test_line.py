from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lineproof.domain.case import Kind
from lineproof.domain.line import (
    ADDS_A_LINE,
    CHANGES_A_LINE,
    NEEDS_A_LINE,
    earliest,
    hindered,
    questioned,
)
from lineproof.domain.profile import Channel
from lineproof.domain.reason import Reason, ReasonCode
from tests.regime import LINE, NOW, REGIME, regime, standing

MOMENT = timedelta(microseconds=1)


def codes(reasons: tuple[Reason, ...]) -> set[ReasonCode]:
    """Give the reasons' codes."""
    return {reason.code for reason in reasons}


@pytest.mark.parametrize("kind", Kind)
def test_nothing_stands_against_a_plain_request(kind: Kind) -> None:
    """Where line and person are in order, nothing is forbidden and nothing is questioned."""
    plain = standing(kind)
    assert hindered(plain, REGIME) == ()
    assert questioned(plain, REGIME) == ()


@pytest.mark.parametrize("kind", Kind)
def test_a_line_is_there_or_is_not(kind: Kind) -> None:
    """What is about a line needs one; what opens one needs the number to be free."""
    without, with_one = standing(kind, line=None), standing(kind, line=LINE)
    assert (ReasonCode.LINE_UNKNOWN in codes(hindered(without, REGIME))) is (kind in NEEDS_A_LINE)
    assert (ReasonCode.LINE_EXISTS in codes(hindered(with_one, REGIME))) is (
        kind not in NEEDS_A_LINE
    )


@pytest.mark.parametrize("kind", Kind)
def test_a_lock_stops_what_takes_a_line_over(kind: Kind) -> None:
    """Neither another SIM nor another holder while it holds; its own release is not stopped."""
    locked = standing(kind, line=replace(LINE, locked=True))
    assert (ReasonCode.LINE_LOCKED in codes(hindered(locked, REGIME))) is (kind in CHANGES_A_LINE)


@pytest.mark.parametrize("kind", sorted(CHANGES_A_LINE))
def test_changes_wait_for_each_other(kind: Kind) -> None:
    """One moment before the cool-off is over a change is forbidden, and then it is not."""
    over = LINE.changed_at + REGIME.cool_off
    assert codes(hindered(standing(kind, now=over - MOMENT), REGIME)) == {ReasonCode.COOL_OFF}
    assert hindered(standing(kind, now=over), REGIME) == ()


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("held", "limit"), [(1, 2), (2, 2), (3, 2), (0, 1), (99, None)])
def test_a_person_holds_so_many_lines(kind: Kind, held: int, limit: int | None) -> None:
    """Only what adds a line counts against the limit, and without one nothing does."""
    found = hindered(standing(kind, lines_held=held), regime(lines_per_person=limit))
    forbidden = kind in ADDS_A_LINE and limit is not None and held >= limit
    assert codes(found) == ({ReasonCode.LINE_LIMIT} if forbidden else set())


def test_a_regime_may_know_no_transfer() -> None:
    """A transfer is forbidden there, and nothing else is."""
    for kind in Kind:
        found = codes(hindered(standing(kind), regime(transfer_allowed=False)))
        expected = {ReasonCode.TRANSFER_NOT_ALLOWED} if kind is Kind.TRANSFER else set()
        assert found == expected


@pytest.mark.parametrize("kind", Kind)
def test_a_document_without_a_number_goes_to_a_person(kind: Kind) -> None:
    """Whose document it is cannot be said, so nobody is refused and nobody is approved."""
    assert questioned(standing(kind, person=None), REGIME) == (
        Reason(ReasonCode.DOCUMENT_FACT_UNMEASURED, "document_number"),
    )


@pytest.mark.parametrize("kind", sorted(NEEDS_A_LINE - {Kind.TRANSFER}))
def test_another_document_than_the_holders_goes_to_a_person(kind: Kind) -> None:
    """It may be a thief's, or the holder's new one."""
    found = questioned(standing(kind, person="somebody else"), REGIME)
    assert codes(found) == {ReasonCode.HOLDER_DIFFERS}


def test_a_transfer_is_to_somebody_else_who_was_agreed_to() -> None:
    """To oneself, or without the holder's word, a person looks."""
    to_oneself = standing(Kind.TRANSFER, person=LINE.holder)
    assert codes(questioned(to_oneself, REGIME)) == {ReasonCode.HOLDER_SAME}
    unasked = standing(Kind.TRANSFER, holder_agreed=False)
    assert codes(questioned(unasked, REGIME)) == {ReasonCode.HOLDER_NOT_ASKED}


@pytest.mark.parametrize("kind", Kind)
def test_a_change_that_cannot_be_announced_goes_to_a_person(kind: Kind) -> None:
    """Every channel that the regime names must be there."""
    found = codes(questioned(standing(kind, channels=frozenset({Channel.OLD_SIM})), REGIME))
    assert found == ({ReasonCode.NOTICE_IMPOSSIBLE} if kind in CHANGES_A_LINE else set())
    only_old = regime(notices=frozenset({Channel.OLD_SIM}))
    assert questioned(standing(kind, channels=frozenset({Channel.OLD_SIM})), only_old) == ()


def test_who_tried_too_often_goes_to_a_person() -> None:
    """The last attempt that the regime allows is one; the next is too many."""
    most = REGIME.attempts_per_person
    assert questioned(standing(Kind.NEW_LINE, attempts=most), REGIME) == ()
    found = questioned(standing(Kind.NEW_LINE, attempts=most + 1), REGIME)
    assert codes(found) == {ReasonCode.PERSON_ATTEMPTS_USED}


@pytest.mark.parametrize("kind", Kind)
def test_an_order_waits_as_long_as_the_regime_says(kind: Kind) -> None:
    """A change for the holder's objection, a new line for the hold, the others for nothing."""
    hold = timedelta(hours=5)
    waits = earliest(kind, regime(hold_before_activation=hold), now=NOW) - NOW
    if kind in CHANGES_A_LINE:
        assert waits == REGIME.objection_window
    else:
        assert waits == (hold if kind in ADDS_A_LINE else timedelta(0))
