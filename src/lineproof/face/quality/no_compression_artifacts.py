"""No compression artefacts (ISO/IEC 29794-5:2025, no compression artefacts).

Native: the JPEG quality, 1..100, that the picture shows; the lower of two: the one its own
quantisation table states, and the one its pixels betray by steps on a grid of 8 x 8, so that a PNG
or a fine JPEG made from a coarse one is seen too. The steps are measured where the face is: how
much larger the difference across a grid line is than beside it, over the usual difference.
Value: straight lines from 0 (quality 0) over 30 (10), 55 (20), 70 (30), 85 (50) and 95 (75) to 100
(90): recognition of small faces begins to lose at 20 (docs/measurements.md). The standard lets a
network guess the similarity to the uncompressed picture instead. JPEG 2000 and WebP leave no such
grid and are not seen, nor is a coarse JPEG that was enlarged or reduced afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component, ramp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene, Shape
    from lineproof.face.view import FaceView

NAME = "no_compression_artifacts"
UNIT = "JPEG quality, 1..100"
ADVICE = "Use the original picture, not a compressed copy of it."

CURVE = (
    *((0.0, 0.0), (10.0, 30.0), (20.0, 55.0), (30.0, 70.0)),
    *((50.0, 85.0), (75.0, 95.0), (90.0, 100.0)),
)
BLOCK = 8
LEAST_BLOCK = 4
"""A JPEG decoded at half its size shows blocks of 4; smaller ones cannot be told from texture."""
WINDOW = (128, 256)
"""Side of the part that is looked at: as large as the face, at least and at most this."""
STEPS = (
    *((0.15, 100.0), (0.25, 80.0), (0.35, 65.0), (0.42, 60.0), (0.52, 50.0)),
    *((0.63, 40.0), (0.8, 30.0), (1.1, 20.0), (1.9, 10.0), (3.8, 5.0)),
)
"""Steps on the grid to JPEG quality: the medians of portraits and press photographs saved so."""
QUIET = 0.25
"""Grey levels added to the usual difference, so that flat parts do not divide by nothing."""


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Take the worse of what the file states and what its pixels show."""
    if isinstance(scene.shape, Unmeasured):
        return scene.shape
    view = scene.view
    block = round(BLOCK * view.scale)
    shown = 100.0
    if block >= LEAST_BLOCK and abs(block - BLOCK * view.scale) < 0.01 * block:
        shown = ramp(blockiness(_window(view, scene.shape.value), block), STEPS)
    stated = 100 if view.jpeg_quality is None else view.jpeg_quality
    quality = min(float(stated), shown)
    return component(quality, ramp(quality, CURVE))


def _window(view: FaceView, shape: Shape) -> NDArray[np.uint8]:
    """Give the luma of the picture round the middle of the face."""
    reach = round(min(max(3 * shape.eye_distance, WINDOW[0]), WINDOW[1]) / 2)
    x, y = round(shape.middle[0]), round(shape.middle[1] + shape.chin_distance / 3)
    part = view.pixels[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach]
    return np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def blockiness(luma: NDArray[np.uint8], block: int) -> float:
    """Give how far steps on a grid of ``block`` pixels exceed the usual step, both ways' mean."""
    plain = luma.astype(np.int16)
    return (_steps(plain, block) + _steps(plain.T, block)) / 2


def _steps(luma: NDArray[np.int16], block: int) -> float:
    size = np.abs(np.diff(luma, axis=1))
    excess = 2 * size[:, 1:-1] - size[:, :-2] - size[:, 2:]
    # Where the grid begins is not known (crops, rotations): the strongest phase is taken for it.
    phases = [
        (float(excess[:, at::block].mean()) / 2, float(size[:, 1 + at : -1 : block].mean()))
        for at in range(block)
    ]
    best = max(range(block), key=lambda at: phases[at][0])
    usual = sum(phases[at][1] for at in range(block) if at != best) / (block - 1)
    return max(0.0, phases[best][0]) / (usual + QUIET)
