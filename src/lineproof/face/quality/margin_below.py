"""Margin below (ISO/IEC 29794-5:2025, margin below of the face image).

Native: the distance from between the eyes to the picture's lower edge, in multiples of T, the
distance from there to the chin.
Value: straight lines from 0 (0.6: the edge runs through the mouth) over 50 (1.0: it clears the
chin) to 100 (1.8). The standard's logistic, of middle 1.8 and width 0.1, answers near 0 to every
crop that a policy would want to tell apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component, ramp

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "margin_below_of_the_face_image"
UNIT = "multiples of T"
ADVICE = "Leave some room below your chin."

CURVE = ((0.6, 0.0), (1.0, 50.0), (1.8, 100.0))


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Measure the room below the eyes."""
    if isinstance(scene.shape, Unmeasured):
        return scene.shape
    shape = scene.shape.value
    distance = (scene.view.pixels.shape[0] - shape.middle[1]) / shape.chin_distance
    return component(distance, ramp(distance, CURVE))
