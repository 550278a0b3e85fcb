"""Light: the skin takes the screen's colours when they are shown, and takes them as a head does.

After Tang et al., "Face Flashing: a Secure Liveness Detection Protocol based on Light Reflections"
(NDSS 2018): the colours are unpredictable, so their reflection was seldom recorded before, and
nearer and facing parts take more of them than the face's rim and what is behind it. The change
of log colour, free of brightness, is regressed on the colours of the screen.

In daylight the screen adds nothing that can be judged: then light is Unmeasured, and nobody is
failed for the weather. Whoever shows a photograph that takes no light gains nothing by it: without
light, fusion counts the animated photographs among those that pass. What it does not show: a
computer that draws the right light on a head, injected as video, passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.script import PALETTE
from lineproof.face.landmarks import eye_centres
from lineproof.face.liveness.captured import between_eyes, correlation, hues, within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lineproof.face.liveness.captured import Asked, CapturedFrame

FEWEST_COLOURS = 3
FEWEST_FRAMES = 5
SETTLED_MS = 80.0
"""So long after a change of colour a frame is of neither: the screen and the camera take time."""
CENTRE = (1, 4, 5, 6, 195, 197, 50, 280, 205, 425)
"""Mesh points on the bridge of the nose and the inner cheeks: the nearest skin."""
RIM = (127, 234, 93, 132, 356, 454, 323, 361)
"""Mesh points beside the ears, where the face turns away."""
BESIDE = 0.4
"""From the face's edge to what is certainly behind the head, in distances of the eyes."""
PROMPT_MS = (0.0, 100.0)
LATE_MS = (300.0, 400.0, 500.0)
"""Delays that are tried. The page films a colour from 190 ms after its beginning, so up to there a
delay does not show; with one of 200 ms no frame is left that would tell it from a longer one."""
CLEARLY = 0.02
"""Of correlation. Where every colour stays long, the last frames of each fit a late delay as well
as a prompt one, and which of the two is higher is noise."""
LEAST_CHANGE = 0.02
"""The root mean square of the nearest skin's change of log colour below which nothing is judged:
less than that is what white balance and people passing bring about as well. A screen's light in a
room changes skin by four to twelve in a simulation."""


