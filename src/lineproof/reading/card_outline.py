"""Finds the outline of a card or page in a photograph, and lays what is inside it flat.

Straight edges are found in a small copy; four of them that enclose a document's shape, each seen
along most of its length, are its outline. Where the zone was read, its size and place say where the
edges must be, and nothing else is believed. What is not sure is not given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.domain.document import MrzFormat
from lineproof.domain.finding import Finding, Measured, Unmeasured

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZES: Final = {
    MrzFormat.TD1: (85.6, 54.0),
    MrzFormat.TD2: (105.0, 74.0),
    MrzFormat.TD3: (125.0, 88.0),
    MrzFormat.MRV_A: (120.0, 80.0),
    MrzFormat.MRV_B: (105.0, 74.0),
}
"""Width and height in millimetres (ISO/IEC 7810; ICAO 9303-4 to 9303-7)."""

PITCH: Final = 2.54
"""The distance of two characters of a zone, millimetres (ICAO 9303-3, 4.4)."""

COLUMNS: Final = {
    MrzFormat.TD1: 30,
    MrzFormat.TD2: 36,
    MrzFormat.TD3: 44,
    MrzFormat.MRV_A: 44,
    MrzFormat.MRV_B: 36,
}

LOOKING_SIDE: Final = 480
"""Edges are looked for with so many pixels on the longer side."""

FINE_SIDE: Final = 1440
"""...and then placed with so many."""

MOST_LINES: Final = 9
"""Straight edges of each direction that are tried."""

REACH: Final = 8
"""How far from where a side was roughly seen it is looked for, pixels of the finer copy."""

LEAST_AREA: Final = 0.12
"""The least share of the picture that a document fills."""

SHAPES: Final = (1.25, 1.85)
"""The least and the greatest of the longer over the shorter sides, seen a little from aside."""

LEAST_SIDE: Final = 0.55
"""The least share of each side along which an edge must be seen."""

LEAST_WHOLE: Final = 0.75
"""...and of all four together."""

NEAR: Final = 0.06
"""How far the width may be from what the zone says, as a share of it."""

ALIKE: Final = 0.13
"""How far its proportions may be from the format's, as a share: it is seen a little from aside."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Where a document's edges are.

    ``corners`` is (4, 2) float32, x before y, clockwise in the picture; they begin at the
    document's own top left where the zone says which way up it is, else at the picture's.
    """

    corners: NDArray[np.float32] = field(repr=False)
    seen: float
    """The share of the four sides along which an edge was seen, 0..1."""


def find_outline(
    pixels: NDArray[np.uint8],
    *,
    zone: NDArray[np.float32] | None = None,
    kind: MrzFormat | None = None,
) -> Finding[Outline]:
    """Find the outline of the document in (h, w, 3) uint8 RGB ``pixels``.

    ``zone`` is (4, 2), the zone's corners clockwise from the top left as it is read, and ``kind``
    its format: together they say how large the document is. Unmeasured: ``no_outline``.
    """
    scale = min(1.0, LOOKING_SIDE / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    edges, across, down = _edges(np.asarray(small, dtype=np.uint8))
    known = None if zone is None else (zone + 0.5) * scale - 0.5
    quads = _quads(_lines(edges), edges.shape)
    quads = [quad for quad in quads if known is None or _fits(quad, known, kind)]
    if not quads:
        return Unmeasured("no_outline")
    stacked = np.stack(quads)
    seen = _support(stacked, across, down)
    whole = seen.mean(axis=1)
    # Of outlines that are seen as well, the larger: a frame may be printed within the edge.
    merit = np.where(seen.min(axis=1) >= LEAST_SIDE, whole, 0) + 0.3 * np.sqrt(
        _areas(stacked) / edges.size
    )
    best = int(np.argmax(merit))
    if seen[best].min() < LEAST_SIDE or whole[best] < LEAST_WHOLE:
        return Unmeasured("no_outline")
    corners = _placed(pixels, (stacked[best] + 0.5) / scale - 0.5)
    if known is not None and zone is not None:
        corners = _from_top_left(corners, zone)
    return Measured(Outline(corners.astype(np.float32), float(whole[best])))


def flatten(
    pixels: NDArray[np.uint8], corners: NDArray[np.float32], kind: MrzFormat | None
) -> NDArray[np.uint8]:
    """Lay what is inside ``corners`` flat: (h, w, 3) uint8, about as large as it was seen.

    Its proportions are those of the format, of the card or page that it looks most like, or, where
    it looks like none, those in which it was seen.
    """
    top, right, bottom, left = (
        float(np.hypot(*(corners[(side + 1) % 4] - corners[side]))) for side in range(4)
    )
    width, height = max(top, bottom), max(left, right)
    shape = _shape((top + bottom) / (left + right), kind)
    width, height = max(width, height * shape), max(height, width / shape)
    size = (max(2, round(width)), max(2, round(height)))
    return np.asarray(
        cv2.warpPerspective(pixels, flattening(corners, size), size, flags=cv2.INTER_LINEAR),
        dtype=np.uint8,
    )


def flattening(corners: NDArray[np.float32], size: tuple[float, float]) -> NDArray[np.float64]:
    """Give the homography that lays ``corners`` on a rectangle of this width and height."""
    width, height = size
    goal = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners, goal), dtype=np.float64)


def _shape(seen: float, kind: MrzFormat | None) -> float:
    """Give width over height: the format's, the nearest known one's, or what was seen."""
    if kind is not None:
        width, height = SIZES[kind]
        return width / height if seen > 1 else height / width
    known = {SIZES[each][0] / SIZES[each][1] for each in (MrzFormat.TD1, MrzFormat.TD3)}
    known |= {1 / shape for shape in known}
    nearest = min(known, key=lambda shape: abs(np.log(shape / seen)))
    return nearest if abs(np.log(nearest / seen)) < NEAR else seen


def _edges(
    small: NDArray[np.uint8],
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    """Give the edges of a small picture, and in them the direction across them: unit vectors.

    Of the three colours the one counts that changes most.
    """
    soft = cv2.GaussianBlur(small, (0, 0), 1.0)
    dx, dy = cv2.Sobel(soft, cv2.CV_16S, 1, 0), cv2.Sobel(soft, cv2.CV_16S, 0, 1)
    strength = dx.astype(np.int32) ** 2 + dy.astype(np.int32) ** 2
    colour = strength.argmax(axis=2)[..., None]
    dx = np.take_along_axis(dx, colour, axis=2)[..., 0]
    dy = np.take_along_axis(dy, colour, axis=2)[..., 0]
    high = float(np.clip(np.percentile(np.sqrt(strength.max(axis=2)), 93), 24, 160))
    edges = cv2.Canny(np.ascontiguousarray(dx), np.ascontiguousarray(dy), high / 2, high)
    length = np.maximum(np.hypot(dx.astype(np.float32), dy.astype(np.float32)), 1)
    on = edges > 0
    return (
        np.asarray(edges, dtype=np.uint8),
        np.where(on, dx / length, 0).astype(np.float32),
        np.where(on, dy / length, 0).astype(np.float32),
    )


def _lines(edges: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Give the straightest edges, (n, 2): distance from the corner, and angle across the line."""
    found = cv2.HoughLines(edges, 1, np.pi / 270, max(edges.shape) // 9)
    kept: list[tuple[float, float]] = []
    for rho, theta in [] if found is None else found.reshape(-1, 2)[:400].tolist():
        if len(kept) < 3 * MOST_LINES and not any(_same(rho, theta, *each) for each in kept):
            kept.append((rho, theta))
    return np.array(kept, dtype=np.float64).reshape(-1, 2)


def _same(rho: float, theta: float, other_rho: float, other_theta: float) -> bool:
    turn = abs(theta - other_theta)
    if turn > np.pi / 2:
        turn, other_rho = np.pi - turn, -other_rho
    return turn < 0.05 and abs(rho - other_rho) < 5  # noqa: PLR2004 - 3 degrees, 5 pixels


def _quads(lines: NDArray[np.float64], shape: tuple[int, ...]) -> list[NDArray[np.float64]]:
    """Give every four lines that enclose the shape of a document, clockwise from the top left."""
    if len(lines) < 4:  # noqa: PLR2004 - four sides
        return []
    first = lines[0, 1]
    along = np.abs(np.cos(lines[:, 1] - first))
    one = lines[along > np.cos(np.radians(20))][:MOST_LINES]
    other = lines[along < np.sin(np.radians(20))][:MOST_LINES]
    quads = []
    for a, b in _pairs(one, min(shape)):
        for c, d in _pairs(other, min(shape)):
            corners = [_crossing(line, beside) for line, beside in ((a, c), (a, d), (b, d), (b, c))]
            quad = np.array(corners)
            if _is_document(quad, shape):
                quads.append(_clockwise(quad))
    return quads


def _pairs(
    lines: NDArray[np.float64], side: int
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Give every two lines that are far enough apart to be opposite sides."""
    found = []
    for index, line in enumerate(lines):
        for other in lines[index + 1 :]:
            sign = 1 if np.cos(line[1] - other[1]) > 0 else -1
            if abs(line[0] - sign * other[0]) > 0.2 * side:
                found.append((line, other))
    return found


def _crossing(line: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    normals = np.array([[np.cos(line[1]), np.sin(line[1])], [np.cos(other[1]), np.sin(other[1])]])
    return np.asarray(np.linalg.solve(normals, [line[0], other[0]]), dtype=np.float64)


def _is_document(quad: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Whether four corners in order are convex, inside the picture, and shaped as a document."""
    height, width = shape
    room = 0.03 * max(shape)
    if (quad < -room).any() or (quad > np.array([width, height]) + room).any():
        return False
    steps = np.roll(quad, -1, axis=0) - quad
    after = np.roll(steps, -1, axis=0)
    turns = steps[:, 0] * after[:, 1] - steps[:, 1] * after[:, 0]
    if not ((turns > 0).all() or (turns < 0).all()):
        return False
    lengths = np.hypot(*steps.T)
    sides = (lengths[:2] + lengths[2:]) / 2
    opposite = np.abs(np.log(lengths[:2] / lengths[2:])).max()
    stretched = SHAPES[0] < sides.max() / sides.min() < SHAPES[1]
    return bool(
        stretched and opposite < 0.35 and _areas(quad[None])[0] > LEAST_AREA * height * width  # noqa: PLR2004 - seen from aside
    )


def _areas(quads: NDArray[np.float64]) -> NDArray[np.float64]:
    one, other = quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1]
    return np.asarray(np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]) / 2)


