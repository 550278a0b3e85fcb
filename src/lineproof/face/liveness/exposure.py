"""Exposure: a change of the screen's colour runs over the picture as a sensor reads it.

The rows of a rolling shutter are read one after the other within 10 to 30 ms (Liang, Chang and
Chen, "Analysis and Compensation of Rolling Shutter Effect", IEEE Transactions on Image Processing
17(8), 2008). So a frame that is read while the screen changes shows more of the new colour at one
side of the face than at the other, and at the same side at every change: by the share of the
change's time in which the face is read. A computer that lights whole frames has no such slope, also
where it draws frames between two colours.

It is a sign and no proof, as all signs of injection are: who knows of it draws the slope as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.domain.capture_film import BEFORE_MS, TILE_LEFT, TILE_SHARE, TILE_TOP, UNTIL_MS
from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.face.liveness.captured import correlation, hues
from lineproof.face.liveness.film import as_a_tile
from lineproof.face.liveness.light import LEAST_CHANGE

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
LEAST_SPREAD = 0.04
"""Of the change, how far it reaches over the slices: 0.4 where all change alike, 0 where one alone
does, whose light has no slope."""
MIXED = (0.03, 0.97)
"""Shares of the new colour between which a frame was read during the change."""
SELDOM = 1 / 3
"""Frames that are mixed are counted as no fewer than so many for each change: a computer that never
draws one shows no slope, and one that draws a single one does not show it well."""
MOST_SLOPE = 1.0
"""No sensor shows all of the new colour at one side of the face and none at the other in the mean
of what it shows: that is a wipe, as one picture comes over another in a film."""
SURELY = 2.0
"""Standard errors that are taken off a slope: what it certainly is."""


def exposure(
    frames: Sequence[CapturedFrame], asked: Asked, film: Film | None
) -> Finding[Mapping[str, float]]:
    """Measure ``rows`` and ``agrees``.

    ``rows`` is how much more of the new colour one side of the face has than the other in the mean
    of the frames that show both, 0..1, down or across, less two standard errors: it is the share of
    a change's time in which the face is read. ``agrees`` is the least correlation, -1..1, of the
    film with the frames that stand nearest in time. Unmeasured without colours or a film, and where
    fewer than three changes are seen in it.
    """
    if len(asked.colours) < FEWEST_CHANGES:
        return Unmeasured("liveness_no_colours_asked")
    if film is None:
        return Unmeasured("liveness_no_film")
    looks = [_change(frames, film, colour.start_ms) for colour in asked.colours]
    changes = [look for look in looks if look is not None]
    if len(changes) < FEWEST_CHANGES:
        return Unmeasured("liveness_no_frame_of_step")
    lit = [change for change in changes if change.lit]
    if len(lit) < FEWEST_CHANGES:
        return Unmeasured("liveness_too_little_light")
    return Measured({"rows": _rows(lit), "agrees": min(change.agrees for change in changes)})


@dataclass(frozen=True, slots=True)
class _Slopes:
    """Of one change, down or across: how the new colour's share goes over the face.

    ``moments`` (n,) are first moments of the mixed frames' shares, ``still`` those of the frames
    that show one colour alone, which are noise; ``weight`` is what divides a moment into a slope.
    """

    change: float
    moments: Field
    still: Field
    weight: float


@dataclass(frozen=True, slots=True)
class _Change:
    """What a film shows of a change of colour."""

    sides: tuple[_Slopes, _Slopes]
    agrees: float

    @property
    def lit(self) -> bool:
        return all(
            side.change >= LEAST_CHANGE and side.weight >= LEAST_SPREAD * side.change**2
            for side in self.sides
        )


def _change(frames: Sequence[CapturedFrame], film: Film, start_ms: float) -> _Change | None:
    """Look at one change; None where a tile before, during or after it is missing."""
    since = np.array(film.at_ms) - start_ms
    shown = (since >= -BEFORE_MS) & (since < UNTIL_MS)
    since, tiles = since[shown], film.tiles[shown]
    old, new = since < BEGINS_MS, since >= SETTLED_MS
    if not (frames and old.any() and new.any() and (~old & ~new).any()):
        return None
    nearest = min(frames, key=lambda frame: abs(frame.at_ms - start_ms - SETTLED_MS))
    down, across = _slices(nearest, film.tiles.shape[1:3])
    if min(down.max(), across.max()) < SLICES:
        return None
    one, other = (_slopes(_of_slices(tiles, parts), old, new) for parts in (down, across))
    beside = as_a_tile(nearest.pixels, film.tiles.shape[1:3])
    return _Change((one, other), float(np.median([_alike(tile, beside) for tile in tiles])))


def _slices(frame: CapturedFrame, size: tuple[int, int]) -> list[NDArray[np.int64]]:
    """Give for each pixel of a tile which slice of the face it is in, down and across; 0 for none.

    The last number is less than ``SLICES`` where the face is too small to be cut in so many.
    """
    tall, wide = size
    size_of = np.array([frame.pixels.shape[1], frame.pixels.shape[0]])
    points = (frame.mesh[:, :2] / size_of - (TILE_LEFT, TILE_TOP)) / TILE_SHARE * (wide, tall)
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


def _of_slices(tiles: NDArray[np.uint8], parts: NDArray[np.int64]) -> Field:
    """Give (n, SLICES, 3) mean log colours of each tile's slices, free of brightness."""
    means = np.array([tiles[:, parts == at].mean(axis=1) for at in range(1, SLICES + 1)])
    return hues(means.swapaxes(0, 1))


