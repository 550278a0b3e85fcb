"""Calibrated PAD: the measured error rates that give a network's answer its meaning.

ISO/IEC 30107-3: BPCER is the share of bona fide presentations that are stopped, APCER the share of
attack presentations of one species that pass. A threshold is set at a stated BPCER; which attacks
pass it is then measured, worst species first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class PadPoint:
    """One measured threshold: presentations that score ``score`` (0..1) and above pass.

    ``bpcer`` is the stated rate and ``stopped`` how many bona fide presentations of the calibration
    set stayed below. ``species`` names the worst of the measured attack species, ``apcer`` the
    share of it that passed and ``apcer_high`` the upper end of its 95 % interval.
    """

    bpcer: float
    score: float
    stopped: int
    species: str
    apcer: float
    apcer_high: float

    def __post_init__(self) -> None:
        """Refuse what no measurement can have given."""
        shares = (self.bpcer, self.score, self.apcer, self.apcer_high)
        if not all(math.isfinite(share) and 0 <= share <= 1 for share in shares):
            raise ValueError("rates and scores of PAD lie in 0..1")
        if not 0 < self.bpcer < 1 or self.apcer > self.apcer_high or self.stopped < 0:
            raise ValueError("a BPCER lies between 0 and 1, and an APCER in its interval")


@dataclass(frozen=True, slots=True, kw_only=True)
class PadTable:
    """The thresholds of one pack's PAD networks, lowest BPCER first, and where they come from.

    ``bona_fide`` counts presentations and ``people`` who made them; none was trained on.
    """

    points: tuple[PadPoint, ...]
    dataset: str
    bona_fide: int
    people: int
    date: str

    def __post_init__(self) -> None:
        """Refuse thresholds that do not rise with the BPCER they were set for."""
        if not self.points:
            raise ValueError("a PAD calibration has at least one point")
        for looser, stricter in pairwise(self.points):
            if not (looser.bpcer < stricter.bpcer and looser.score <= stricter.score):
                raise ValueError("PAD points go from the lowest BPCER to the highest")


@dataclass(frozen=True, slots=True)
class PadBand:
    """Where a presentation stands among the calibrated thresholds.

    ``passes_at`` is the highest stated BPCER at whose threshold it still passes, 0 where it passes
    at none. ``apcer`` is the upper end of the 95 % interval of the worst species' APCER there: of
    such attacks at most so many come this far; 1 where nothing is known. No score can be read back.
    """

    passes_at: float
    apcer: float

    def passes(self, *, bpcer: float) -> bool:
        """Tell whether it passes at the threshold that was set for this BPCER, or a stricter."""
        return self.passes_at >= bpcer


def pad_band(score: float, table: PadTable) -> PadBand:
    """Give the band of a score; raises ValueError where it is not a number."""
    if not math.isfinite(score):
        raise ValueError("a PAD score is a finite number")
    reached = [point for point in table.points if score >= point.score]
    if not reached:
        return PadBand(0.0, 1.0)
    return PadBand(reached[-1].bpcer, reached[-1].apcer_high)
