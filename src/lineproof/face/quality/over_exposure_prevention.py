"""Over-exposure prevention (ISO/IEC 29794-5:2025, over-exposure prevention).

Native: the share, 0..1, of the face's pixels with a luma of 247..255.
Value: straight lines from 100 (none) over 70 (0.1), 40 (0.3) and 15 (0.6) to 0 (all). The
standard's curve, 1 / (native + 0.01), spends 90 of its 100 points below a share of 0.1, where
recognition loses nothing; here 40 is where it begins to (docs/measurements.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component, ramp

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "over_exposure_prevention"
UNIT = "share of burnt-out pixels, 0..1"
ADVICE = "Move out of the glare: parts of your face are burnt out."

BRIGHT = 247
CURVE = ((0.0, 100.0), (0.1, 70.0), (0.3, 40.0), (0.6, 15.0), (1.0, 0.0))


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Count the burnt-out pixels of the face."""
    if isinstance(scene.surface, Unmeasured):
        return scene.surface
    share = scene.surface.value.share(BRIGHT, 255)
    return component(share, ramp(share, CURVE))
