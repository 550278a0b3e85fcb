"""Injection: signs that the frames did not come from a camera as a camera's frames come.

Each sign has a code of its own (docs/reasons.md). None is proof either way: what an injector knows
it can imitate, and the names of devices are the client's own word (promise 4), so a good name is
believed as little as none at all.

How a change of colour runs over a frame is a sign as well, with a check of its own: ``exposure``.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lineproof.face.liveness.captured import CapturedFrame

FEWEST_FRAMES = 4
SHORTEST_MS = 12.0
"""No telephone's camera gives frames faster than 83 a second to a page."""
STRIP = 0.12
"""The share of the picture's height at its top that noise is looked for in."""
LEAST_NOISE = 0.25
"""Grey levels of change from frame to frame below which there was no sensor: a picture that stands
still changes by 0, and no simulated camera by less than 1."""
VIRTUAL = ("obs", "virtual", "manycam", "snap camera", "droidcam", "v4l2loopback", "xsplit")


class InjectionSign(StrEnum):
    """A sign of injected video. Stable for callers."""

    REPEATED_FRAMES = "injection_repeated_frames"
    IMPOSSIBLE_TIMING = "injection_impossible_timing"
    NO_SENSOR_NOISE = "injection_no_sensor_noise"
    VIRTUAL_CAMERA = "injection_virtual_camera"
    RESOLUTION_SWITCHED = "injection_resolution_switched"


def injection(
    frames: Sequence[CapturedFrame], *, device: str
) -> Finding[tuple[InjectionSign, ...]]:
    """Give the signs that were seen; ``device`` is the camera's name as the client gave it."""
    if len(frames) < FEWEST_FRAMES:
        return Unmeasured("liveness_too_few_frames")
    steps = [later.at_ms - one.at_ms for one, later in pairwise(frames)]
    sizes = {frame.pixels.shape for frame in frames}
    signs = {
        InjectionSign.REPEATED_FRAMES: _repeated(frames),
        InjectionSign.IMPOSSIBLE_TIMING: not min(steps) >= SHORTEST_MS or len(set(steps)) == 1,
        InjectionSign.NO_SENSOR_NOISE: len(sizes) == 1 and sensor_noise(frames) < LEAST_NOISE,
        InjectionSign.VIRTUAL_CAMERA: any(name in device.lower() for name in VIRTUAL),
        InjectionSign.RESOLUTION_SWITCHED: len(sizes) > 1,
    }
    return Measured(tuple(sign for sign, seen in signs.items() if seen))


def sensor_noise(frames: Sequence[CapturedFrame]) -> float:
    """Give the median change of the picture's top from frame to frame, in grey levels.

    The mean change is taken out first: light may change, and does. Frames are of one size.
    """
    tops = [_top(frame) for frame in frames]
    changes = [later - one for one, later in pairwise(tops)]
    return float(np.median([np.abs(change - change.mean()).mean() for change in changes]))


def _top(frame: CapturedFrame) -> NDArray[np.float64]:
    rows = max(1, int(frame.pixels.shape[0] * STRIP))
    return np.asarray(frame.pixels[:rows].mean(axis=2, dtype=np.float64))


def _repeated(frames: Sequence[CapturedFrame]) -> bool:
    """Tell whether two frames are one: the same bytes, or the same pixels encoded again."""
    if len({frame.stored for frame in frames}) < len(frames):
        return True
    return any(
        one.pixels.shape == later.pixels.shape
        and float(np.abs(one.pixels.astype(np.int16) - later.pixels).mean()) < LEAST_NOISE / 2
        for one, later in pairwise(frames)
    )