def _slopes(colours: Field, old: NDArray[np.bool_], new: NDArray[np.bool_]) -> _Slopes:
    """Give how the share of the new colour goes over the slices, in each frame of a change.

    ``old`` and ``new`` are frames that certainly show one colour; all that do are then taken.
    """
    found = _Shares.of(colours, old, new)
    settled = found.mean < MIXED[0], found.mean > MIXED[1]
    if all(each.any() for each in settled):
        found = _Shares.of(colours, *settled)
    mixed = (found.mean >= MIXED[0]) & (found.mean <= MIXED[1])
    place = (np.arange(SLICES) + 0.5) / SLICES
    place -= np.average(place, weights=found.weight + 1e-12)
    moments = found.shares @ (found.weight * place)
    change = float(np.sqrt(found.weight.mean()))
    weight = float((found.weight * place**2).sum())
    return _Slopes(change, moments[mixed], moments[~mixed], weight)


@dataclass(frozen=True, slots=True)
class _Shares:
    """The new colour's share (n, SLICES), its mean (n,), and how much each slice changes."""

    shares: Field
    mean: Field
    weight: Field

    @classmethod
    def of(cls, colours: Field, old: NDArray[np.bool_], new: NDArray[np.bool_]) -> _Shares:
        before = colours[old].mean(axis=0)
        change = colours[new].mean(axis=0) - before
        weight = (change**2).sum(axis=1)
        shares = ((colours - before) * change).sum(axis=2) / np.maximum(weight, 1e-12)
        return cls(shares, shares @ weight / max(float(weight.sum()), 1e-12), weight)


def _rows(changes: Sequence[_Change]) -> float:
    """Give how steep the new colour's share certainly is, down or across; 0 for what is a wipe."""
    sides = zip(*(change.sides for change in changes), strict=True)
    pooled = [_pooled(list(side)) for side in sides]
    if any(slope > MOST_SLOPE for slope, _ in pooled):
        return 0.0
    return max(slope - SURELY * error for slope, error in pooled)


def _pooled(changes: Sequence[_Slopes]) -> tuple[float, float]:
    """Give the mean slope of all mixed frames, by their changes' weights, and its error."""
    mixed = sum(each.weight * len(each.moments) for each in changes)
    weight = max(mixed, SELDOM * sum(each.weight for each in changes))
    slope = abs(sum(float(each.moments.sum()) for each in changes)) / weight
    noise = sum(len(each.moments) * _variance(each.still) for each in changes)
    return slope, float(np.sqrt(noise)) / weight


def _variance(still: Field) -> float:
    """Give how much moments scatter that ought to be 0, two means of which were taken from them."""
    return float((still**2).sum()) / max(len(still) - 2, 1)


def _alike(tile: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Correlate the brightness of two pictures of one size."""
    one, two = (each.mean(axis=2, dtype=np.float64) for each in (tile, other))
    return correlation(one - one.mean(), two - two.mean())
