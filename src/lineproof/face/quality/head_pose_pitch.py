"""Head pose, pitch (ISO/IEC 29794-5:2025, head pose: pitch).

Native: the pitch in degrees; its sign as in ``Pose``.
Value: 100 * cos(native) ** 2, the standard's own curve; 0 beyond 90 degrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.face.quality.scale import component, cosine

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "head_pose_pitch"
UNIT = "degrees"
ADVICE = "Hold the camera at the height of your eyes and look straight ahead."


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Judge how far the head is raised or lowered."""
    angle = scene.view.pose.pitch
    # A head seen from behind has a cosine below zero; its square must not praise it.
    facing = cosine(angle)
    return component(angle, 100 * facing * abs(facing))
