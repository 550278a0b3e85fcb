"""Cuts the lines of a zone out straight, at the height that the recogniser was trained on.

Where the rows of a zone were found is known to a pixel or two of a small copy. Here the zone is
laid flat at the recogniser's own scale, the middle of each row is followed from left to right
through the ink, and the lines are cut along what was found.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.face.align import halved
from lineproof.reading.zone import ink_of, threshold_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lineproof.reading.zone import Zone

FLAT_WIDTH: Final = 1200
"""The width that a zone's rows are laid flat to: 27 pixels for each of 44 characters."""

MARGIN: Final = 48
"""Pixels of a flat zone that are kept beside and beyond its rows: two characters."""

LINE_HEIGHT: Final = 48
"""The height of a line that the recogniser was trained on, pixels."""

ROOM: Final = 1.85
"""The height of a line that is cut out, in heights of its characters."""

STRETCH: Final = 0.8
"""How wide a line is cut out, as a share of its own proportions: 21 pixels for each character. The
recogniser reads that best and soonest; below 18 it begins to lose fillers."""

THINNEST: Final = (21, 64)
"""The length of a row over its height, now that it is known better than in a small copy."""

WIDTHS: Final = (520, 1600)
"""The least and the greatest width of a line that is cut out, pixels."""

STROKE: Final = 15
"""What is dark and narrower than this in a flat zone may be a stroke, pixels."""

SEARCHED: Final = 200
"""Pixels of a flat zone beside its rows that are searched for more of them: seven characters."""

CHUNKS: Final = 12
"""Parts of a row whose middles are measured."""


@dataclass(frozen=True, slots=True)
class Flat:
    """A zone laid flat: where in the picture its lines are, to be cut out.

    ``quads`` is (n, 4, 2) float32: the corners of each line's characters in the picture;
    ``corners`` is (4, 2) float32, those of the whole zone. Both are clockwise from the top left as
    the lines are read.
    """

    quads: NDArray[np.float32] = field(repr=False)
    corners: NDArray[np.float32] = field(repr=False)
    tall: float
    """The height of a character where the lines are ``FLAT_WIDTH`` wide."""
    region: NDArray[np.uint8] = field(repr=False)
    homography: NDArray[np.float64] = field(repr=False)
    levels: tuple[float, ...] = field(repr=False)


