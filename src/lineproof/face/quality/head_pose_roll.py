"""Head pose, roll (ISO/IEC 29794-5:2025, head pose: roll).

Native: the roll in degrees; its sign as in ``Pose``.
Value: 100 * cos(native) ** 2, the standard's own curve; 0 beyond 90 degrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.face.quality.scale import component, cosine

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "head_pose_roll"
UNIT = "degrees"
ADVICE = "Hold your head upright."


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Judge how far the head is tilted towards a shoulder."""
    angle = scene.view.pose.roll
    # A head seen from behind has a cosine below zero; its square must not praise it.
    facing = cosine(angle)
    return component(angle, 100 * facing * abs(facing))
