"""Head size (ISO/IEC 29794-5:2025, head size).

Native: T, the distance from between the eyes to the chin, over the height of the picture.
Value: straight lines from 0 (0.02) over 60 (0.1) to 100 (0.2), level until 0.5, and down to 0 (0.8,
where the head no longer fits). The standard asks for 0.45 within 0.05 either way, which only a
finished portrait can meet: of a selfie or a document page it would ask what cropping does anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component, ramp

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "head_size"
UNIT = "ratio of T to the picture's height"
ADVICE = "Change the distance so that your head fills about half of the picture's height."

CURVE = ((0.02, 0.0), (0.1, 60.0), (0.2, 100.0), (0.5, 100.0), (0.8, 0.0))


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Compare the face's length with the picture's height."""
    if isinstance(scene.shape, Unmeasured):
        return scene.shape
    ratio = scene.shape.value.chin_distance / scene.view.pixels.shape[0]
    return component(ratio, ramp(ratio, CURVE))
