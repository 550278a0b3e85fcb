"""Rightward crop (ISO/IEC 29794-5:2025, rightward crop of the face image).

Native: the distance from between the eyes to the picture's right edge, in inter-eye distances.
Value: straight lines from 0 (0.5: the edge runs through an eye) over 50 (1.1: it clears the face)
to 100 (1.5). The standard's logistic, of middle 0.9 and width 0.1, answers near 0 to every crop
that a policy would want to tell apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component, ramp

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "rightward_crop_of_the_face_image"
UNIT = "inter-eye distances"
ADVICE = "Centre your face in the picture."

CURVE = ((0.5, 0.0), (1.1, 50.0), (1.5, 100.0))


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Measure the room right of the face, as the picture is seen."""
    if isinstance(scene.shape, Unmeasured):
        return scene.shape
    shape = scene.shape.value
    distance = (scene.view.pixels.shape[1] - shape.middle[0]) / shape.eye_distance
    return component(distance, ramp(distance, CURVE))
