"""Depth: across the turns the points move as a head, not as a plane.

All pictures of a plane are related by a homography (Hartley and Zisserman, "Multiple View
Geometry", 13.1), a head's are not. What is left over after the best homography is set against what
is left over after the best view of a rigid head: FaceMesh's own points of the face before the turn,
seen under weak perspective. FaceMesh's depths are what it learnt of heads, also where it is shown
paper; so only x and y of the turned frames are believed, and paper keeps its plane there.

What it does not show: an animated photograph is moved as a head, and passes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.face.liveness.captured import between_eyes, within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lineproof.face.liveness.captured import Asked, CapturedFrame


def depth(frames: Sequence[CapturedFrame], asked: Asked) -> Finding[Mapping[str, float]]:
    """Measure ``relief`` and ``rigid``, each the least over the turns that were asked for.

    ``relief`` is the root mean square in distances of the eyes that the best homography leaves;
    ``rigid`` is that divided by what the best view of a rigid head leaves, above 1 for a head.
    Unmeasured where no turn was asked for or one has no frame.
    """
    if not asked.turns:
        return Unmeasured("liveness_no_turn_asked")
    start = min(turn.start_ms for turn in asked.turns)
    before = [frame for frame in frames if frame.at_ms < start]
    parts = [within(frames, turn.start_ms, turn.duration_ms) for turn in asked.turns]
    if not before or not all(parts):
        return Unmeasured("liveness_no_frame_of_step")
    model = before[-1].mesh
    flat, head = [], []
    for part in parts:
        flat.append(max(homography_residual(model, frame.mesh) for frame in part))
        head.append(max(rigid_residual(model, frame.mesh) for frame in part))
    ratios = [f / max(h, 1e-6) for f, h in zip(flat, head, strict=True)]
    return Measured({"relief": min(flat), "rigid": min(ratios)})


def homography_residual(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Give what the best homography of (468, 3) points leaves, in distances of the eyes."""
    source = one[:, :2].astype(np.float64)
    target = other[:, :2].astype(np.float64)
    found, _ = cv2.findHomography(source, target, 0)
    if found is None:
        return 0.0
    carried = np.c_[source, np.ones(len(source))] @ found.T
    carried = carried[:, :2] / carried[:, 2:]
    return _rms(carried - target) / between_eyes(one)


def rigid_residual(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Give what the best affine view of the points as a solid leaves, in distances of the eyes.

    An affine view has as many freedoms as a homography, so neither is favoured.
    """
    solid = np.c_[one.astype(np.float64), np.ones(len(one))]
    target = other[:, :2].astype(np.float64)
    found = np.linalg.lstsq(solid, target, rcond=None)[0]
    return _rms(solid @ found - target) / between_eyes(one)


def _rms(difference: NDArray[np.float64]) -> float:
    return float(np.sqrt((difference**2).sum(axis=1).mean()))
