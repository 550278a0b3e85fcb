from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.finding import Measured, Unmeasured
from lineproof.face.quality.scale import component, cosine, ramp, sigmoid

CURVE = ((0.0, 0.0), (10.0, 60.0), (30.0, 100.0))


@pytest.mark.parametrize(
    ("value", "expected"), [(-3, 0), (0.4999, 0), (0.5, 1), (49.5, 50), (99.5, 100), (250, 100)]
)
def test_a_value_is_kept_to_the_range_and_rounded_half_up(value: float, expected: int) -> None:
    """Halves go up, at every height: no banker's rounding that would make 0.5 and 1.5 differ."""
    finding = component(1.0, value)
    assert isinstance(finding, Measured)
    assert finding.value.value == expected


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_unmeasured(bad: float) -> None:
    """A division by nothing must not pass for a low value, nor for a high one."""
    assert component(bad, 50) == Unmeasured("not_finite")
    assert component(50, bad) == Unmeasured("not_finite")
    assert math.isnan(cosine(bad))


@pytest.mark.parametrize(
    ("native", "expected"), [(-5, 0), (0, 0), (5, 30), (10, 60), (20, 80), (30, 100), (99, 100)]
)
def test_a_ramp_joins_its_points_and_is_flat_beyond(native: float, expected: float) -> None:
    """The points are met exactly; nothing is extrapolated."""
    assert ramp(native, CURVE) == pytest.approx(expected)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_sigmoid_never_falls_and_never_overflows(one: float, other: float) -> None:
    """Far from its middle a logistic is flat, not an error."""
    low, high = sorted((one, other))
    assert 0 <= sigmoid(low, middle=20, width=3) <= sigmoid(high, middle=20, width=3) <= 100
    assert sigmoid(low, middle=20, width=-3) >= sigmoid(high, middle=20, width=-3)


def test_a_sigmoid_is_half_way_at_its_middle() -> None:
    """50 at the middle, and e/(1+e) of the way one width above it."""
    assert sigmoid(20, middle=20, width=3) == 50
    assert sigmoid(23, middle=20, width=3) == pytest.approx(73.106, abs=1e-3)
