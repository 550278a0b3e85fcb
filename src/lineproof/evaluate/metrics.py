"""Error rates: what they are called, when they may be stated, and where a threshold lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lineproof.domain.finding import fmr_label
from lineproof.face.calibration import RULE_OF_30, allowed_errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

RULE_OF_THREE: Final = 3
"""With no error in n independent trials the rate is at most 3 / n with 95 % confidence
(ISO/IEC 19795-1, rule of three)."""
COVERED: Final = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share, 0..1, or a ratio of shares, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class NotMeasurable:
    """Why the data cannot give a rate; a sentence for the reader of the report."""

    reason: str


@dataclass(frozen=True, slots=True)
class Count:
    """Errors among trials, and how many of these trials can at best be called independent."""

    errors: int
    trials: int
    independent: int


def unsupported(fmr: float, impostor_pairs: int) -> NotMeasurable | None:
    """Say why so many impostor pairs cannot carry this false match rate, or nothing if they can.

    The rule of 30 (ISO/IEC 19795-1; Doddington): at least 30 false matches must be expected.
    """
    if allowed_errors(fmr, impostor_pairs) >= RULE_OF_30:
        return None
    needed = round(RULE_OF_30 / fmr)
    return NotMeasurable(
        f"{impostor_pairs:,} impostor pairs are too few: an FMR of {fmr_label(fmr)} needs "
        f"{needed:,} (rule of 30)"
    )


def threshold_at(score: NDArray[np.float64], running: NDArray[np.int64], allowed: int) -> float:
    """Give the smallest score t that lets impostor pairs of at most ``allowed`` weight reach it.

    ``score`` is (kept,), best first, and holds float32 values; ``running`` (kept,) is the weight of
    the pairs up to each. As scores are float32, t is the float32 next above the best score that
    must stay out. Scores that tie there all stay out, so the rate is never over what is allowed.
    Where even all kept scores weigh less, the last one is taken: the true threshold is lower, and
    the FNMR that follows is too high, never too low.
    """
    if not len(score):
        return -np.inf
    first_out = int(np.searchsorted(running, allowed, side="right"))
    if first_out == len(running):
        return float(score[first_out - 1])
    return float(np.nextafter(np.float32(score[first_out]), np.float32(np.inf)))


def rate(count: Count, replicates: NDArray[np.float64]) -> Rate | NotMeasurable:
    """Give errors / trials with its interval: the middle 95 % of the bootstrap ``replicates``.

    ``replicates`` is (n,); those that drew nothing to measure are NaN and are left out. The
    interval is widened to hold the value. Where no error was seen, or nothing else, resampling
    sees no spread, and the rule of three over the independent trials takes its place.
    """
    if not count.trials:
        return NotMeasurable("there is no such pair in the data")
    value = count.errors / count.trials
    if count.errors in (0, count.trials):
        width = min(1.0, RULE_OF_THREE / max(1, count.independent))
        return Rate(value, max(0.0, value - width), min(1.0, value + width))
    return interval(value, replicates)


def interval(value: float, replicates: NDArray[np.float64]) -> Rate | NotMeasurable:
    """Put a value into the middle 95 % of its bootstrap replicates; NaN ones are left out."""
    drawn = replicates[np.isfinite(replicates)]
    if not len(drawn):
        return NotMeasurable("too few people to resample")
    low, high = (float(edge) for edge in np.percentile(drawn, COVERED))
    return Rate(value, min(low, value), max(high, value))