def light(frames: Sequence[CapturedFrame], asked: Asked) -> Finding[Mapping[str, float]]:
    """Measure ``follows``, ``named``, ``facing``, ``ahead`` and ``prompt``.

    ``follows`` is the correlation, -1..1, of the nearest skin's colour with the screen's at the
    best delay of ``PROMPT_MS``. ``named`` is the share of the colours asked for whose skin, as it
    changed from the white screen before them, is in each frame nearer to them than to any other of
    ``PALETTE``: frames of an old capture have other colours, and may follow well for all that.
    ``facing`` is how much less of it the rim takes and ``ahead`` how much less the background does,
    both as shares of the nearest skin's; ``prompt`` is 1 where no delay of ``LATE_MS`` fits clearly
    better, and 0 otherwise. Unmeasured where fewer than three colours were asked for, too few
    frames show them, or the skin hardly changed colour at all.
    """
    if len({colour.rgb for colour in asked.colours}) < FEWEST_COLOURS:
        return Unmeasured("liveness_no_colours_asked")
    begins = asked.colours[0].start_ms
    ends = asked.colours[-1].start_ms + asked.colours[-1].duration_ms + LATE_MS[-1]
    seen = within(frames, begins, ends - begins)
    white = [_nearest_skin(frame) for frame in within(frames, 0, begins)]
    regions = [_regions(frame) for frame in seen]
    tried = [_sides(seen, regions, asked, delay) for delay in PROMPT_MS]
    prompt = [(correlation(side.centre, side.screen), side) for side in tried if side is not None]
    if not prompt or not white:
        return Unmeasured("liveness_no_frame_of_step")
    follows, side = max(prompt, key=itemgetter(0))
    if not _change(side.centre) >= LEAST_CHANGE:
        return Unmeasured("liveness_too_little_light")
    late = [_sides(seen, regions, asked, delay) for delay in LATE_MS]
    fits_late = [correlation(side.centre, side.screen) for side in late if side is not None]
    gain = _gain(side.centre, side.screen)
    if abs(gain) < 1e-6:  # noqa: PLR2004 - nothing of the screen's colours at all
        return Measured({"follows": 0.0, "named": 0.0, "facing": 0.0, "ahead": 0.0, "prompt": 0.0})
    return Measured(
        {
            "follows": follows,
            "named": _named(side, gain, asked, hues(np.array(white)).mean(axis=0)),
            "facing": 1 - _gain(side.rim, side.screen) / gain,
            "ahead": 1 - _gain(side.behind, side.screen) / gain,
            "prompt": float(all(fit <= follows + CLEARLY for fit in fits_late)),
        }
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    """What the screen showed and what was seen of it at one delay: (n, 3) each, round 0.

    ``shown`` is the screen's sRGB, and ``skin`` the nearest skin's hue as it is.
    """

    shown: NDArray[np.uint8]
    skin: NDArray[np.float64]
    screen: NDArray[np.float64]
    centre: NDArray[np.float64]
    rim: NDArray[np.float64]
    behind: NDArray[np.float64]


def _sides(
    frames: Sequence[CapturedFrame],
    regions: Sequence[tuple[NDArray[np.float64], ...]],
    asked: Asked,
    delay_ms: float,
) -> _Sides | None:
    """Set frames beside the screen's colours ``delay_ms`` before them; None where too few are."""
    rows = []
    for frame, region in zip(frames, regions, strict=True):
        colour = _shown(asked, frame.at_ms - delay_ms)
        if colour is not None and colour == _shown(asked, frame.at_ms - delay_ms - SETTLED_MS):
            rows.append((colour, *region))
    if len(rows) < FEWEST_FRAMES or len({row[0] for row in rows}) < FEWEST_COLOURS:
        return None
    shown = np.array([row[0] for row in rows], dtype=np.uint8)
    colours = _without_brightness(shown)
    seen = [hues(np.array([row[part] for row in rows])) for part in (1, 2, 3)]
    changes = (each - each.mean(axis=0) for each in (colours, *seen))
    return _Sides(shown, seen[0], *changes)


def _without_brightness(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Give (n, 3) colours of the screen, 0..1, less the mean of their channels."""
    colours = rgb / 255
    return np.asarray(colours - colours.mean(axis=1, keepdims=True))


def _shown(asked: Asked, at_ms: float) -> tuple[int, int, int] | None:
    for colour in asked.colours:
        if colour.start_ms <= at_ms < colour.start_ms + colour.duration_ms:
            return colour.rgb
    return None


def _regions(frame: CapturedFrame) -> tuple[NDArray[np.float64], ...]:
    """Give the mean colour of the nearest skin, of the rim and of the background."""
    reach = between_eyes(frame.mesh)
    points = frame.mesh[:, :2]
    middle = points.mean(axis=0)
    rim = middle + (points[list(RIM)] - middle) * 0.93
    edge = _mean_at(frame.pixels, rim, reach / 10)
    return _nearest_skin(frame), edge, _behind(frame, reach)


def _nearest_skin(frame: CapturedFrame) -> NDArray[np.float64]:
    places = frame.mesh[list(CENTRE), :2]
    return _mean_at(frame.pixels, places, between_eyes(frame.mesh) / 10)


def _behind(frame: CapturedFrame, reach: float) -> NDArray[np.float64]:
    """Give the mean colour beside the head, above the eyes.

    All of it: a few pixels of a patterned room change with every sway of the head before it.
    """
    points, width = frame.mesh[:, :2], frame.pixels.shape[1]
    eyes = float(np.mean([eye[1] for eye in eye_centres(frame.mesh)]))
    least, beside = max(1, int(reach / 10)), reach * BESIDE
    left = int(np.clip(points[:, 0].min() - beside, least, width))
    right = int(np.clip(points[:, 0].max() + beside, 0, width - least))
    above = frame.pixels[: max(1, int(eyes))]
    sides = (above[:, :left], above[:, right:])
    seen = np.concatenate([side.reshape(-1, 3) for side in sides])
    return np.asarray(seen.mean(axis=0, dtype=np.float64))


def _mean_at(
    pixels: NDArray[np.uint8], places: NDArray[np.float32], radius: float
) -> NDArray[np.float64]:
    mask = np.zeros(pixels.shape[:2], dtype=np.uint8)
    height, width = pixels.shape[0], pixels.shape[1]
    for x, y in np.clip(places, 0, (width - 1, height - 1)):
        cv2.circle(mask, (int(x), int(y)), max(1, int(radius)), 1, -1)
    return np.asarray(pixels[mask > 0].mean(axis=0, dtype=np.float64))


def _change(rows: NDArray[np.float64]) -> float:
    return float(np.sqrt((rows**2).sum(axis=1).mean()))


def _gain(rows: NDArray[np.float64], screen: NDArray[np.float64]) -> float:
    return float((rows * screen).sum() / max(float((screen**2).sum()), 1e-9))


def _named(side: _Sides, gain: float, asked: Asked, white: NDArray[np.float64]) -> float:
    """Give the share of the colours asked for that the skin names; what was not filmed is none.

    In every frame: two old colours by turns have the mean of one that lies between them. ``white``
    is the skin's hue under a white screen: against the colours' own mean, others in their place
    would be taken for them where all of them are changed alike.
    """
    choices = np.array(list(PALETTE.values()), dtype=np.uint8)
    away = (side.skin - white)[:, None] - gain * _without_brightness(choices)[None]
    nearest = choices[np.linalg.norm(away, axis=2).argmin(axis=1)]
    right = (nearest == side.shown).all(axis=1)
    named = 0
    for colour in asked.colours:
        own = (side.shown == np.array(colour.rgb)).all(axis=1)
        named += bool(own.any() and right[own].all())
    return named / len(asked.colours)
