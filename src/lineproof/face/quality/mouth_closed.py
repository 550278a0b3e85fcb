"""Mouth closed (ISO/IEC 29794-5:2025, mouth closed).

Native: the gap between the inner edges of the lips over T, the distance from between the eyes to
the chin; the largest of three facing pairs of points.
Value: the falling logistic of middle 0.2 and width 0.06, the standard's own curve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component, sigmoid

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "mouth_closed"
UNIT = "ratio of lip gap to T"
ADVICE = "Close your mouth."

UPPER = (82, 13, 312)
LOWER = (87, 14, 317)
MIDDLE, WIDTH = 0.2, 0.06


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Measure how far the lips stand apart."""
    if isinstance(scene.shape, Unmeasured):
        return scene.shape
    points = scene.view.mesh[:, :2].astype(np.float64)
    gaps = np.hypot(*(points[list(UPPER)] - points[list(LOWER)]).T)
    opening = float(gaps.max()) / scene.shape.value.chin_distance
    return component(opening, sigmoid(opening, middle=MIDDLE, width=-WIDTH))
