"""Eyes open (ISO/IEC 29794-5:2025, eyes open).

Native: the opening between the lids over T, the distance from between the eyes to the chin; the
smaller of both eyes. The opening is the largest distance of three facing pairs of lid points.
Value: the logistic of middle 0.035 and width 0.008. The standard's middle is 0.02, but the
FaceMesh points never close fully: closed eyes read 0.015..0.03, narrowed ones 0.035..0.045 and
open ones 0.055..0.12, over every group in our portraits alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component, sigmoid

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "eyes_open"
UNIT = "ratio of lid opening to T"
ADVICE = "Open your eyes and look into the camera."

UPPER = ((160, 159, 158), (385, 386, 387))
LOWER = ((144, 145, 153), (380, 374, 373))
MIDDLE, WIDTH = 0.035, 0.008


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Measure how far the lids stand apart."""
    if isinstance(scene.shape, Unmeasured):
        return scene.shape
    points = scene.view.mesh[:, :2].astype(np.float64)
    gaps = np.hypot(*(points[np.array(UPPER)] - points[np.array(LOWER)]).transpose(2, 0, 1))
    opening = float(gaps.max(axis=1).min()) / scene.shape.value.chin_distance
    return component(opening, sigmoid(opening, middle=MIDDLE, width=WIDTH))
