"""Head pose, yaw (ISO/IEC 29794-5:2025, head pose: yaw).

Native: the yaw in degrees; its sign as in ``Pose``.
Value: 100 * cos(native) ** 2, the standard's own curve; 0 beyond 90 degrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.face.quality.scale import component, cosine

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "head_pose_yaw"
UNIT = "degrees"
ADVICE = "Turn your face towards the camera."


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Judge how far the head is turned to a side."""
    angle = scene.view.pose.yaw
    # A head seen from behind has a cosine below zero; its square must not praise it.
    facing = cosine(angle)
    return component(angle, 100 * facing * abs(facing))
