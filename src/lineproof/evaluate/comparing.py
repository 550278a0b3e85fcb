"""The comparison scores of one engine on one protocol: all genuine ones, the best impostor ones.

An image that was not acquired stands in its genuine pairs with a score of minus infinity: the pair
is missed at every threshold. Its impostor pairs cannot match; they are left out, so that an engine
that loses images does not seem to have a lower false match rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from lineproof.evaluate.crossing import (
    Grid,
    Keep,
    Tail,
    across_grid,
    best,
    cross_tail,
    every_pair_grid,
)
from lineproof.evaluate.pairing import (
    ImpostorCount,
    genuine_pairs,
    impostor_count,
    listed_impostors,
    persons,
)
from lineproof.evaluate.protocol import EvaluationProtocol, EveryPair, ListedPairs
from lineproof.evaluate.scoring import Scorer, check_vectors, exact_scores

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from lineproof.evaluate.acquire import Embedded

TAIL_SHARE: Final = 0.02
"""The share of impostor scores that is kept: twice the loosest FMR point, so that the threshold of
a bootstrap replicate, which moves, is still inside."""
KEEP_ALL: Final = 1_000_000
"""Sets with at most so many impostor pairs keep them all."""


@dataclass(frozen=True, slots=True)
class Genuine:
    """Genuine pairs, worst score first; image indices (pairs,) and (pairs,) float32 scores."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    score: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scores:
    """What one engine gave on one protocol."""

    protocol: EvaluationProtocol
    acquired: NDArray[np.bool_]
    genuine: Genuine
    tail: Tail
    impostors: ImpostorCount


def compare(
    protocol: EvaluationProtocol,
    embedded: Embedded,
    scorer: Scorer,
    *,
    thresholds: Iterable[float],
) -> Scores:
    """Compare all pairs of the protocol; the tail reaches down to the lowest of ``thresholds``.

    Raises ValueError when ``embedded`` is not of this protocol or does not suit the scorer.
    """
    if len(embedded.row) != len(protocol.images):
        raise ValueError("these embeddings belong to another protocol")
    check_vectors(embedded.vectors, scorer)
    return Scores(
        protocol,
        embedded.acquired,
        _genuine(protocol, embedded, scorer),
        _tail(protocol, embedded, scorer, min(thresholds, default=None)),
        impostor_count(protocol, embedded.acquired),
    )


def _genuine(protocol: EvaluationProtocol, embedded: Embedded, scorer: Scorer) -> Genuine:
    left, right = genuine_pairs(protocol)
    score = np.full(len(left), -np.inf, dtype=np.float32)
    both = embedded.acquired[left] & embedded.acquired[right]
    score[both] = exact_scores(
        embedded.vectors, embedded.row[left[both]], embedded.row[right[both]], scorer
    )
    order = np.lexsort((right, left, score))
    return Genuine(left[order], right[order], score[order])


def _tail(
    protocol: EvaluationProtocol, embedded: Embedded, scorer: Scorer, down_to: float | None
) -> Tail:
    if isinstance(protocol.pairing, ListedPairs):
        left, right = listed_impostors(protocol, embedded.acquired)
        score = exact_scores(embedded.vectors, embedded.row[left], embedded.row[right], scorer)
        return best(left, right, score, Keep(len(score), None), total=len(score))
    grid = _grid(protocol, embedded)
    keep = Keep(max(KEEP_ALL, math.ceil(TAIL_SHARE * grid.pairs)), down_to)
    tail = cross_tail(embedded.vectors, grid, scorer, keep)
    image = np.flatnonzero(embedded.acquired).astype(np.int32)
    image = image[np.argsort(embedded.row[image])]
    return replace(tail, left=image[tail.left], right=image[tail.right])


def _grid(protocol: EvaluationProtocol, embedded: Embedded) -> Grid:
    """Give the grid of the acquired images, in rows of the embeddings."""
    person = np.empty(len(embedded.vectors), dtype=np.int64)
    person[embedded.row[embedded.acquired]] = persons(protocol)[embedded.acquired]
    if isinstance(protocol.pairing, EveryPair):
        return every_pair_grid(person)
    left, right = (
        embedded.row[np.array(side, dtype=np.int64)]
        for side in (protocol.pairing.left, protocol.pairing.right)
    )
    return across_grid(person, left[left >= 0], right[right >= 0])
