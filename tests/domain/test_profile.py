from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lineproof.domain.case import Kind, Route
from lineproof.domain.challenge import LONGEST_DELAY
from lineproof.domain.profile import LONGEST_WAIT, MOST_HELD, Record
from lineproof.domain.staff import MAY, Act, Role, Staff
from tests.regime import POLICY, REGIME, regime

MOMENT = timedelta(microseconds=1)
RETENTION = dict(REGIME.retention)


@pytest.mark.parametrize(
    "change",
    [
        {"alternatives": frozenset()},
        {"alternatives": frozenset({Route.FACE})},
        {"alternatives": frozenset({Route.FACE, Route.IN_PERSON})},
        {"policies": dict.fromkeys(list(Kind)[1:], POLICY)},
        {"retention": {Record.CASE: timedelta(days=1)}},
        {"retention": {**RETENTION, Record.HELD: MOST_HELD + MOMENT}},
        {"lines_per_person": 0},
        {"attempts_per_person": 0},
        {"cool_off": -MOMENT},
        {"delay_after_failure": -MOMENT},
        {"delay_after_failure": LONGEST_DELAY + MOMENT},
        {"objection_window": LONGEST_WAIT + MOMENT},
        {"hold_before_activation": -MOMENT},
        {"sms_hold": LONGEST_WAIT + MOMENT},
        {"attempts_window": timedelta(0)},
        {"case_life": timedelta(0)},
        {"recheck_deadline": timedelta(0)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_regime_that_breaks_a_promise_is_none(change: dict[str, Any]) -> None:
    """No other way, a face kept for longer, or a number that nobody could have meant."""
    with pytest.raises(ValueError, match=r"\w"):
        regime(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"lines_per_person": None},
        {"lines_per_person": 1},
        {"retention": {**RETENTION, Record.HELD: MOST_HELD}},
        {"cool_off": timedelta(0), "objection_window": timedelta(0)},
        {"cool_off": LONGEST_WAIT},
        {"delay_after_failure": LONGEST_DELAY},
        {"alternatives": frozenset({Route.CHIP})},
    ],
)
def test_the_edges_of_what_is_allowed(change: dict[str, Any]) -> None:
    """No limit, no wait, the longest wait, the longest keeping: a regime may ask for these."""
    assert regime(**change).name == REGIME.name


def test_nobody_may_do_everything() -> None:
    """Who handles cases reviews none; who manages staff sees no case; nobody inactive may act."""
    assert not MAY[Role.AGENT] & {Act.REVIEW, Act.READ_LOG, Act.MANAGE_STAFF}
    assert MAY[Role.ADMIN] == {Act.MANAGE_STAFF, Act.MANAGE_OUTBOX}
    assert set(MAY) == set(Role)
    assert frozenset().union(*MAY.values()) == set(Act)
    for role in Role:
        active = Staff(id="s", role=role, shop="h", active=True)
        left = Staff(id="s", role=role, shop="h", active=False)
        assert {act for act in Act if active.may(act)} == MAY[role]
        assert not any(left.may(act) for act in Act)
