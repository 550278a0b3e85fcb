"""One engine on one protocol: every rate with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lineproof.domain.finding import FMR_POINTS
from lineproof.evaluate.bootstrap import Cell, Replicates, Scales, Setting, cell_of, resample
from lineproof.evaluate.comparing import compare
from lineproof.evaluate.groups import GroupLabels, GroupResult, Measurement, judge
from lineproof.evaluate.metrics import Count, NotMeasurable, Rate, interval, rate, unsupported
from lineproof.evaluate.pairing import impostor_count
from lineproof.face.calibration import RULE_OF_30

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lineproof.evaluate.acquire import Embedded
    from lineproof.evaluate.bootstrap import Weighed
    from lineproof.evaluate.comparing import Scores
    from lineproof.evaluate.protocol import EvaluationProtocol, Progress
    from lineproof.evaluate.scoring import Scorer

CURVE_POINTS: Final = 160
NO_GENUINE: Final = NotMeasurable(
    "no person has two images to compare, so there is no genuine pair"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What was measured, as the report names it."""

    name: str
    pack: str
    grade: str
    pipeline: str
    runtime: str
    scorer: Scorer


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """How intervals are made: how many draws of people, and from which seed."""

    replicates: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The rates at one threshold.

    ``fnmr`` counts each genuine pair once, ``fnmr_by_person`` each person once, however many
    images they have. A pair with an image that was not acquired is a miss in both.
    """

    threshold: float
    false_matches: int
    misses: int
    fmr: Rate | NotMeasurable
    fnmr: Rate | NotMeasurable
    fnmr_by_person: Rate | NotMeasurable


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What there was to measure. Lost pairs hold an image that was not acquired.

    ``genuine_pairs`` counts lost ones, which are misses; ``impostor_pairs`` does not.
    ``largest_person_share`` is the part of the genuine pairs that one person gives: where it is
    large, one person's pictures decide the FNMR.
    """

    images: int
    people: int
    failed_to_acquire: int
    genuine_pairs: int
    genuine_pairs_lost: int
    genuine_people: int
    largest_person_share: float
    impostor_pairs: int
    impostor_pairs_lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineResult:
    """Everything that was measured of one engine.

    ``points`` are at thresholds set on this data, ``at_thresholds`` at thresholds that were
    calibrated elsewhere. ``curve`` is (n, 2): FMR and FNMR, strictest first. ``draws`` are the
    replicates' FNMR at ``points``, kept so that two engines can be compared draw by draw.
    """

    engine: EngineFacts
    totals: Totals
    fta: Rate | NotMeasurable
    failure_reasons: Mapping[str, int]
    failed_images: tuple[str, ...]
    points: Mapping[float, Point | NotMeasurable]
    at_thresholds: Mapping[float, Point]
    groups: tuple[GroupResult, ...]
    curve: NDArray[np.float64]
    draws: Mapping[float, NDArray[np.float64]]


def evaluate(  # noqa: PLR0913 - what was measured, on what, how
    protocol: EvaluationProtocol,
    embedded: Embedded,
    engine: EngineFacts,
    *,
    thresholds: Mapping[float, float],
    labels: GroupLabels | None,
    resampling: Resampling,
    progress: Progress | None,
) -> EngineResult:
    """Measure one engine: rates at FMR points set here, and at calibrated ``thresholds``.

    ``thresholds`` maps an FMR to the score that was calibrated for it, and may be empty.
    """
    # 1. Compare, and see which points this many impostor pairs can carry.
    scores = compare(protocol, embedded, engine.scorer, thresholds=thresholds.values())
    everyone = np.ones(len(protocol.images), dtype=bool)
    missing = {fmr: _why_not(scores, fmr) for fmr in FMR_POINTS}
    settings = [Setting(fmr, None) for fmr in FMR_POINTS if missing[fmr] is None]
    fixed = [Setting(fmr, score) for fmr, score in sorted(thresholds.items(), reverse=True)]

    # 2. Weigh the data as it is, then in every draw of people.
    chosen = [everyone, *(labels.members if labels else ())]
    cells = tuple(cell_of(scores, members) for members in chosen)
    scales = Scales(scores, cells, (*settings, *fixed))
    observed = scales.weigh(np.ones(len(protocol.people), dtype=np.int64))
    drawn = resample(
        scales, replicates=resampling.replicates, seed=resampling.seed, progress=progress
    )

    # 3. Turn weights into rates.
    points = [_point(cells[0], observed, drawn, at) for at in range(len(scales.settings))]
    measured = {s.fmr: point for s, point in zip(settings, points, strict=False)}
    measurement = Measurement(cells, observed, drawn)
    return EngineResult(
        engine=engine,
        totals=_totals(scores, cells[0]),
        fta=_fta(cells[0], drawn),
        failure_reasons=embedded.reasons(),
        failed_images=tuple(protocol.names[image] for image in sorted(embedded.failures)),
        points={fmr: missing[fmr] or measured[fmr] for fmr in FMR_POINTS},
        at_thresholds={s.fmr: p for s, p in zip(fixed, points[len(settings) :], strict=True)},
        groups=judge(labels, measurement, [s.fmr for s in settings]) if labels else (),
        curve=det_curve(scores),
        draws={s.fmr: drawn.fnmr[:, 0, at] for at, s in enumerate(settings)},
    )


