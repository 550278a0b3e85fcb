from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.evaluate.metrics import (
    Count,
    NotMeasurable,
    Rate,
    interval,
    rate,
    threshold_at,
    unsupported,
)

float32s = st.floats(-1, 1, width=32)


@given(st.lists(st.tuples(float32s, st.integers(0, 3)), min_size=1), st.integers(0, 40))
def test_a_threshold_is_the_smallest_that_is_not_over(
    drawn: list[tuple[float, int]], allowed: int
) -> None:
    """From the definition: at t the weight is allowed, and one float32 lower it no longer is."""
    score, weight = (np.array(side) for side in zip(*sorted(drawn, reverse=True), strict=True))
    found = threshold_at(score.astype(np.float64), np.cumsum(weight), allowed)
    assert weight[score >= found].sum() <= allowed
    if weight.sum() > allowed:
        lower = np.nextafter(np.float32(found), np.float32(-np.inf))
        assert weight[score >= lower].sum() > allowed


def test_ties_at_the_edge_all_stay_out() -> None:
    """Two of five scores may match, but the second and third tie: then only the first does."""
    score = np.array([0.9, 0.5, 0.5, 0.25, 0.125])
    found = threshold_at(score, np.arange(1, 6), 2)
    assert 0.5 < found <= 0.9
    assert np.float32(found) == np.nextafter(np.float32(0.5), np.float32(1))


@pytest.mark.parametrize(
    ("fmr", "pairs", "measurable"),
    [(1e-2, 3000, True), (1e-2, 2999, False), (1e-4, 300_000, True), (1e-4, 299_999, False)],
)
def test_a_rate_needs_thirty_expected_false_matches(
    fmr: float,
    pairs: int,
    measurable: bool,  # noqa: FBT001 - the expected answer
) -> None:
    """The rule of 30 to the pair, and the reason says how many pairs it would take."""
    found = unsupported(fmr, pairs)
    assert (found is None) is measurable
    if found:
        assert f"{pairs:,}" in found.reason
        assert f"{round(30 / fmr):,}" in found.reason


def test_without_any_error_the_rule_of_three_speaks() -> None:
    """No miss among 102 people's pairs does not mean a rate of nought: it is at most 3 / 102."""
    seen = rate(Count(errors=0, trials=500, independent=102), np.zeros(9))
    assert seen == Rate(0.0, 0.0, 3 / 102)
    missed = rate(Count(errors=500, trials=500, independent=102), np.ones(9))
    assert missed == Rate(1.0, 1 - 3 / 102, 1.0)
    assert rate(Count(errors=0, trials=5, independent=2), np.zeros(9)) == Rate(0.0, 0.0, 1.0)


def test_a_rate_of_nothing_is_not_measurable() -> None:
    """No pair at all is not a rate of nought."""
    assert isinstance(rate(Count(errors=0, trials=0, independent=0), np.zeros(3)), NotMeasurable)


def test_an_interval_is_the_middle_of_the_draws_and_holds_the_value() -> None:
    """Draws that had nothing to measure are left out; a value outside widens the interval."""
    draws = np.array([*np.arange(0, 41), np.nan, np.nan])
    assert interval(20, draws) == Rate(20, 1, 39)
    assert interval(99, draws) == Rate(99, 1, 99)
    assert isinstance(interval(0.5, np.full(3, np.nan)), NotMeasurable)
