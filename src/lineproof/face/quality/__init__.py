"""Face image quality, one file per component of ISO/IEC 29794-5:2025.

Each measure looks at one physical cause and says what to change. None infers a trait: a value
describes the picture (its light, focus, distance, crop) or what the head does in it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from lineproof.face.quality import (
    dynamic_range,
    eyes_open,
    head_pose_pitch,
    head_pose_roll,
    head_pose_yaw,
    head_size,
    illumination_uniformity,
    inter_eye_distance,
    leftward_crop,
    margin_above,
    margin_below,
    mouth_closed,
    natural_colour,
    no_compression_artifacts,
    over_exposure_prevention,
    rightward_crop,
    sharpness,
    single_face_present,
    under_exposure_prevention,
)
from lineproof.face.quality.region import prepare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene
    from lineproof.face.view import FaceView


class Measure(Protocol):
    """What each module of this package is: one quality component."""

    NAME: str
    """The component's name in ISO/IEC 29794-5:2025, in snake case."""
    UNIT: str
    """The unit of the native value."""
    ADVICE: str
    """The one thing for the person to change."""

    def measure(self, scene: Scene) -> Finding[QualityComponent]:
        """Measure one face, or say why it cannot be."""


MEASURES: Final[tuple[Measure, ...]] = (
    illumination_uniformity,
    under_exposure_prevention,
    over_exposure_prevention,
    dynamic_range,
    sharpness,
    no_compression_artifacts,
    natural_colour,
    single_face_present,
    eyes_open,
    mouth_closed,
    inter_eye_distance,
    head_size,
    leftward_crop,
    rightward_crop,
    margin_above,
    margin_below,
    head_pose_yaw,
    head_pose_pitch,
    head_pose_roll,
)
"""Every measure, in the standard's order: first what camera and light do, then the person."""


def assess(view: FaceView) -> Mapping[str, Finding[QualityComponent]]:
    """Measure everything about one face; a read-only mapping in the order of ``MEASURES``."""
    scene = prepare(view)
    return MappingProxyType({each.NAME: each.measure(scene) for each in MEASURES})


def advice(name: str) -> str:
    """Give the sentence for the person when the component ``name`` is too low.

    Raises KeyError for a name that is no component.
    """
    return _ADVICE[name]


_ADVICE: Final = MappingProxyType({each.NAME: each.ADVICE for each in MEASURES})
