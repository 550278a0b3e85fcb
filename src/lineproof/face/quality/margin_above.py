"""Margin above (ISO/IEC 29794-5:2025, margin above of the face image).

Native: the distance from between the eyes to the picture's upper edge, in multiples of T, the
distance from there to the chin.
Value: straight lines from 0 (0.2: the edge cuts the brows) over 50 (0.6: it clears the forehead) to
100 (1.4). The standard's logistic, of middle 1.4 and width 0.1, answers near 0 to every crop that a
policy would want to tell apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component, ramp

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "margin_above_of_the_face_image"
UNIT = "multiples of T"
ADVICE = "Leave some room above your head."

CURVE = ((0.2, 0.0), (0.6, 50.0), (1.4, 100.0))


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Measure the room above the eyes."""
    if isinstance(scene.shape, Unmeasured):
        return scene.shape
    shape = scene.shape.value
    distance = shape.middle[1] / shape.chin_distance
    return component(distance, ramp(distance, CURVE))
