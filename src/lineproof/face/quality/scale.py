"""From a native value to 0..100: the few shapes of curve that the measures use."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from lineproof.domain.finding import Measured, QualityComponent, Unmeasured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineproof.domain.finding import Finding

DECIMALS = 6
"""Native values carry no more: what lies below is rounding, and would only look precise."""

STEEPEST = 700.0
"""Beyond this an exponential leaves the range of a float; the curve is flat long before."""


def sigmoid(native: float, *, middle: float, width: float) -> float:
    """Give 0..100 on a logistic curve: 50 at ``middle``, 73 one ``width`` above it.

    A negative ``width`` makes the curve fall.
    """
    steps = min(STEEPEST, max(-STEEPEST, (middle - native) / width))
    return 100 / (1 + math.exp(steps))


def ramp(native: float, points: Sequence[tuple[float, float]]) -> float:
    """Give the value at ``native`` on straight lines through (native, value), flat beyond both.

    ``points`` rise strictly in their first number.
    """
    if native <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if native <= right:
            return low + (high - low) * (native - left) / (right - left)
    return points[-1][1]


def cosine(degrees: float) -> float:
    """Give the cosine of an angle; not a number where the angle is none or endless."""
    return math.cos(math.radians(degrees)) if math.isfinite(degrees) else math.nan


def component(native: float, value: float) -> Finding[QualityComponent]:
    """Make a finding of ``native``; ``value`` is kept to 0..100 and rounded, halves upwards.

    ``Unmeasured("not_finite")`` where either is not a number: it must not pass for a low one.
    """
    if not (math.isfinite(native) and math.isfinite(value)):
        return Unmeasured("not_finite")
    kept = math.floor(min(100.0, max(0.0, value)) + 0.5)
    # Adding zero turns a negative zero into the plain one.
    return Measured(QualityComponent(native=round(native, DECIMALS) + 0.0, value=kept))
