"""Inter-eye distance (ISO/IEC 29794-5:2025, inter-eye distance).

Native: the distance between the centres of the eyes in pixels as stored (decoded / scale), divided
by the cosine of the yaw, so that turning the head does not read as distance. The cosine is taken
as 0.5 at least: beyond 60 degrees the yaw is not known well enough to multiply with.
Value: straight lines from 0 (8 px) over 30 (20 px) and 60 (45 px) to 100 (90 px, what a portrait
for a travel document needs). The standard's logistic, of middle 70 and width 20, leaves 4 points
between 10 and 25 px, which is where recognition is lost: it finds nearly all pairs at 20 px and
misses four in ten at 8 px (docs/measurements.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component, cosine, ramp

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "inter_eye_distance"
UNIT = "stored pixels"
ADVICE = "Move closer to the camera."

CURVE = ((8.0, 0.0), (20.0, 30.0), (45.0, 60.0), (90.0, 100.0))
LEAST_COSINE = 0.5


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Measure between the eyes, in pixels of the file."""
    if isinstance(scene.shape, Unmeasured):
        return scene.shape
    stored = scene.shape.value.eye_distance / scene.view.scale
    # In this order a cosine that is no number stays none.
    distance = stored / max(cosine(scene.view.pose.yaw), LEAST_COSINE)
    return component(distance, ramp(distance, CURVE))
