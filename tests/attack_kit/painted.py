"""An old capture whose light is painted over: by three gains, learnt from the capture itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.face.detect import detect
from lineproof.face.landmarks import mesh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lineproof.adapters.local_engine import LocalEngine
    from tests.attack_kit.simulate import Played, Seen

    Rgb = tuple[int, int, int]

WHITE = (255, 255, 255)


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
        asks = _shown(now, each.frame.at_ms)
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
    pixels = each.frame.pixels * gains
    noisy = np.clip(pixels + rng.normal(0, 1, pixels.shape), 0, 255).astype(np.uint8)
    stored = cv2.imencode(".jpg", noisy[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    bgr = cv2.imdecode(stored, cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("what was just encoded is read again")
    again = np.ascontiguousarray(bgr[..., ::-1], dtype=np.uint8)
    face, *_ = detect(again, engine.detector) or [each.face]
    points, _ = mesh(again, face, engine.landmarks)
    name = f"{rng.integers(1 << 60):x}"
    return replace(
        each, face=face, frame=replace(each.frame, pixels=again, mesh=points, stored=name)
    )


def _learnt(seen: Sequence[Seen], played: Played, channel: int) -> tuple[list[float], list[float]]:
    """Give the screen's channel and the face's own in each frame."""
    screen = [_shown(played, each.frame.at_ms)[channel] / 255 for each in seen]
    faces = [each.frame.mesh[[1, 50, 280], :2].astype(int) for each in seen]
    skin = [
        float(np.mean([one.frame.pixels[y - 4 : y + 5, x - 4 : x + 5, channel] for x, y in face]))
        for one, face in zip(seen, faces, strict=True)
    ]
    return screen, skin


def _shown(played: Played, at_ms: float) -> Rgb:
    for colour in played.asked.colours:
        if colour.start_ms <= at_ms < colour.start_ms + colour.duration_ms:
            return colour.rgb
    return WHITE


def _oval(points: NDArray[np.float32], pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Give 1 in the middle of the face and less outwards, as a soft brush does."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    middle, reach = (low + high) / 2, (high - low) / 2
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(float)
    far = np.hypot((x - middle[0]) / reach[0], (y - middle[1]) / reach[1])
    return np.asarray(np.exp(-(far**2)))
