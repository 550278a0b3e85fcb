from __future__ import annotations

import numpy as np
import pytest

from lineproof.evaluate.metrics import NotMeasurable, Rate
from lineproof.evaluate.pad_rates import Scored, counted, curve, rates_at, threshold_at


@pytest.mark.parametrize(
    ("errors", "trials", "low", "high"),
    [
        # Clopper and Pearson's interval as published tables have it.
        (5, 100, 0.0164, 0.1128),
        (1, 20, 0.0013, 0.2487),
        (50, 100, 0.3983, 0.6017),
        # No error: everything left out lies above, so 150 prove 2 %.
        (0, 150, 0.0, 0.0198),
        (150, 150, 0.9802, 1.0),
        (3, 3, 0.3684, 1.0),
    ],
)
def test_an_interval_is_exact(errors: int, trials: int, low: float, high: float) -> None:
    """Against published values."""
    rate = counted(errors, trials).rate
    assert isinstance(rate, Rate)
    assert rate.value == errors / trials
    assert (rate.low, rate.high) == pytest.approx((low, high), abs=6e-5)


def test_nothing_to_count_is_not_measurable() -> None:
    """No rate is made of no presentations."""
    assert isinstance(counted(0, 0).rate, NotMeasurable)


def test_the_worst_species_comes_first() -> None:
    """A mean over species would let many easy attacks hide a hard one."""
    attacks = {
        "easy": np.array([0.1, 0.2]),
        "hard": np.array([0.6, 0.9]),
        "half": np.array([0.1, 0.7]),
    }
    found = rates_at(Scored(np.array([0.4, 0.5, 0.9]), attacks), 0.5)
    assert list(found.apcer) == ["hard", "half", "easy"]
    assert found.worst == "hard"
    assert [one.errors for one in found.apcer.values()] == [2, 1, 0]
    # A score of the threshold itself passes, bona fide or not.
    assert found.bpcer.errors == 1


def test_a_threshold_stops_no_more_than_was_stated() -> None:
    """Exactly two of a hundred at 2 %, none where there are too few, and ties never one more."""
    scores = np.linspace(0, 1, 100)
    assert int((scores < threshold_at(scores, 0.02)).sum()) == 2
    assert int((scores[:30] < threshold_at(scores[:30], 0.02)).sum()) == 0
    tied = np.array([0.1, 0.1, 0.1, *np.linspace(0.5, 1, 97)])
    assert int((tied < threshold_at(tied, 0.02)).sum()) == 0


def test_a_curve_trades_one_error_for_the_other() -> None:
    """Along it APCER rises while BPCER falls, from none to all."""
    rng = np.random.default_rng(1)
    points = curve(rng.normal(0.7, 0.1, 300), rng.normal(0.4, 0.1, 300))
    assert (np.diff(points[:, 0]) >= 0).all()
    assert points[0, 0] == 0
    assert points[-1].tolist() == [1.0, 0.0]
    assert curve(np.array([]), np.array([0.5])).shape == (0, 2)