def _clockwise(quad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Order corners clockwise as a picture shows them, from the one nearest its top left."""
    one, other = quad[2] - quad[0], quad[3] - quad[1]
    ordered = quad if one[0] * other[1] - one[1] * other[0] > 0 else quad[::-1]
    return np.roll(ordered, -int(ordered.sum(axis=1).argmin()), axis=0)


def _fits(quad: NDArray[np.float64], zone: NDArray[np.float64], kind: MrzFormat | None) -> bool:
    """Whether the zone lies inside, along a side that is as long as the format says."""
    inside = [
        cv2.pointPolygonTest(quad.astype(np.float32), (float(x), float(y)), measureDist=True)
        for x, y in zone
    ]
    # A line of the zone is never nearer to the edge than a millimetre or so.
    if min(inside) < 0.01 * float(np.hypot(*(zone[2] - zone[3]))):
        return False
    if kind is None:
        return True
    turned = _from_top_left(quad, zone)
    length = float(np.hypot(*(zone[2] - zone[3])))
    bottom = float(np.hypot(*(turned[2] - turned[3])))
    expected = SIZES[kind][0] / (PITCH * COLUMNS[kind] - 0.5)
    top, right, low, left = np.hypot(*(np.roll(turned, -1, axis=0) - turned).T).tolist()
    shape = (top + low) / (left + right) * SIZES[kind][1] / SIZES[kind][0]
    return bool(abs(np.log(bottom / length / expected)) < NEAR and abs(np.log(shape)) < ALIKE)


def _from_top_left(corners: NDArray[np.float64], zone: NDArray[np.floating]) -> NDArray[np.float64]:
    """Let the corners begin with the document's top left: its zone runs along its lower edge."""
    along = (zone[1] + zone[2] - zone[0] - zone[3]) / 2
    sides = np.roll(corners, -1, axis=0) - corners
    first = int((sides @ along / np.hypot(*sides.T)).argmax())
    return np.roll(corners, -first, axis=0)


def _support(
    quads: NDArray[np.float64], across: NDArray[np.float32], down: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Give for each of (n, 4, 2) corners the share of each side with an edge along it: (n, 4)."""
    steps = np.linspace(0.04, 0.96, 48)
    starts, ends = quads, np.roll(quads, -1, axis=1)
    sides = ends - starts
    normals = np.stack([-sides[..., 1], sides[..., 0]], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    points = starts[:, :, None] + steps[None, None, :, None] * sides[:, :, None]
    height, width = across.shape
    hit = np.zeros(points.shape[:3], dtype=bool)
    for shift in (-2, -1, 0, 1, 2):
        x, y = np.moveaxis(np.rint(points + shift * normals[:, :, None]).astype(int), -1, 0)
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
        facing = across[y, x] * normals[..., None, 0] + down[y, x] * normals[..., None, 1]
        hit |= inside & (np.abs(facing) > 0.85)  # noqa: PLR2004 - within 30 degrees
    return np.asarray(hit.mean(axis=2), dtype=np.float64)


def _placed(pixels: NDArray[np.uint8], corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Place the four sides more finely: where brightness changes most near each of them."""
    scale = min(1.0, FINE_SIDE / max(pixels.shape[:2]))
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    grey = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    quad = (corners + 0.5) * scale - 0.5
    sides = [
        _side(grey.astype(np.uint8), start, end)
        for start, end in zip(quad, np.roll(quad, -1, axis=0), strict=True)
    ]
    fresh = []
    for (point, normal), (other, across) in zip(sides[-1:] + sides[:-1], sides, strict=True):
        fresh.append(np.linalg.solve(np.array([normal, across]), [normal @ point, across @ other]))
    moved = np.asarray(fresh)
    near = np.abs(moved - quad).max() < 3 * REACH
    return np.asarray(((moved if near else quad) + 0.5) / scale - 0.5)


def _side(
    grey: NDArray[np.uint8], start: NDArray[np.float64], end: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give a point of a side and the direction across it, from where it was roughly seen."""
    length = float(np.hypot(*(end - start)))
    along = (end - start) / length
    normal = np.array([-along[1], along[0]])
    steps, shifts = np.linspace(0.05, 0.95, 80) * length, np.arange(-REACH, REACH + 0.5)
    points = start + steps[:, None] * along
    grid = (points[:, None] + shifts[None, :, None] * normal).astype(np.float32)
    strip = cv2.remap(grey, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR).astype(np.float32)
    strength = np.abs(np.gradient(strip, axis=1))
    away = shifts[strength.argmax(axis=1)]
    kept = np.ones(len(steps), dtype=bool)
    slope = middle = 0.0
    for _ in range(4):
        slope, middle = (float(each) for each in np.polyfit(steps[kept], away[kept], 1))
        rest = np.abs(away - slope * steps - middle)
        # What is far off was a shadow or print beside the edge.
        kept = rest <= max(1.0, 1.5 * float(np.median(rest)))
    turned = along + slope * normal
    return start + middle * normal, np.array([-turned[1], turned[0]])
