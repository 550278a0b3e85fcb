"""Comparison scores of pairs of embeddings, so exact that no block size can change them.

A fast matrix product in float32 is only used to find candidates: its last bits depend on the shape
of the block. What is kept is computed again for each pair in float64 and rounded once to float32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Scorer: TypeAlias = Literal["cosine", "euclidean"]
"""``cosine``: the product's own, of unit vectors. ``euclidean``: minus the distance, as
``face_recognition`` and others ship it; here only so that a baseline can be measured as it is."""

ELEMENTS_AT_ONCE: Final = 1 << 18
UNIT_TOLERANCE: Final = 1e-3
ROUNDING: Final = 2.0**-24


def check_vectors(vectors: NDArray[np.float32], scorer: Scorer) -> None:
    """Raise ValueError when ``cosine`` is asked for rows that are not unit vectors (or zero).

    A row of zeros is what an engine gives for nothing: it scores 0 with everyone.
    """
    if scorer == "cosine":
        norms = np.linalg.norm(vectors.astype(np.float64), axis=1)
        if not ((np.abs(norms - 1) <= UNIT_TOLERANCE) | (norms == 0)).all():
            raise ValueError("a cosine needs unit vectors; normalise the embeddings first")


def exact_scores(
    vectors: NDArray[np.float32],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    scorer: Scorer,
) -> NDArray[np.float32]:
    """Give the score of each pair of rows (pairs,): higher is more alike. Cosines lie in -1..1."""
    out = np.empty(len(left), dtype=np.float32)
    step = max(1, ELEMENTS_AT_ONCE // max(1, vectors.shape[1]))
    for start in range(0, len(left), step):
        part = slice(start, start + step)
        one = vectors[left[part]].astype(np.float64)
        other = vectors[right[part]].astype(np.float64)
        if scorer == "cosine":
            out[part] = np.clip(np.vecdot(one, other), -1.0, 1.0)
        else:
            away = one - other
            out[part] = -np.sqrt(np.vecdot(away, away))
    return out


@dataclass(frozen=True, slots=True)
class Keys:
    """Stand-ins for scores that one float32 matrix product gives, in the same order.

    A cosine's key is itself; a distance's is minus its square. ``bound`` is a key's largest
    magnitude and ``slack`` how far rounding can move it (the usual bound for a dot product of d
    terms, doubled).
    """

    vectors: NDArray[np.float32]
    squares: NDArray[np.float32] | None
    bound: float
    slack: float

    def block(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give the keys of rows against columns, both indices into the vectors."""
        keys: NDArray[np.float32] = self.vectors[rows] @ self.vectors[columns].T
        if self.squares is not None:
            keys *= 2
            keys -= self.squares[rows, None]
            keys -= self.squares[None, columns]
        return keys

    def of_score(self, score: float) -> float:
        """Give the key of a score."""
        return score if self.squares is None else -(score * score)


def make_keys(vectors: NDArray[np.float32], scorer: Scorer) -> Keys:
    """Prepare the keys of all rows."""
    squares = np.vecdot(vectors.astype(np.float64), vectors.astype(np.float64))
    largest = float(squares.max(initial=0.0)) or 1.0
    terms = vectors.shape[1] + 4
    if scorer == "cosine":
        return Keys(vectors, None, largest, 2 * terms * ROUNDING * largest)
    rounded = squares.astype(np.float32)
    return Keys(vectors, rounded, 4 * largest, 8 * terms * ROUNDING * largest)
