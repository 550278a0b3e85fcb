"""Makes a pack's calibration table: the score at each false match rate that the data can carry."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lineproof.domain.finding import FMR_POINTS
from lineproof.evaluate.bootstrap import Scales, Setting, resample
from lineproof.evaluate.comparing import Scores, compare
from lineproof.evaluate.metrics import NotMeasurable, interval, unsupported
from lineproof.evaluate.protocol import Unusable
from lineproof.face.calibration import CalibrationPoint, CalibrationTable

if TYPE_CHECKING:
    from lineproof.evaluate.acquire import Embedded
    from lineproof.evaluate.evaluation import Resampling
    from lineproof.evaluate.protocol import EvaluationProtocol, Progress

STEPS: Final = 1_000_000
"""Scores are written to six decimals, rounded up: the rate at a threshold is never over its FMR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a table comes from: data set, pipeline version and ISO 8601 date."""

    dataset: str
    pipeline: str
    date: str


def calibrate(
    protocol: EvaluationProtocol,
    embedded: Embedded,
    provenance: Provenance,
    *,
    resampling: Resampling,
    progress: Progress | None,
) -> CalibrationTable | Unusable:
    """Measure the cosine at each FMR point that has 30 expected false matches (rule of 30).

    Each score's interval is the middle 95 % of the thresholds over draws of people. Of points that
    share a score, because of ties, only the strictest is kept: it holds for the others.
    """
    scores = compare(protocol, embedded, "cosine", thresholds=())
    settings = tuple(
        Setting(fmr, None) for fmr in FMR_POINTS if unsupported(fmr, scores.tail.total) is None
    )
    points = _points(scores, settings, resampling, progress) if settings else ()
    if not points:
        return Unusable(
            "too_few_impostor_pairs",
            f"{scores.tail.total:,} impostor pairs cannot carry any false match rate; 3,000 are "
            "needed for 1e-2 and 300,000 for 1e-4. Use more images of more people.",
        )
    return CalibrationTable(
        points=points,
        dataset=provenance.dataset,
        images=int(np.count_nonzero(scores.acquired)),
        people=len({protocol.person[image] for image in np.flatnonzero(scores.acquired)}),
        impostor_pairs=scores.tail.total,
        pipeline=provenance.pipeline,
        date=provenance.date,
    )


def _points(
    scores: Scores,
    settings: tuple[Setting, ...],
    resampling: Resampling,
    progress: Progress | None,
) -> tuple[CalibrationPoint, ...]:
    scales = Scales(scores, (), settings)
    observed = scales.weigh(np.ones(len(scores.protocol.people), dtype=np.int64)).threshold
    drawn = resample(
        scales, replicates=resampling.replicates, seed=resampling.seed, progress=progress
    ).threshold
    points: list[CalibrationPoint] = []
    # Strictest first: a looser point that has no lower score is left out.
    for at in reversed(range(len(settings))):
        score = math.ceil(observed[at] * STEPS) / STEPS
        around = interval(score, drawn[:, at])
        follows = not points or score < points[-1].score
        if score <= 1 and follows and not isinstance(around, NotMeasurable):
            reached = int(np.count_nonzero(scores.tail.score >= score))
            low, high = max(-1.0, around.low), min(1.0, around.high)
            points.append(
                CalibrationPoint(
                    fmr=settings[at].fmr, score=score, low=low, high=high, false_matches=reached
                )
            )
    return tuple(reversed(points))