def fnmr_ratio(one: EngineResult, other: EngineResult, fmr: float) -> Rate | NotMeasurable:
    """Give the FNMR of ``one`` over that of ``other`` at an FMR, with a paired interval.

    Both must come from the same protocol with the same resampling: each draw of people then
    measures both engines on the same people, which is what makes the ratio precise.
    """
    points = one.points[fmr], other.points[fmr]
    rates = [point.fnmr if isinstance(point, Point) else point for point in points]
    for found in rates:
        if isinstance(found, NotMeasurable):
            return found
    over, under = (found.value for found in rates if isinstance(found, Rate))
    if under == 0 or over == 0:
        return NotMeasurable("one of the two made no error, so a ratio says nothing")
    above, below = one.draws[fmr], other.draws[fmr]
    ratios = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return interval(over / under, ratios)


def det_curve(scores: Scores) -> NDArray[np.float64]:
    """Give FMR and FNMR of the DET curve (n, 2), strictest first (ISO/IEC 19795-1, DET).

    It begins where 30 false matches are expected and ends with the kept impostor scores.
    """
    score, total = scores.tail.score, scores.tail.total
    if len(score) <= RULE_OF_30 or not len(scores.genuine.score):
        return np.empty((0, 2))
    first_out = np.unique(np.geomspace(RULE_OF_30, len(score) - 1, CURVE_POINTS).astype(np.int64))
    threshold = np.nextafter(score[first_out], np.float32(np.inf))
    matched = np.searchsorted(-score, -threshold, side="right")
    missed = np.searchsorted(scores.genuine.score, threshold, side="left")
    curve = np.stack([matched / total, missed / len(scores.genuine.score)], axis=1)
    return np.unique(curve[matched > 0], axis=0)


def _why_not(scores: Scores, fmr: float) -> NotMeasurable | None:
    if not len(scores.genuine.score):
        return NO_GENUINE
    return unsupported(fmr, scores.tail.total)


def _point(cell: Cell, observed: Weighed, drawn: Replicates, at: int) -> Point:
    weights = observed.cells[0]
    false_matches, misses = int(weights.false_matches[at]), int(weights.misses[at])
    impostors = Count(false_matches, int(weights.impostor_pairs), cell.people // 2)
    genuine = Count(misses, int(weights.genuine_pairs), cell.genuine_people)
    fnmr = rate(genuine, drawn.fnmr[:, 0, at])
    return Point(
        threshold=float(observed.threshold[at]),
        false_matches=false_matches,
        misses=misses,
        fmr=rate(impostors, drawn.fmr[:, 0, at]),
        fnmr=fnmr,
        fnmr_by_person=_by_person(weights.misses_by_person[at], fnmr, cell, drawn, at),
    )


def _by_person(
    missed: float, fnmr: Rate | NotMeasurable, cell: Cell, drawn: Replicates, at: int
) -> Rate | NotMeasurable:
    """Give the mean over people of their own FNMR; without any miss it is the FNMR itself."""
    if isinstance(fnmr, NotMeasurable) or fnmr.value in (0.0, 1.0):
        return fnmr
    return interval(float(missed) / cell.genuine_people, drawn.fnmr_by_person[:, 0, at])


def _fta(cell: Cell, drawn: Replicates) -> Rate | NotMeasurable:
    people = int(np.count_nonzero(cell.images))
    return rate(Count(int(cell.failed.sum()), int(cell.images.sum()), people), drawn.failed[:, 0])


def _totals(scores: Scores, cell: Cell) -> Totals:
    protocol = scores.protocol
    all_impostors = impostor_count(protocol, np.ones(len(protocol.images), dtype=bool))
    once = np.ones(len(protocol.people), dtype=np.int64)
    genuine = len(scores.genuine.score)
    return Totals(
        images=len(protocol.images),
        people=len(protocol.people),
        failed_to_acquire=int(np.count_nonzero(~scores.acquired)),
        genuine_pairs=genuine,
        genuine_pairs_lost=int(np.count_nonzero(np.isneginf(scores.genuine.score))),
        genuine_people=cell.genuine_people,
        largest_person_share=int(np.bincount(cell.person, minlength=1).max()) / max(1, genuine),
        impostor_pairs=scores.tail.total,
        impostor_pairs_lost=all_impostors.weight(once) - scores.tail.total,
    )
