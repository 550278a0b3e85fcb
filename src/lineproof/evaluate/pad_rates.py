"""APCER and BPCER with their intervals (ISO/IEC 30107-3), at one threshold and along the curve.

An attack species is judged by itself and the worst one counts: a mean over species would let many
easy attacks hide a hard one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lineproof.evaluate.metrics import NotMeasurable, Rate
from lineproof.face.calibration import allowed_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

OUTSIDE: Final = 0.05
"""What a 95 % interval leaves out."""
STEPS: Final = 60
"""Halvings of 0..1: finer than a double's own grain."""
CURVE_POINTS: Final = 2000
"""No plot shows more, and a set of any size keeps small files."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of a set: (n,) each, higher is more bona fide; attacks by species."""

    bona_fide: NDArray[np.float64]
    attacks: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Errors:
    """Wrong classifications among presentations, and their rate."""

    errors: int
    trials: int
    rate: Rate | NotMeasurable


@dataclass(frozen=True, slots=True)
class PadRates:
    """What one threshold does: ``bpcer``, and ``apcer`` by species, worst first."""

    threshold: float
    bpcer: Errors
    apcer: Mapping[str, Errors]

    @property
    def worst(self) -> str | None:
        """The species that passes most often; None where the set has no attack."""
        return next(iter(self.apcer), None)


def rates_at(scored: Scored, threshold: float) -> PadRates:
    """Count what a threshold stops and lets pass: a score of ``threshold`` and above passes."""
    stopped = int((scored.bona_fide < threshold).sum())
    passed = {
        species: counted(int((scores >= threshold).sum()), len(scores))
        for species, scores in scored.attacks.items()
    }
    worst_first = sorted(
        passed.items(), key=lambda item: (-item[1].errors / item[1].trials, item[0])
    )
    return PadRates(threshold, counted(stopped, len(scored.bona_fide)), dict(worst_first))


def threshold_at(bona_fide: NDArray[np.float64], bpcer: float) -> float:
    """Give the highest threshold that stops at most the share ``bpcer`` of (n,) scores, n >= 1."""
    ascending = np.sort(bona_fide)
    return float(ascending[min(allowed_errors(bpcer, len(ascending)), len(ascending) - 1)])


def curve(bona_fide: NDArray[np.float64], attacks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the DET curve of one species, (m, 2): APCER and BPCER, strictest threshold first."""
    if not len(bona_fide) or not len(attacks):
        return np.empty((0, 2))
    at = np.unique(np.concatenate([bona_fide, attacks]))[::-1]
    one, other = np.sort(bona_fide), np.sort(attacks)
    apcer = 1 - np.searchsorted(other, at, side="left") / len(other)
    bpcer = np.searchsorted(one, at, side="left") / len(one)
    points = np.stack([apcer, bpcer], axis=1)[np.lexsort((-bpcer, apcer))]
    chosen = np.unique(np.linspace(0, len(points) - 1, CURVE_POINTS).astype(np.int64))
    return points[chosen]


def counted(errors: int, trials: int) -> Errors:
    """Give a count its rate with the exact 95 % interval (Clopper and Pearson, 1934).

    Where no error was seen, or nothing else, all of what is left out lies on one side: 0 of 150
    proves at most 2 %. Presentations count as independent; of few people they are not, and the
    true interval is then wider.
    """
    if not trials:
        return Errors(errors, trials, NotMeasurable("there is no such presentation in the data"))
    one_sided = errors in (0, trials)
    tail = OUTSIDE if one_sided else OUTSIDE / 2
    low = 0.0 if errors == 0 else 1 - _upper(trials - errors, trials, tail)
    high = 1.0 if errors == trials else _upper(errors, trials, tail)
    return Errors(errors, trials, Rate(errors / trials, low, high))


def _upper(errors: int, trials: int, tail: float) -> float:
    """Give the rate at which so few errors, or fewer, have the chance ``tail``."""
    low, high = errors / trials, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(errors, trials, middle) > tail else (low, middle)
    return high


def _at_most(errors: int, trials: int, rate: float) -> float:
    """Give the chance of at most so many errors, by the binomial law in logarithms."""
    if rate <= 0 or rate >= 1:
        return float(rate <= 0)
    terms = [
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        + k * math.log(rate) + (trials - k) * math.log1p(-rate)
        for k in range(errors + 1)
    ]  # fmt: skip
    return math.fsum(math.exp(term) for term in terms)
