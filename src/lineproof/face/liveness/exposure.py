"""Exposure: a change of the screen's colour runs over the picture as a sensor reads it.

The rows of a rolling shutter are read one after the other within 10 to 30 ms (Liang, Chang and
Chen, "Analysis and Compensation of Rolling Shutter Effect", IEEE Transactions on Image Processing
17(8), 2008). So the one or two frames that are read while the screen changes show more of the new
colour at one side of the face than at the other, and at the same side at every change. Added up
over those frames, the slope is the share of a frame's time in which the face is read, however long
the exposure is. A computer that lights whole frames has none.

It is a sign and no proof, as all signs of injection are: who knows of it draws the slope as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.domain.capture_film import BEFORE_MS, UNTIL_MS
from lineproof.domain.finding import Finding, Measured, Unmeasured

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lineproof.face.liveness.captured import Asked, CapturedFrame
    from lineproof.face.liveness.film import Film

    Field = NDArray[np.float64]

FEWEST_CHANGES = 3
BEGINS_MS, SETTLED_MS = -50.0, 180.0
"""From when on a frame may show the new colour, and when all of it does, counted from the change:
a camera tells when a frame's exposure began, and screen and camera take time."""
SLICES = 5
"""Parts of the face, from one side to the other."""
INSIDE = 0.85
"""Of the face's outline: hair and background take less light."""
LEAST_CHANGE = 0.02
"""The skin's change of log colour below which a change shows nothing (``light.LEAST_CHANGE``)."""
MIXED = (0.05, 0.95)
"""Shares of the new colour between which a frame was read during the change."""


def exposure(
    frames: Sequence[CapturedFrame], asked: Asked, film: Film | None
) -> Finding[Mapping[str, float]]:
    """Measure ``rows`` and ``agrees``.

    ``rows`` is the slope of the new colour's share over the face, per its width or height,
    whichever shows more, added up over the frames of a change and averaged over the changes: the
    share of a frame's time in which the face is read. ``agrees`` is the least correlation, -1..1,
    of the film with the frames that stand nearest in time. Unmeasured without colours or a film,
    and where fewer than three changes are seen in it.
    """
    if len(asked.colours) < FEWEST_CHANGES:
        return Unmeasured("liveness_no_colours_asked")
    if film is None:
        return Unmeasured("liveness_no_film")
    changes = [
        found
        for colour in asked.colours
        if (found := _change(frames, film, colour.start_ms)) is not None
    ]
    if len(changes) < FEWEST_CHANGES:
        return Unmeasured("liveness_no_frame_of_step")
    lit = [slopes for each in changes if None not in (slopes := each.slopes)]
    if len(lit) < FEWEST_CHANGES:
        return Unmeasured("liveness_too_little_light")
    return Measured(
        {
            "rows": float(np.abs(np.mean(np.array(lit, dtype=np.float64), axis=0)).max()),
            "agrees": min(each.agrees for each in changes),
        }
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """What a film shows of a change: the ``slopes`` down and across, None in too little light."""

    slopes: Sequence[float | None]
    agrees: float


def _change(frames: Sequence[CapturedFrame], film: Film, start_ms: float) -> _Change | None:
    """Look at one change; None where a tile before, during or after it is missing."""
    since = np.array(film.at_ms) - start_ms
    before = np.flatnonzero((since >= -BEFORE_MS) & (since < BEGINS_MS))
    during = np.flatnonzero((since >= BEGINS_MS) & (since < SETTLED_MS))
    after = np.flatnonzero((since >= SETTLED_MS) & (since < UNTIL_MS))
    if not (frames and before.size and during.size and after.size):
        return None
    nearest = min(frames, key=lambda frame: abs(frame.at_ms - start_ms - SETTLED_MS))
    down, across = _slices(nearest, film.tiles.shape[1:3])
    if min(down.max(), across.max()) < SLICES:
        return None
    seen = [film.tiles[part] for part in (before, during, after)]
    agrees = float(np.median([_alike(tile, nearest) for part in seen for tile in part]))
    slopes = [_slope(*(_hues(part, places) for part in seen)) for places in (down, across)]
    return _Change(slopes, agrees)


def _slices(frame: CapturedFrame, size: tuple[int, int]) -> list[NDArray[np.int64]]:
    """Give for each pixel of a tile which slice of the face it is in, down and across; 0 for none.

    The last number is less than ``SLICES`` where the face is too small to be cut in so many.
    """
    tall, wide = size
    scale = np.array([wide / frame.pixels.shape[1], tall / frame.pixels.shape[0]])
    points = frame.mesh[:, :2] * scale
    middle = points.mean(axis=0)
    outline = cv2.convexHull((middle + (points - middle) * INSIDE).astype(np.float32))
    face = np.zeros(size, dtype=np.uint8)
    cv2.fillConvexPoly(face, np.round(outline).astype(np.int32), 1)
    return [_numbered(places, face > 0) for places in np.indices(size)]


def _numbered(places: NDArray[np.int64], inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    if not inside.any():
        return np.zeros_like(places)
    low, high = places[inside].min(), places[inside].max() + 1
    return np.where(inside, 1 + (places - low) * min(SLICES, high - low) // (high - low), 0)


def _hues(tiles: NDArray[np.uint8], parts: NDArray[np.int64]) -> Field:
    """Give (n, SLICES, 3) mean log colours of each tile's slices, free of brightness."""
    means = np.array([tiles[:, parts == at].mean(axis=1) for at in range(1, SLICES + 1)])
    logs = np.log(means.swapaxes(0, 1) + 1)
    return np.asarray(logs - logs.mean(axis=2, keepdims=True))


def _slope(before: Field, during: Field, after: Field) -> float | None:
    """Add up the slopes of the new colour's share; None where the skin hardly changed."""
    old = before.mean(axis=0)
    change = after.mean(axis=0) - old
    weight = (change**2).sum(axis=1)
    if not np.sqrt(weight.mean()) >= LEAST_CHANGE:
        return None
    share = ((during - old) * change).sum(axis=2) / np.maximum(weight, 1e-9)
    place = (np.arange(SLICES) + 0.5) / SLICES
    place -= np.average(place, weights=weight)
    mean = share @ weight / weight.sum()
    mixed = (mean > MIXED[0]) & (mean < MIXED[1])
    slopes = share @ (weight * place) / (weight * place**2).sum()
    return float(slopes[mixed].sum())


def _alike(tile: NDArray[np.uint8], frame: CapturedFrame) -> float:
    """Correlate the brightness of a tile with that of a frame."""
    tall, wide = tile.shape[:2]
    small = cv2.resize(frame.pixels, (wide, tall), interpolation=cv2.INTER_AREA)
    one, other = (each.mean(axis=2, dtype=np.float64) for each in (tile, small))
    one, other = one - one.mean(), other - other.mean()
    both = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / both if both > 0 else 0.0