def lay_flat(pixels: NDArray[np.uint8], zone: Zone) -> Flat | None:
    """Lay the rows of ``zone`` in (h, w, 3) uint8 RGB ``pixels`` flat; None where it is no zone's.

    No zone's are rows that are too high for their length to hold 30 characters, or too thin.
    """
    region, origin, scale = _region(pixels, zone)
    ends = np.array([(row.left, row.right) for row in zone.rows])
    ends = (ends - origin + 0.5) * scale - 0.5
    heights = [row.height * scale for row in zone.rows]
    tall = float(np.mean(heights)) * FLAT_WIDTH / float(np.hypot(*(ends[0, 1] - ends[0, 0])))
    grey = np.asarray(cv2.cvtColor(region, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    for _ in range(2):
        before = ends
        ends, tall = _refined(grey, ends, tall)
        if not _sound(before, ends, tall):
            return None
    levels, flat = _levels(ends), _flattening(ends)
    back = np.asarray(np.linalg.inv(flat), dtype=np.float64)
    whole = _quad(back, levels[0], levels[-1], tall)
    each = np.stack([_quad(back, level, level, tall) for level in levels])
    return Flat(
        quads=((each + 0.5) / scale - 0.5 + origin).astype(np.float32),
        corners=((whole + 0.5) / scale - 0.5 + origin).astype(np.float32),
        tall=tall,
        region=region,
        homography=flat,
        levels=tuple(levels),
    )


def _sound(before: NDArray[np.float64], ends: NDArray[np.float64], tall: float) -> bool:
    """Whether what was followed are still rows: not much shorter, apart, and thin enough."""
    lengths = [np.hypot(*(rows[:, 1] - rows[:, 0]).T) for rows in (before, ends)]
    if not (np.isfinite(ends).all() and (lengths[1] > lengths[0].mean() / 2).all()):
        return False
    thin = THINNEST[0] < FLAT_WIDTH / tall < THINNEST[1]
    levels = _levels(ends)
    return thin and levels[1] - levels[0] > tall


def turned(flat: Flat) -> Flat:
    """Give the same zone the other way up."""
    right, bottom = FLAT_WIDTH + 2.0 * MARGIN, flat.levels[0] + flat.levels[-1]
    turn = np.array([[-1.0, 0, right], [0, -1.0, bottom], [0, 0, 1]])
    return replace(
        flat,
        quads=np.roll(flat.quads[::-1], 2, axis=1),
        corners=np.roll(flat.corners, 2, axis=0),
        homography=turn @ flat.homography,
    )


def cut_lines(
    flat: Flat, lines: slice = slice(None), *, room: float = ROOM, stretch: float = STRETCH
) -> NDArray[np.uint8]:
    """Cut lines out of the picture: (n, 48, w, 3) uint8 RGB.

    A line is ``room`` times as high as its characters, and ``stretch`` times as wide as they are.
    """
    width = FLAT_WIDTH * LINE_HEIGHT / (room * flat.tall) * stretch
    width = float(np.clip(width, *WIDTHS))
    wide, high = width / FLAT_WIDTH, LINE_HEIGHT / (room * flat.tall)
    size = (round(wide * (FLAT_WIDTH + 2 * MARGIN)), LINE_HEIGHT)
    cut = []
    for level in flat.levels[lines]:
        place = np.diag([wide, high, 1.0])
        place[1, 2] = LINE_HEIGHT / 2 - high * level
        way = place @ flat.homography
        cut.append(cv2.warpPerspective(flat.region, way, size, borderMode=cv2.BORDER_REPLICATE))
    return np.stack(cut)


def _region(
    pixels: NDArray[np.uint8], zone: Zone
) -> tuple[NDArray[np.uint8], NDArray[np.float64], float]:
    """Give the part of the picture that the zone lies in, where it begins, and its scale.

    It is halved while it has twice the pixels that are needed, so that nothing aliases.
    """
    ends = np.array([(row.left, row.right) for row in zone.rows]).reshape(-1, 2)
    length = float(np.mean([row.length for row in zone.rows]))
    room = length * (1.2 * SEARCHED / FLAT_WIDTH) + 2 * max(row.height for row in zone.rows)
    height, width = pixels.shape[:2]
    left, top = np.maximum(np.floor(ends.min(axis=0) - room), 0).astype(int)
    right, bottom = np.ceil(ends.max(axis=0) + room).astype(int)
    region = pixels[top : min(bottom, height), left : min(right, width)]
    scale = 1.0
    while length * scale > 2 * FLAT_WIDTH:
        region, scale = halved(region), scale / 2
    return region, np.array([left, top], dtype=np.float64), scale


def _levels(ends: NDArray[np.float64]) -> list[float]:
    """Give the height at which each row lies in the flat zone, which begins above the first."""
    above, below = ends[0].mean(axis=0), ends[-1].mean(axis=0)
    along = ends[0, 1] - ends[0, 0] + ends[-1, 1] - ends[-1, 0]
    length = float(np.hypot(*along)) / 2
    across = abs(float(along[0] * (below - above)[1] - along[1] * (below - above)[0])) / 2 / length
    step = across / length * FLAT_WIDTH / (len(ends) - 1)
    return [MARGIN + index * step for index in range(len(ends))]


def _flattening(ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the homography that lays the outer rows level, from MARGIN to MARGIN + FLAT_WIDTH."""
    levels = _levels(ends)
    source = np.array([ends[0, 0], ends[0, 1], ends[-1, 1], ends[-1, 0]], dtype=np.float32)
    right = MARGIN + FLAT_WIDTH
    target = [(MARGIN, levels[0]), (right, levels[0]), (right, levels[-1]), (MARGIN, levels[-1])]
    goal = np.array(target, dtype=np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, goal), dtype=np.float64)


def _refined(
    grey: NDArray[np.uint8], ends: NDArray[np.float64], tall: float
) -> tuple[NDArray[np.float64], float]:
    """Follow each row through the ink of the flat zone; give its ends, and the height of all."""
    levels = _levels(ends)
    aside = np.array([[1.0, 0, SEARCHED - MARGIN], [0, 1, 0], [0, 0, 1]])
    flat = aside @ _flattening(ends)
    size = (FLAT_WIDTH + 2 * SEARCHED, round(levels[-1]) + MARGIN)
    laid = cv2.warpPerspective(grey, flat, size, borderMode=cv2.BORDER_REPLICATE)
    strokes = ink_of(np.asarray(laid, dtype=np.uint8), STROKE)
    ink = np.where(strokes > threshold_of(strokes), strokes, 0).astype(np.float32)
    step = levels[1] - levels[0]
    found, heights = [], []
    for at in levels:
        left, right, height = _followed(ink, at, tall, min(step, 2.2 * tall) / 2)
        found.append((left, right))
        heights.append(height)
    back = np.linalg.inv(flat)
    points = _even_ends(np.array(found), tall).reshape(-1, 1, 2)
    fresh = np.asarray(cv2.perspectiveTransform(points, back), dtype=np.float64)
    return fresh.reshape(ends.shape), float(np.median(heights))


def _even_ends(ends: NDArray[np.float64], tall: float) -> NDArray[np.float64]:
    """Move in what sticks out: the lines of a zone begin and end together.

    What lies before or after a line, such as the page's edge, may have been taken for a part of it.
    """
    for side, inner in ((0, ends[:, 0, 0].max()), (1, ends[:, 1, 0].min())):
        for row in ends:
            if abs(row[side, 0] - inner) > tall and row[1, 0] - row[0, 0] > tall:
                share = (inner - row[0, 0]) / (row[1, 0] - row[0, 0])
                row[side] = row[0] + share * (row[1] - row[0])
    return ends


def _followed(
    ink: NDArray[np.float32], at: float, tall: float, reach: float
) -> tuple[tuple[float, float], tuple[float, float], float]:
    """Follow one row: give its left and right end in the flat zone, and its height."""
    top = max(0, round(at - reach))
    band = ink[top : round(at + reach) + 1]
    ys = np.arange(len(band)) + top
    xs, middles = [], []
    for part in np.array_split(np.arange(SEARCHED, SEARCHED + FLAT_WIDTH), CHUNKS):
        profile = band[:, part[0] : part[-1] + 1].sum(axis=1)
        profile = np.maximum(profile - 0.2 * profile.max(), 0)
        if profile.sum() > 0:
            xs.append(float(part.mean()))
            middles.append(float((profile * ys).sum() / profile.sum()))
    slope, level = _robust(np.array(xs), np.array(middles), at)
    shifts = np.array([[1, 0, 0], [-slope, 1, tall - level]], dtype=np.float32)
    level_band = cv2.warpAffine(ink, shifts, (ink.shape[1], round(2 * tall) + 1))
    inner = level_band[round(tall * 0.5) : round(tall * 1.5) + 1]
    start, end = _extent(inner.sum(axis=0), tall)
    rows = level_band[:, start : end + 1].sum(axis=1)
    rows[np.abs(np.arange(len(rows)) - tall) > reach] = 0
    solid = np.nonzero(rows > rows.min() + 0.3 * (np.percentile(rows, 80) - rows.min()))[0]
    height = float(solid[-1] - solid[0] + 1) if solid.size else tall
    height = float(np.clip(height, 0.7 * tall, 1.4 * tall))
    return (start, level + slope * start), (end, level + slope * end), height


def _robust(
    xs: NDArray[np.float64], ys: NDArray[np.float64], otherwise: float
) -> tuple[float, float]:
    """Fit a line through middles, without those that lie far off it (Theil and Sen's slope)."""
    if len(xs) < CHUNKS // 2:
        return 0.0, otherwise
    first, second = np.triu_indices(len(xs), 1)
    slope = float(np.median((ys[second] - ys[first]) / (xs[second] - xs[first])))
    return slope, float(np.median(ys - slope * xs))


def _extent(columns: NDArray[np.float32], tall: float) -> tuple[int, int]:
    """Give the first and last column with ink, going outwards over gaps of less than a pitch."""
    inked = columns > 0.25 * np.percentile(columns, 75)
    at = np.nonzero(inked)[0]
    if at.size == 0:
        return SEARCHED, SEARCHED + FLAT_WIDTH - 1
    middle = int(np.searchsorted(at, len(columns) // 2))
    gaps = np.nonzero(np.diff(at) > 1.6 * tall)[0]
    before, after = gaps[gaps < middle - 1], gaps[gaps >= middle]
    start = at[before[-1] + 1] if before.size else at[0]
    end = at[after[0]] if after.size else at[-1]
    return int(start), int(end)


def _quad(
    back: NDArray[np.float64], above: float, below: float, tall: float
) -> NDArray[np.float64]:
    """Give the corners of a piece of the flat zone in the picture, clockwise from the top left."""
    left, right = float(MARGIN), float(MARGIN + FLAT_WIDTH)
    top, bottom = above - tall / 2, below + tall / 2
    flat = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    corners = cv2.perspectiveTransform(flat.reshape(-1, 1, 2), back)
    return np.asarray(corners, dtype=np.float64).reshape(4, 2)
