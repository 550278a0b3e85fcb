"""Signs that a page was photographed from a screen or from a second print: periodic patterns.

A screen is a grid of pixels, and a print of dots; where a camera's own grid meets them, patterns
appear that paper and its inks do not have (moire). Small squares of the picture are taken apart
into waves, each square by itself, since perspective changes a wave's length across the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SIDE: Final = 256
"""A square's side, pixels of the picture as it was taken: nothing finer may be averaged away."""

ACROSS, DOWN = (0.14, 0.38, 0.62, 0.86), (0.2, 0.5, 0.8)
"""Where the squares' middles are, as shares of the page."""

SLOW: Final = 8.0
"""What changes over more pixels than this is light and picture, no pattern."""

STEEPEST: Final = 24.0
"""Grey levels that print may stand out by: letters must not drown everything else."""

AROUND: Final = 25
"""A wave stands out from those in so many bins about it."""


NOTHING: Final = 1e3
"""The power of a wave too faint to see, so that nothing is not divided by nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """How much single waves stand out, at the median of the squares: ratios to those about them.

    ``one`` in one direction, as lines do; ``crossed`` in two at right angles and equally long, as
    a print's dots do.
    """

    one: float
    crossed: float


def _bins() -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Give the window of a square, and which waves count for a pattern."""
    bell = np.hanning(SIDE).astype(np.float32)
    down, across = np.fft.fftshift(np.fft.fftfreq(SIDE)), np.fft.rfftfreq(SIDE)
    y, x = np.meshgrid(down, across, indexing="ij")
    length = np.hypot(x, y)
    # JPEG's own squares of 8 by 8 lie on the two axes, and so does a picture that was enlarged.
    aside = (np.abs(x) > 2.5 / SIDE) & (np.abs(y) > 2.5 / SIDE)
    # Waves of 16 pixels down to 2: longer ones are the page's own drawing.
    return np.outer(bell, bell), aside & (length > 1 / 16) & (length < 1 / 2)


_BELL, _PATTERN = _bins()


def find_waves(grey: NDArray[np.uint8], corners: NDArray[np.float32]) -> Waves | None:
    """Measure the patterns inside ``corners``, (4, 2), of (h, w) uint8 ``grey``.

    None where the picture is smaller than a square.
    """
    if min(grey.shape) < SIDE:
        return None
    found = np.array([_measured(square) for square in _squares(grey, corners)])
    one, crossed = np.median(found, axis=0).tolist()
    return Waves(one=one, crossed=crossed)


def _squares(
    grey: NDArray[np.uint8], corners: NDArray[np.float32]
) -> Iterator[NDArray[np.float32]]:
    edges = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    way = cv2.getPerspectiveTransform(edges, corners.astype(np.float32))
    middles = np.array([[[x, y] for y in DOWN for x in ACROSS]], dtype=np.float32)
    room = np.array(grey.shape[::-1]) - SIDE
    for at in cv2.perspectiveTransform(middles, way)[0]:
        x, y = np.clip(np.rint(at - SIDE / 2), 0, room).astype(int)
        yield grey[y : y + SIDE, x : x + SIDE].astype(np.float32)


def _measured(square: NDArray[np.float32]) -> tuple[float, float]:
    """Give what stands out in one grey square: in one direction, and crossed."""
    fine = np.clip(square - cv2.GaussianBlur(square, (0, 0), SLOW), -STEEPEST, STEEPEST)
    waves = np.fft.fftshift(np.fft.rfft2(fine * _BELL), axes=0)
    power = cv2.GaussianBlur((np.abs(waves) ** 2).astype(np.float32), (0, 0), 1)
    out = np.where(_PATTERN, power / (cv2.blur(power, (AROUND, AROUND)) + NOTHING), 0)
    # A quarter turn of a wave (x, y) is (-y, x), and so is (y, -x), which is on this half.
    half = SIDE // 2
    upper, lower = out[half:, :half], out[half:0:-1, :half]
    turned = cv2.dilate(lower, np.ones((5, 5), np.uint8)).T
    return float(out.max()), float(np.minimum(upper, turned).max())
