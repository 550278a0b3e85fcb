"""Single face present (ISO/IEC 29794-5:2025, single face present).

Native: the area of the second largest face over that of the largest, 0..1; 0 where one face is
alone.
Value: 100 * (1 - native), the standard's own line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "single_face_present"
UNIT = "ratio of areas, 0..1"
ADVICE = "Make sure that nobody else is in the picture."


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Compare the two largest faces; ``Unmeasured("no_face")`` where there is none."""
    areas = sorted((face.area for face in scene.view.faces), reverse=True)
    # A box without area, or with a side that is no number, is no face (NaN compares as false).
    if not areas or not areas[0] > 0:
        return Unmeasured("no_face")
    ratio = areas[1] / areas[0] if len(areas) > 1 else 0.0
    return component(ratio, 100 * (1 - ratio))
