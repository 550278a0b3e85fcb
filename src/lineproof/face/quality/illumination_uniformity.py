"""Illumination uniformity (ISO/IEC 29794-5:2025, illumination uniformity).

Native: the share, 0..1, in which the luma histograms of the two halves of the face overlap (the
sum of the bin-wise minima of both, each scaled to sum 1). 1: both halves are lit alike.
Value: 100 * native ** 0.3, the standard's own curve. The halves are split along the bridge of the
nose instead of taking one patch of each cheek: a patch of 600 pixels overlaps itself by chance.
A light of 1, 2, 4 and 6 stops from the side moves a portrait from 95 to 89, 78, 64 and 57.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.region import histogram
from lineproof.face.quality.scale import component

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "illumination_uniformity"
UNIT = "overlap of the halves, 0..1"
ADVICE = "Face the light, so that both sides of your face are lit alike."

EXPONENT = 0.3
MIDLINE = (10, 168, 2, 152)
"""Top of the forehead, bridge of the nose, base of the nose, chin: all near the face's plane."""
LEAST_HALF = 500
"""A half with fewer pixels than this is turned away; its histogram says nothing."""


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Compare both halves; ``Unmeasured("half_face_hidden")`` where one is turned away."""
    if isinstance(scene.surface, Unmeasured):
        return scene.surface
    surface = scene.surface.value
    left = surface.face & _left_of(scene.view.aligned_mesh[list(MIDLINE)])
    first = histogram(surface.luma, left)
    second = surface.histogram - first
    if min(int(first.sum()), int(second.sum())) < LEAST_HALF:
        return Unmeasured("half_face_hidden")
    overlap = float(np.minimum(first / first.sum(), second / second.sum()).sum())
    return component(overlap, 100 * overlap**EXPONENT)


def _left_of(line: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Give a (256, 256) uint8 mask of what lies left of a line that runs down the face."""
    order = np.argsort(line[:, 1], kind="stable")
    steps = np.arange(256)
    split = np.interp(steps, line[order, 1], line[order, 0])
    return np.asarray(steps[None, :] < split[:, None], dtype=np.uint8)
