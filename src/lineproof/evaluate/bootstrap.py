"""Intervals by resampling people, with everything that depends on who was drawn.

A replicate draws as many people as there are, with replacement. A person drawn w times counts w
times in their genuine pairs, and a pair of two people w1 * w2 times among the impostor pairs; pairs
between the copies of one person are no pairs. The threshold is set anew in each replicate, so its
uncertainty is in the interval of the FNMR. Pairs that share a person are dependent, which is why
people and not pairs are drawn (ISO/IEC 19795-1, on dependent comparisons).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from lineproof.evaluate.metrics import threshold_at
from lineproof.evaluate.pairing import ImpostorCount, impostor_count, persons
from lineproof.face.calibration import allowed_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lineproof.evaluate.comparing import Scores
    from lineproof.evaluate.protocol import Progress

REPLICATES: Final = 1000
SPARE: Final = 1000


@dataclass(frozen=True, slots=True)
class Setting:
    """One operating point: an FMR, and the score that stands for it.

    With a ``threshold`` of None it is set on this data, and again in each replicate.
    """

    fmr: float
    threshold: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of the images that is measured by itself: all of them, or one group.

    ``tail_at`` and ``genuine_at`` are the positions of its pairs in the tail and in the genuine
    scores, ascending. ``person`` is the person of each genuine pair and ``share`` one over the
    number of that person's pairs here. ``images`` and ``failed`` count each person's images.
    """

    tail_at: NDArray[np.int64]
    genuine_at: NDArray[np.int64]
    score: NDArray[np.float64]
    person: NDArray[np.int64]
    share: NDArray[np.float64]
    impostors: ImpostorCount
    images: NDArray[np.int64]
    failed: NDArray[np.int64]

    @property
    def people(self) -> int:
        """How many people have an acquired image here."""
        return int(np.count_nonzero(self.images > self.failed))

    @property
    def genuine_people(self) -> int:
        """How many people have a genuine pair here."""
        return len(np.unique(self.person))


class Weights(NamedTuple):
    """One cell under one draw of people: how much errors and trials weigh.

    ``false_matches``, ``misses`` and ``misses_by_person`` are (settings,).
    """

    false_matches: NDArray[np.float64]
    impostor_pairs: float
    misses: NDArray[np.float64]
    genuine_pairs: float
    misses_by_person: NDArray[np.float64]
    genuine_people: float
    failed: float
    images: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """One draw of people: the thresholds (settings,) and each cell's weights."""

    threshold: NDArray[np.float64]
    cells: tuple[Weights, ...]


@dataclass(frozen=True, slots=True)
class Replicates:
    """Rates of all draws; (draws, settings) thresholds, (draws, cells, settings) rates, or NaN."""

    threshold: NDArray[np.float64]
    fmr: NDArray[np.float64]
    fnmr: NDArray[np.float64]
    fnmr_by_person: NDArray[np.float64]
    failed: NDArray[np.float64]


def cell_of(scores: Scores, chosen: NDArray[np.bool_]) -> Cell:
    """Take the pairs of which both images are ``chosen`` (images,)."""
    protocol, tail, genuine = scores.protocol, scores.tail, scores.genuine
    person = persons(protocol)
    genuine_at = np.flatnonzero(chosen[genuine.left] & chosen[genuine.right])
    of = person[genuine.left[genuine_at]]
    people = len(protocol.people)
    return Cell(
        np.flatnonzero(chosen[tail.left] & chosen[tail.right]),
        genuine_at,
        genuine.score[genuine_at].astype(np.float64),
        of,
        1.0 / np.maximum(1, np.bincount(of, minlength=people))[of],
        impostor_count(protocol, scores.acquired & chosen),
        np.bincount(person[chosen], minlength=people),
        np.bincount(person[chosen & ~scores.acquired], minlength=people),
    )


