"""All impostor pairs of a data set, in bounded memory: the best scores are kept, exactly.

Two passes over blocks of a matrix product. The first counts keys in a histogram and finds a floor
that enough pairs are sure to reach; the second collects every pair that could reach it. Their exact
scores then decide, so the result is the same for any block size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lineproof.evaluate.scoring import Keys, Scorer, exact_scores, make_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

BINS: Final = 1 << 16
BLOCK_ELEMENTS: Final = 1 << 22
"""Keys in memory at once: 16 MiB of float32, and a few times that while they are counted."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Which rows of the vectors meet: all of ``rows`` with all of ``columns``, but for a gap.

    The pairs (row k, columns ``gap_from[k]`` to ``gap_to[k]``) are left out: they are genuine, or
    were met before from the other side.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    gap_from: NDArray[np.int64]
    gap_to: NDArray[np.int64]

    @property
    def pairs(self) -> int:
        """How many impostor pairs there are."""
        gaps = int((self.gap_to - self.gap_from).sum())
        return len(self.rows) * len(self.columns) - gaps


@dataclass(frozen=True, slots=True)
class Keep:
    """How much of the impostor scores is kept: the ``pairs`` best, and all from ``down_to`` up."""

    pairs: int
    down_to: float | None


@dataclass(frozen=True, slots=True)
class Tail:
    """The best impostor scores, best first, and how many impostor pairs there are in all.

    ``left`` and ``right`` are image indices (kept,), ``score`` is (kept,) float32. Every impostor
    pair with a score of at least the last one is here; ``complete`` when none is missing at all.
    """

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    score: NDArray[np.float32]
    total: int

    @property
    def complete(self) -> bool:
        """Whether every impostor pair is here."""
        return len(self.score) == self.total


def every_pair_grid(person: NDArray[np.int64]) -> Grid:
    """Give the grid of every image with every image of another person, once.

    ``person`` is (rows,), the person of each row of the vectors.
    """
    order = np.argsort(person, kind="stable")
    ends = np.searchsorted(person[order], person[order], side="right")
    return Grid(order, order, np.zeros(len(order), np.int64), ends.astype(np.int64))


def across_grid(
    person: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64]
) -> Grid:
    """Give the grid of the rows ``left`` against the rows ``right``, of different people."""
    columns = right[np.argsort(person[right], kind="stable")]
    labels = person[columns]
    return Grid(
        left,
        columns,
        np.searchsorted(labels, person[left], side="left").astype(np.int64),
        np.searchsorted(labels, person[left], side="right").astype(np.int64),
    )


def cross_tail(
    vectors: NDArray[np.float32],
    grid: Grid,
    scorer: Scorer,
    keep: Keep,
    *,
    block_elements: int = BLOCK_ELEMENTS,
) -> Tail:
    """Give the best impostor scores of the grid, with all ties of the last one.

    ``left`` and ``right`` of the result are rows of ``vectors``.
    """
    total = grid.pairs
    keys = make_keys(vectors, scorer)
    lowest = -np.inf
    if keep.pairs < total:
        lowest = _sure_floor(keys, grid, keep.pairs, block_elements)
        if keep.down_to is not None:
            lowest = min(lowest, keys.of_score(keep.down_to) - keys.slack)
    left, right = _reaching(keys, grid, lowest, block_elements)
    score = exact_scores(vectors, left, right, scorer)
    return best(left, right, score, keep, total=total)


def best(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    score: NDArray[np.float32],
    keep: Keep,
    *,
    total: int,
) -> Tail:
    """Sort pairs, best first, and cut the list behind its last tie; ties stay in their order."""
    if keep.pairs < len(score):
        floor = np.partition(score, len(score) - keep.pairs)[len(score) - keep.pairs]
        if keep.down_to is not None:
            floor = min(floor, np.float32(keep.down_to))
        stays = score >= floor
        left, right, score = left[stays], right[stays], score[stays]
    order = np.argsort(-score, kind="stable")
    return Tail(left[order].astype(np.int32), right[order].astype(np.int32), score[order], total)


def _sure_floor(keys: Keys, grid: Grid, keep: int, block_elements: int) -> float:
    """Give a key that at least ``keep`` exact keys are sure to reach, and little more do."""
    low = -keys.bound - 1
    scale = (BINS - 1) / (keys.bound - low)
    counts = np.zeros(BINS, dtype=np.int64)
    for _, _, block in _blocks(keys, grid, block_elements, outside=low):
        counts += _histogram(block, low, scale)
    reached = np.cumsum(counts[::-1])[::-1]
    # Bin 0 also counts what was left out; asking for more than there is ends there, at the bottom.
    highest = int(np.flatnonzero(reached >= keep)[-1])
    # A key one rounding above an edge may have been counted a bin too high, hence one bin less.
    return low + (highest - 1) / scale - 2 * keys.slack


def _histogram(keys: NDArray[np.float32], low: float, scale: float) -> NDArray[np.int64]:
    """Count keys in bins of ``1 / scale`` from ``low`` up; the keys are used up."""
    keys -= np.float32(low)
    keys *= np.float32(scale)
    np.clip(keys, 0, BINS - 1, out=keys)
    return np.bincount(keys.astype(np.int32).ravel(), minlength=BINS)


def _reaching(
    keys: Keys, grid: Grid, lowest: float, block_elements: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the rows of every pair whose key reaches ``lowest``."""
    outside = -keys.bound - 1
    limit = np.float32(max(lowest, outside + 0.5))
    lefts, rights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for first_row, first_column, block in _blocks(keys, grid, block_elements, outside=outside):
        row, column = np.divmod(np.flatnonzero(block >= limit), block.shape[1])
        lefts.append(grid.rows[row + first_row])
        rights.append(grid.columns[column + first_column])
    left, right = np.concatenate(lefts), np.concatenate(rights)
    return left, right


def _blocks(
    keys: Keys, grid: Grid, block_elements: int, *, outside: float
) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
    """Give each block's first row, first column and keys, with ``outside`` for pairs in a gap."""
    height = max(1, block_elements // max(1, len(grid.columns)))
    for top in range(0, len(grid.rows), height):
        rows = slice(top, top + height)
        # Where every gap of the block begins at the left edge, the part they share is skipped.
        start = int(grid.gap_to[rows].min()) if not grid.gap_from[rows].any() else 0
        block = keys.block(grid.rows[rows], grid.columns[start:])
        for line, begin, end in zip(block, grid.gap_from[rows], grid.gap_to[rows], strict=True):
            line[max(0, begin - start) : max(0, end - start)] = outside
        yield top, start, block
