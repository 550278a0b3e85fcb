"""A capture as the checks see it: frames with their times, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.script import Approach, Screen, Script, Side, Turn
from lineproof.face.landmarks import CHIN, FOREHEAD, eye_centres

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CapturedFrame:
    """One frame: ``at_ms`` after the script's start, (h, w, 3) uint8 RGB ``pixels``.

    ``mesh`` is (468, 3), the points of the face that counts, ``faces`` how many there are, and
    ``stored`` the SHA-256 of the file's bytes.
    """

    at_ms: float
    pixels: NDArray[np.uint8] = field(repr=False)
    mesh: NDArray[np.float32] = field(repr=False)
    faces: int
    stored: str


@dataclass(frozen=True, slots=True)
class ColourAsked:
    """The screen shows ``rgb`` (0..255) from ``start_ms`` for ``duration_ms``."""

    rgb: tuple[int, int, int]
    start_ms: float
    duration_ms: float


@dataclass(frozen=True, slots=True)
class TurnAsked:
    """A turn that is asked for from ``start_ms`` for ``duration_ms``.

    ``side`` is +1 for the person's own left and -1 for their right, as the sign of ``Pose.yaw``.
    """

    side: int
    start_ms: float
    duration_ms: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What a script asked for. ``nearer_ms`` is when the large oval appears, None for none."""

    colours: tuple[ColourAsked, ...]
    turns: tuple[TurnAsked, ...]
    nearer_ms: float | None


def asked(script: Script) -> Asked:
    """Give what the checks need of a script; the sides become signs of ``Pose.yaw``."""
    steps = script.steps
    colours = [ColourAsked(s.rgb, s.start_ms, s.ms) for s in steps if isinstance(s, Screen)]
    turns = [
        TurnAsked(1 if s.side is Side.LEFT else -1, s.start_ms, s.ms)
        for s in steps
        if isinstance(s, Turn)
    ]
    nearer = [s.start_ms for s in steps if isinstance(s, Approach)]
    return Asked(tuple(colours), tuple(turns), nearer[0] if nearer else None)


def between_eyes(mesh: NDArray[np.float32]) -> float:
    """Give the distance of the eyes' centres in pixels."""
    left, right = eye_centres(mesh)
    return max(float(np.hypot(*(right - left))), 1e-6)


def height_of(mesh: NDArray[np.float32]) -> float:
    """Give the distance from forehead to chin in pixels: a turn to a side leaves it as it is."""
    return float(np.hypot(*(mesh[CHIN, :2] - mesh[FOREHEAD, :2])))


def within(
    frames: Sequence[CapturedFrame], start_ms: float, duration_ms: float
) -> list[CapturedFrame]:
    """Give the frames that were taken in a part of the script."""
    return [frame for frame in frames if start_ms <= frame.at_ms < start_ms + duration_ms]


def hues(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give (..., 3) log colours free of brightness, for mean colours of 0..255."""
    logs = np.log(colours + 1)
    return np.asarray(logs - logs.mean(axis=-1, keepdims=True))


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Correlate two arrays of one shape, each of mean 0: -1..1, and 0 where one does not change."""
    both = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / both if both > 0 else 0.0
