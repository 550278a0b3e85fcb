"""An old capture whose light is painted over: by three gains, learnt from the capture itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tests.attack_kit.camera import frame_of, taken
from tests.attack_kit.simulate import WHITE, colour_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lineproof.adapters.local_engine import LocalEngine
    from tests.attack_kit.camera import Seen
    from tests.attack_kit.simulate import Played

    Rgb = tuple[int, int, int]

SENSOR, QUALITY = 1.5, 92
"""Of the noise and the JPEG by which a picture is taken again: a good camera's."""


def painted(  # noqa: PLR0913, PLR0917 - the old capture, and where it goes
    moved: Sequence[Seen],
    seen: Sequence[Seen],
    before: Played,
    now: Played,
    engine: LocalEngine,
    rng: np.random.Generator,
    *,
    oval: bool,
) -> list[Seen]:
    """Give each frame of a colour that was not shown the light that it would have had.

    ``oval`` paints the face as a soft brush does, and otherwise the whole picture as a filter does.
    """
    had = [each.rgb for each in before.asked.colours]
    light_of = [np.polyfit(*_learnt(seen, before, channel), 1) for channel in range(3)]

    def skin(rgb: Rgb) -> NDArray[np.float64]:
        return np.array([np.polyval(own, rgb[at] / 255) for at, own in enumerate(light_of)])

    made = []
    for each in moved:
        asks = colour_at(now.asked, each.frame.at_ms) or WHITE
        lacks = asks != WHITE and asks not in had
        gains = skin(asks) / skin(nearest(asks, had)) if lacks else np.ones(3)
        where = _oval(each.frame.mesh, each.frame.pixels) if oval else np.ones((1, 1))
        made.append(taken_again(each, 1 + (gains - 1) * where[..., None], engine, rng))
    return made


def nearest(rgb: Rgb, shown: Sequence[Rgb]) -> Rgb:
    """Give the colour that skin takes for ``rgb`` soonest: brightness counts for nothing."""

    def away(other: Rgb) -> float:
        apart = np.subtract(other, rgb)
        return float(np.linalg.norm(apart - apart.mean()))

    return min(shown, key=away)


def taken_again(
    each: Seen, gains: NDArray[np.float64], engine: LocalEngine, rng: np.random.Generator
) -> Seen:
    """Multiply, add a sensor's noise and store the picture again, so that none repeats itself."""
    lit = np.asarray(each.frame.pixels * gains, dtype=np.float32)
    return frame_of(each.frame.at_ms, taken(lit, SENSOR, QUALITY, rng), engine) or each


def _learnt(seen: Sequence[Seen], played: Played, channel: int) -> tuple[list[float], list[float]]:
    """Give the screen's channel and the face's own in each frame."""
    screens = [colour_at(played.asked, each.frame.at_ms) or WHITE for each in seen]
    screen = [rgb[channel] / 255 for rgb in screens]
    faces = [each.frame.mesh[[1, 50, 280], :2].astype(int) for each in seen]
    skin = [
        float(np.mean([one.frame.pixels[y - 4 : y + 5, x - 4 : x + 5, channel] for x, y in face]))
        for one, face in zip(seen, faces, strict=True)
    ]
    return screen, skin


def _oval(points: NDArray[np.float32], pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Give 1 in the middle of the face and less outwards, as a soft brush does."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    middle, reach = (low + high) / 2, (high - low) / 2
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(float)
    far = np.hypot((x - middle[0]) / reach[0], (y - middle[1]) / reach[1])
    return np.asarray(np.exp(-(far**2)))
