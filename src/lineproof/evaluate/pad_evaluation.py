"""A pack's texture check on a set of presentations: scores, the threshold, and what it does.

The threshold should come from elsewhere: from the pack's calibration, from another set, or given.
Set on the measured set itself, the BPCER is what was asked for, and only the APCER says anything.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.evaluate.pad_rates import PadRates, Scored, curve, rates_at, threshold_at
from lineproof.evaluate.protocol import Unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from lineproof.evaluate.pad_set import PadSet
    from lineproof.evaluate.protocol import Progress
    from lineproof.face.liveness.pad_band import PadTable

    PadScorer: TypeAlias = Callable[[Path], tuple[float, ...] | Unmeasured]
    """Gives each network's probability of a bona fide face, or why there is none."""

BPCERS = (0.005, 0.01, 0.02, 0.05, 0.1)
"""Where the report looks along the curve."""
FUSED = "fused"

Origin: TypeAlias = Literal["given", "another set", "the pack", "this set"]


@dataclass(frozen=True, slots=True)
class PadScores:
    """Every presentation's scores, in memory: (n, networks) float64, NaN where not acquired."""

    each: NDArray[np.float64] = field(repr=False)
    failures: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A threshold of the fused score and where it comes from, in words."""

    value: float
    origin: Origin
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PadEvaluation:
    """Everything that was measured of one pack on one set.

    ``networks`` names each network, ``alone`` gives its rates with a threshold set on this set at
    ``bpcer``; ``fused`` is what is used, at ``threshold``. ``along`` are the fused rates with
    thresholds set here, by BPCER; ``curves`` are (m, 2) by species.
    """

    pack: str
    grade: str
    pad_set: PadSet
    bpcer: float
    threshold: Threshold
    fused: PadRates
    alone: Mapping[str, PadRates]
    along: Mapping[float, PadRates]
    curves: Mapping[str, NDArray[np.float64]]
    failures: Mapping[str, Mapping[str, int]]
    failed: tuple[str, ...]


def score_all(
    pad_set: PadSet, scorer: PadScorer, *, networks: int, workers: int, progress: Progress | None
) -> PadScores:
    """Score each presentation in ``workers`` threads; a fault of the scorer ends the run."""
    each = np.full((len(pad_set.presentations), networks), np.nan)
    failures: dict[int, str] = {}
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        paths = [one.path for one in pad_set.presentations]
        for index, found in enumerate(pool.map(scorer, paths)):
            if isinstance(found, Unmeasured):
                failures[index] = found.why
            elif np.isfinite(found).all():
                each[index] = found
            else:
                failures[index] = "texture_not_usable"
            if progress:
                progress(index + 1, len(paths))
    finally:
        pool.shutdown(cancel_futures=True)
    return PadScores(each, failures)


def choose_threshold(
    *,
    bpcer: float,
    given: float | None,
    other: tuple[PadSet, PadScores] | None,
    table: PadTable | None,
    this: tuple[PadSet, PadScores],
) -> Threshold | Unusable:
    """Take the threshold that was given, else another set's, else the pack's, else this set's."""
    if given is not None:
        return Threshold(value=given, origin="given", source="--threshold")
    if other is not None:
        return _from_set(other, bpcer, "another set")
    point = next((p for p in table.points if p.bpcer == bpcer), None) if table else None
    if table is not None and point is not None:
        return Threshold(value=point.score, origin="the pack", source=table.dataset)
    return _from_set(this, bpcer, "this set")


def evaluate_pad(  # noqa: PLR0913 - what was measured, on what, how
    pad_set: PadSet,
    scores: PadScores,
    *,
    pack: str,
    grade: str,
    networks: Sequence[str],
    bpcer: float,
    threshold: Threshold,
) -> PadEvaluation:
    """Measure the fused score at ``threshold``, and what thresholds set here would do."""
    scored = _scored(pad_set, scores.each.mean(axis=1))
    return PadEvaluation(
        pack=pack,
        grade=grade,
        pad_set=pad_set,
        bpcer=bpcer,
        threshold=threshold,
        fused=rates_at(scored, threshold.value),
        alone={
            name: _set_here(_scored(pad_set, scores.each[:, column]), bpcer)
            for column, name in enumerate(networks)
        }
        if len(scored.bona_fide)
        else {},
        along={at: _set_here(scored, at) for at in BPCERS} if len(scored.bona_fide) else {},
        curves={
            species: curve(scored.bona_fide, scored.attacks[species])
            for species in sorted(scored.attacks)
        },
        failures=_failures(pad_set, scores),
        failed=tuple(pad_set.presentations[index].name for index in sorted(scores.failures)),
    )


def _set_here(scored: Scored, bpcer: float) -> PadRates:
    return rates_at(scored, threshold_at(scored.bona_fide, bpcer))


def _from_set(
    chosen: tuple[PadSet, PadScores], bpcer: float, origin: Literal["another set", "this set"]
) -> Threshold | Unusable:
    pad_set, scores = chosen
    bona_fide = _scored(pad_set, scores.each.mean(axis=1)).bona_fide
    if not len(bona_fide):
        return Unusable(
            "pad_no_bona_fide",
            f"No bona fide presentation of {pad_set.name} was acquired, so no threshold can be set "
            "at a BPCER: name one with --threshold, or another set with --threshold-from.",
        )
    return Threshold(value=threshold_at(bona_fide, bpcer), origin=origin, source=pad_set.name)


def _scored(pad_set: PadSet, scores: NDArray[np.float64]) -> Scored:
    """Sort scores by what was presented; what was not acquired is counted elsewhere."""
    species = [one.species for one in pad_set.presentations]
    acquired = np.isfinite(scores)
    names = sorted({name for name, known in zip(species, acquired, strict=True) if name and known})
    of = np.array([name or "" for name in species])
    bona_fide = np.array([name is None for name in species])
    return Scored(
        scores[bona_fide & acquired],
        {name: scores[(of == name) & ~bona_fide & acquired] for name in names},
    )


def _failures(pad_set: PadSet, scores: PadScores) -> dict[str, dict[str, int]]:
    """Count what was not acquired (ISO/IEC 30107-3, non-response), by species and reason."""
    found: dict[str, Counter[str]] = {}
    for index, why in scores.failures.items():
        species = pad_set.presentations[index].species or "bona_fide"
        found.setdefault(species, Counter())[why] += 1
    return {species: dict(reasons.most_common()) for species, reasons in sorted(found.items())}
