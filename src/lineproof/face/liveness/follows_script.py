"""Follows the script: the head turns to the sides asked for when it was asked, then comes nearer.

A recording made for another script turns at other times. What it does not show: depth. Whoever
turns a photograph by hand, or animates one while the script runs, follows it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.face.landmarks import pose
from lineproof.face.liveness.captured import height_of, within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineproof.face.liveness.captured import Asked, CapturedFrame


def follows_script(frames: Sequence[CapturedFrame], asked: Asked) -> Finding[Mapping[str, float]]:
    """Measure ``turn`` in degrees and ``nearer`` as a ratio of sizes.

    ``turn`` is the least, over the turns asked for, of how far the head went to that side of
    where it was before the first; ``nearer`` is the face's height at the end over that before.
    Unmeasured where no movement was asked for or a part of the script has no frame.
    """
    if not asked.turns and asked.nearer_ms is None:
        return Unmeasured("liveness_no_movement_asked")
    if not frames:
        return Unmeasured("liveness_no_frame_of_step")
    found: dict[str, float] = {}
    start = min([turn.start_ms for turn in asked.turns] + [asked.nearer_ms or np.inf])
    before = [frame for frame in frames if frame.at_ms < start] or list(frames[:1])
    if asked.turns:
        rest = float(np.median([pose(frame.mesh).yaw for frame in before]))
        turns = []
        for turn in asked.turns:
            part = within(frames, turn.start_ms, turn.duration_ms)
            if not part:
                return Unmeasured("liveness_no_frame_of_step")
            turns.append(max(turn.side * (pose(frame.mesh).yaw - rest) for frame in part))
        found["turn"] = min(turns)
    if asked.nearer_ms is not None:
        after = [frame for frame in frames if frame.at_ms >= asked.nearer_ms]
        if not after or not before:
            return Unmeasured("liveness_no_frame_of_step")
        sizes = [height_of(frame.mesh) for frame in before]
        found["nearer"] = height_of(after[-1].mesh) / max(float(np.median(sizes)), 1e-6)
    return Measured(found)
