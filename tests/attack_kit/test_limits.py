from __future__ import annotations

from statistics import NormalDist

import pytest
from benchmarks.liveness_table import least


def normal(times: int = 101) -> list[float]:
    """Give values spread as normal ones are, without chance: median 1, deviation 0.1."""
    shape = NormalDist(1.0, 0.1)
    return [shape.inv_cdf((at + 0.5) / times) for at in range(times)]


def test_a_limit_leaves_a_margin_below_the_share_that_is_stopped() -> None:
    """Of normal values one in twenty lies 1.645 deviations below; the margin is a quarter more."""
    assert least(normal(), 0.05) == pytest.approx(1 - 1.25 * 1.645 * 0.1, abs=0.006)
    assert least(normal(), 0.005) < least(normal(), 0.05)


def test_no_outlier_decides_a_limit() -> None:
    """One capture that went wrong does not open the door to every attack."""
    wrong = [-50.0, *normal()[1:]]
    assert least(wrong, 0.05) == pytest.approx(least(normal(), 0.05), abs=0.002)
