"""Same person throughout: one face in each frame, embeddings that agree, and no cut.

A capture that is put together from two people's frames has one that matches the document and one
that was alive (ISO/IEC 30107-3, the same capture subject in a presentation). What it does not
show: that the one person is alive. A person who stays themselves on a recording passes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.face.liveness.captured import between_eyes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineproof.face.liveness.captured import CapturedFrame

FEWEST_FRAMES = 4


def same_person(
    frames: Sequence[CapturedFrame], scores: Sequence[float]
) -> Finding[Mapping[str, float]]:
    """Measure ``agreement`` and ``continuity``; ``scores`` compare frames to the first.

    The more frames are compared the better: one that is not compared may be another person's.
    ``agreement`` is the least of the comparison scores, -1..1. ``continuity`` is minus the farthest
    that the eyes' middle moved between two frames, in distances of the eyes.
    """
    if len(frames) < FEWEST_FRAMES or not len(scores):
        return Unmeasured("liveness_too_few_frames")
    if any(frame.faces != 1 for frame in frames):
        return Unmeasured("liveness_several_faces")
    if not np.isfinite(scores).all():
        return Unmeasured("liveness_not_comparable")
    return Measured({"agreement": float(min(scores)), "continuity": -max(_jumps(frames))})


def _jumps(frames: Sequence[CapturedFrame]) -> list[float]:
    middles = [frame.mesh[[33, 133, 362, 263], :2].mean(axis=0) for frame in frames]
    steps = zip(pairwise(middles), frames, strict=False)
    return [float(np.hypot(*(b - a))) / between_eyes(frame.mesh) for (a, b), frame in steps]
