"""Calibration: the measured false match rates that give a comparison score its meaning."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date as calendar_date
from fractions import Fraction
from itertools import pairwise
from typing import Final

from lineproof.domain.finding import FMR_POINTS, FmrBand, fmr_label

RULE_OF_30: Final = 30
"""False matches that must be expected before a rate is called measured.

With 30 errors the true rate lies within 30 % of the observed one with 90 % confidence
(ISO/IEC 19795-1, rule of 30, after Doddington). It counts independent comparisons; cross pairs
share people, so it is a floor under what is claimed, and the interval beside it says the rest.
"""


def allowed_errors(rate: float, comparisons: int) -> int:
    """Give the largest number of errors among ``comparisons`` whose share is not over ``rate``.

    Exact: the rate is read as the decimal it is written as, so 0.01 of 300 is 3 and never 2.
    """
    share = Fraction(repr(float(rate))) * comparisons
    return share.numerator // share.denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPoint:
    """One measured threshold: scores of ``score`` and above have a false match rate of ``fmr``.

    ``score`` is a cosine, -1..1; ``low`` and ``high`` are its 95 % interval over people;
    ``false_matches`` is how many impostor pairs of the calibration set reached it.
    """

    fmr: float
    score: float
    low: float
    high: float
    false_matches: int

    def __post_init__(self) -> None:
        """Refuse a rate that is no calibration point and scores that are no cosines in order."""
        if self.fmr not in FMR_POINTS:
            known = ", ".join(fmr_label(fmr) for fmr in FMR_POINTS)
            msg = f"a calibration point is one of {known}, not {self.fmr!r}"
            raise ValueError(msg)
        if not all(math.isfinite(value) for value in (self.low, self.score, self.high)):
            raise ValueError("a calibrated score and its interval are finite numbers")
        if not -1 <= self.low <= self.score <= self.high <= 1:
            msg = f"a calibrated score lies in its interval and in -1..1, not {self}"
            raise ValueError(msg)
        if self.false_matches < 0:
            raise ValueError("a number of false matches is not negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationTable:
    """The measured thresholds of one way to use a pack, loosest first, and where they come from.

    ``pipeline`` is the version of our own code they were measured with: scores of another one
    have no meaning here. ``date`` is an ISO 8601 calendar date.
    """

    points: tuple[CalibrationPoint, ...]
    dataset: str
    images: int
    people: int
    impostor_pairs: int
    pipeline: str
    date: str

    def __post_init__(self) -> None:
        """Refuse a table that no measurement can have given."""
        if not self.points:
            raise ValueError("a calibration table has at least one point")
        for looser, stricter in pairwise(self.points):
            if not looser.fmr > stricter.fmr:
                raise ValueError("calibration points go from the loosest rate to the strictest")
            if not looser.score < stricter.score:
                raise ValueError("a stricter rate has a higher score")
        for point in self.points:
            self._supports(point)
        if not (self.dataset.strip() and self.pipeline.strip()):
            raise ValueError("a calibration table names its data set and its pipeline")
        if not 2 <= self.people <= self.images:  # noqa: PLR2004 - one to one needs another person
            raise ValueError("a calibration set has at least two people, each with an image")
        calendar_date.fromisoformat(self.date)

    def _supports(self, point: CalibrationPoint) -> None:
        """Refuse a point that this many impostor pairs cannot have measured."""
        allowed = allowed_errors(point.fmr, self.impostor_pairs)
        if allowed < RULE_OF_30:
            msg = (
                f"{self.impostor_pairs} impostor pairs cannot measure an FMR of "
                f"{fmr_label(point.fmr)}: fewer than {RULE_OF_30} false matches are expected"
            )
            raise ValueError(msg)
        if point.false_matches > allowed:
            msg = (
                f"{point.false_matches} false matches in {self.impostor_pairs} impostor pairs are "
                f"more than an FMR of {fmr_label(point.fmr)}"
            )
            raise ValueError(msg)


def band(score: float, table: CalibrationTable) -> FmrBand:
    """Give the band of false match rates that a comparison score falls in.

    ``score`` is a cosine. The band ends at the strictest calibrated rate whose threshold the score
    reaches and begins at the next stricter one, or at 0 where nothing stricter was measured. A
    score that reaches none is above the loosest. Raises ValueError when ``score`` is not a finite
    number: that is a broken comparison, and no band of it may exist.
    """
    if not math.isfinite(score):
        msg = f"a comparison score is a finite number, not {score}"
        raise ValueError(msg)
    at_most = 1.0
    for point in table.points:
        if score < point.score:
            return FmrBand(above=point.fmr, at_most=at_most)
        at_most = point.fmr
    return FmrBand(above=0.0, at_most=at_most)
