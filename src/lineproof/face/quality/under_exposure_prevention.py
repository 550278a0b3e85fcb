"""Under-exposure prevention (ISO/IEC 29794-5:2025, under-exposure prevention).

Native: the share, 0..1, of the face's pixels with a luma of 0..25.
Value: 120 * (0.832 - s(native)) with the logistic s of middle 0.92 and width 0.05: the standard's
own curve, which stays near 100 until most of the face is black. That is what makes it fair to dark
skin: in the light of a portrait the share is below 0.02 on the darkest of skins, and pictures of
dark and of light skin that have the same share are recognised equally well (docs/measurements.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component, sigmoid

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "under_exposure_prevention"
UNIT = "share of dark pixels, 0..1"
ADVICE = "Find more light: your face is too dark."

DARK = 25
HEIGHT, TOP, MIDDLE, WIDTH = 120, 0.832, 0.92, 0.05


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Count the dark pixels of the face."""
    if isinstance(scene.surface, Unmeasured):
        return scene.surface
    share = scene.surface.value.share(0, DARK)
    black = sigmoid(share, middle=MIDDLE, width=WIDTH) / 100
    return component(share, HEIGHT * (TOP - black))
