"""A picture made by a formula: the input on which a built model must answer as its source does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def pattern(size: int) -> NDArray[np.uint8]:
    """Return a (size, size, 3) picture without symmetry, so that a shifted window shows.

    ``tests/packs/build/golden/make.mjs`` makes the same one for TensorFlow.js, which is why it
    uses whole numbers only.
    """
    y, x, c = np.ogrid[:size, :size, :3]
    waves = 2 * _wave(x + 2 * y + 31 * c, 64) + 2 * _wave(3 * x + 1024 - y + 17 * c, 45)
    return ((waves + ((x * y) >> 6)) % 256).astype(np.uint8)


def _wave(position: NDArray[np.intp], half: int) -> NDArray[np.intp]:
    """Go down from ``half`` to 0 and up again, over and over."""
    return np.abs(position % (2 * half) - half)


def planes(size: int, mean: tuple[float, float, float], scale: float) -> NDArray[np.float32]:
    """Return ``pattern`` as a network's input: (1, 3, size, size), (value - mean) * scale."""
    values = (pattern(size).astype(np.float32) - np.array(mean, np.float32)) * np.float32(scale)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])
