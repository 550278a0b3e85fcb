"""Light: the skin takes the screen's colours when they are shown, and takes them as a head does.

After Tang et al., "Face Flashing: a Secure Liveness Detection Protocol based on Light Reflections"
(NDSS 2018): the colours are unpredictable, so their reflection cannot have been recorded before,
and nearer and facing parts take more of them than the face's rim and what is behind it. The change
of log colour, free of brightness, is regressed on the colours of the screen.

In daylight the screen adds nothing that can be judged: then light is Unmeasured, and nobody is
failed for the weather. Whoever shows a photograph that takes no light gains nothing by it: without
light, fusion counts the animated photographs among those that pass. What it does not show: a
computer that draws the right light on a head, injected as video, passes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.face.liveness.captured import between_eyes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lineproof.face.liveness.captured import Asked, CapturedFrame

FEWEST_COLOURS = 3
CENTRE = (1, 4, 5, 6, 195, 197, 50, 280, 205, 425)
"""Mesh points on the bridge of the nose and the inner cheeks: the nearest skin."""
RIM = (127, 234, 93, 132, 356, 454, 323, 361)
"""Mesh points beside the ears, where the face turns away."""
SHIFTS_MS = (0.0, 100.0, 200.0, 300.0, 400.0, 500.0)
LONGEST_DELAY_MS = 200.0
LEAST_CHANGE = 0.01
"""The root mean square of the nearest skin's change of log colour below which nothing is judged:
one hundredth is what white balance and people passing bring about as well. A screen's light in a
room changes skin by several hundredths."""


def light(frames: Sequence[CapturedFrame], asked: Asked) -> Finding[Mapping[str, float]]:
    """Measure ``follows``, ``facing``, ``ahead`` and ``prompt``.

    ``follows`` is the correlation, -1..1, of the nearest skin's colour with the screen's;
    ``facing`` how much less of it the rim takes and ``ahead`` how much less the background does,
    both as shares of the nearest skin's; ``prompt`` is 1 where the best delay is at most
    ``LONGEST_DELAY_MS`` and 0 otherwise. Unmeasured where fewer than three colours were asked for,
    too few frames show them, or the skin hardly changed colour at all.
    """
    if len({colour.rgb for colour in asked.colours}) < FEWEST_COLOURS:
        return Unmeasured("liveness_no_colours_asked")
    seen = [frame for frame in frames if _shown(asked, frame.at_ms) is not None]
    if len(seen) < 2 * FEWEST_COLOURS:
        return Unmeasured("liveness_no_frame_of_step")
    regions = [_regions(frame) for frame in seen]
    centre = _chroma(np.array([each[0] for each in regions]))
    if not _change(centre) >= LEAST_CHANGE:
        return Unmeasured("liveness_too_little_light")
    rim = _chroma(np.array([each[1] for each in regions]))
    behind = _chroma(np.array([each[2] for each in regions]))
    follows = [_correlation(centre, seen, asked, shift) for shift in SHIFTS_MS]
    screen = _screen(seen, asked, 0.0)
    gain = _gain(centre, screen)
    if abs(gain) < 1e-6:  # noqa: PLR2004 - nothing at all was reflected
        return Measured({"follows": 0.0, "facing": 0.0, "ahead": 0.0, "prompt": 0.0})
    best = SHIFTS_MS[int(np.argmax(follows))]
    return Measured(
        {
            "follows": follows[0],
            "facing": 1 - _gain(rim, screen) / gain,
            "ahead": 1 - _gain(behind, screen) / gain,
            "prompt": float(best <= LONGEST_DELAY_MS),
        }
    )


def _shown(asked: Asked, at_ms: float) -> tuple[int, int, int] | None:
    for colour in asked.colours:
        if colour.start_ms <= at_ms < colour.start_ms + colour.duration_ms:
            return colour.rgb
    return None


def _screen(frames: Sequence[CapturedFrame], asked: Asked, shift_ms: float) -> NDArray[np.float64]:
    first = asked.colours[0].rgb
    rows = [_shown(asked, frame.at_ms - shift_ms) or first for frame in frames]
    colours = np.array(rows, dtype=np.float64) / 255
    colours -= colours.mean(axis=1, keepdims=True)
    return np.asarray(colours - colours.mean(axis=0))


def _regions(frame: CapturedFrame) -> tuple[NDArray[np.float64], ...]:
    """Give the mean colour of the nearest skin, of the rim and of the background."""
    reach = between_eyes(frame.mesh)
    points = frame.mesh[:, :2]
    middle = points.mean(axis=0)
    skin = points[list(CENTRE)]
    rim = middle + (points[list(RIM)] - middle) * 0.93
    left, right = float(points[:, 0].min()), float(points[:, 0].max())
    behind = np.array(
        [[left - reach, middle[1] - reach / 2], [right + reach, middle[1] - reach / 2]]
    )
    return tuple(_mean_at(frame.pixels, places, reach / 10) for places in (skin, rim, behind))


def _mean_at(
    pixels: NDArray[np.uint8], places: NDArray[np.float32], radius: float
) -> NDArray[np.float64]:
    mask = np.zeros(pixels.shape[:2], dtype=np.uint8)
    height, width = pixels.shape[0], pixels.shape[1]
    for x, y in np.clip(places, 0, (width - 1, height - 1)):
        cv2.circle(mask, (int(x), int(y)), max(1, int(radius)), 1, -1)
    return np.asarray(pixels[mask > 0].mean(axis=0, dtype=np.float64))


def _chroma(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give (n, 3) log colours free of brightness and of what does not change."""
    logs = np.log(rows + 1)
    logs = logs - logs.mean(axis=1, keepdims=True)
    return np.asarray(logs - logs.mean(axis=0))


def _change(rows: NDArray[np.float64]) -> float:
    return float(np.sqrt((rows**2).sum(axis=1).mean()))


def _gain(rows: NDArray[np.float64], screen: NDArray[np.float64]) -> float:
    return float((rows * screen).sum() / max(float((screen**2).sum()), 1e-9))


def _correlation(
    rows: NDArray[np.float64], frames: Sequence[CapturedFrame], asked: Asked, shift_ms: float
) -> float:
    screen = _screen(frames, asked, shift_ms)
    both = float(np.sqrt((rows**2).sum() * (screen**2).sum()))
    return float((rows * screen).sum()) / both if both > 0 else 0.0