@dataclass(frozen=True, slots=True)
class Scales:
    """Weighs one draw of people after another; everything that stays the same is prepared."""

    scores: Scores
    cells: tuple[Cell, ...]
    settings: tuple[Setting, ...]
    score: NDArray[np.float64] = field(init=False)
    left: NDArray[np.int64] = field(init=False)
    right: NDArray[np.int64] = field(init=False)
    usual: int = field(init=False)

    def __post_init__(self) -> None:
        """Look up the persons of the tail's pairs, and how much of it is usually needed."""
        person, tail = persons(self.scores.protocol), self.scores.tail
        object.__setattr__(self, "score", tail.score.astype(np.float64))
        object.__setattr__(self, "left", person[tail.left])
        object.__setattr__(self, "right", person[tail.right])
        loosest = max((s.fmr for s in self.settings if s.threshold is None), default=0.0)
        given = [s.threshold for s in self.settings if s.threshold is not None]
        fixed = max(map(self._reaching, given), default=0)
        usual = max(fixed, int(2 * loosest * tail.total) + SPARE)
        object.__setattr__(self, "usual", min(len(tail.score), usual))

    def weigh(self, people: NDArray[np.int64]) -> Weighed:
        """Weigh every cell at every setting, with person p counted ``people[p]`` times."""
        total = self.scores.impostors.weight(people)
        limits = [allowed_errors(s.fmr, total) for s in self.settings if s.threshold is None]
        weights = people[self.left[: self.usual]] * people[self.right[: self.usual]]
        if limits and self.usual < len(self.left) and int(weights.sum()) <= max(limits):
            weights = people[self.left] * people[self.right]
        threshold = self._thresholds(weights, total)
        reached = np.array([self._reaching(t) for t in threshold], dtype=np.int64)
        return Weighed(
            threshold,
            tuple(_weigh(cell, people, weights, threshold, reached) for cell in self.cells),
        )

    def _thresholds(self, weights: NDArray[np.int64], total: int) -> NDArray[np.float64]:
        running = np.cumsum(weights)
        return np.array(
            [
                threshold_at(self.score, running, allowed_errors(setting.fmr, total))
                if setting.threshold is None
                else setting.threshold
                for setting in self.settings
            ]
        )

    def _reaching(self, threshold: float) -> int:
        """Count the scores of the tail that reach a threshold."""
        return int(len(self.score) - np.searchsorted(self.score[::-1], threshold, side="left"))


def resample(
    scales: Scales, *, replicates: int, seed: int, progress: Progress | None
) -> Replicates:
    """Draw people ``replicates`` times and give the rates of each draw; the same for a seed."""
    random = np.random.default_rng(seed)
    count = len(scales.scores.protocol.people)
    weighed = []
    for done in range(replicates):
        drawn = np.bincount(random.integers(0, count, count), minlength=count)
        weighed.append(scales.weigh(drawn))
        if progress:
            progress(done + 1, replicates)
    return _rates(weighed)


def _rates(weighed: Sequence[Weighed]) -> Replicates:
    def column(name: str) -> NDArray[np.float64]:
        return np.array(
            [[getattr(cell, name) for cell in one.cells] for one in weighed], dtype=np.float64
        )

    def share(errors: str, trials: str) -> NDArray[np.float64]:
        """Divide two columns of Weights; a draw that holds no trial gives NaN."""
        over, under = column(errors), column(trials)
        under = np.broadcast_to(under[..., None] if over.ndim > under.ndim else under, over.shape)
        out = np.full(over.shape, np.nan)
        np.divide(over, under, out=out, where=under > 0)
        return out

    return Replicates(
        np.stack([one.threshold for one in weighed]),
        share("false_matches", "impostor_pairs"),
        share("misses", "genuine_pairs"),
        share("misses_by_person", "genuine_people"),
        share("failed", "images"),
    )


def _weigh(
    cell: Cell,
    people: NDArray[np.int64],
    weights: NDArray[np.int64],
    threshold: NDArray[np.float64],
    reached: NDArray[np.int64],
) -> Weights:
    """Weigh one cell: ``weights`` are those of the tail, ``reached`` how much of it matches."""
    inside = cell.tail_at[: np.searchsorted(cell.tail_at, len(weights))]
    own = weights if len(inside) == len(weights) else weights[inside]
    below = np.searchsorted(cell.score, threshold, side="left")
    of = people[cell.person].astype(np.float64)
    missed, missed_by_person = _running(of), _running(of * cell.share)
    return Weights(
        false_matches=_running(own)[np.searchsorted(inside, reached)],
        impostor_pairs=cell.impostors.weight(people),
        misses=missed[below],
        genuine_pairs=float(missed[-1]),
        misses_by_person=missed_by_person[below],
        genuine_people=float(missed_by_person[-1]),
        failed=float(people @ cell.failed),
        images=float(people @ cell.images),
    )


def _running(weights: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the sums of the first 0, 1, 2, ... weights."""
    return np.concatenate([np.zeros(1), np.cumsum(weights, dtype=np.float64)])
