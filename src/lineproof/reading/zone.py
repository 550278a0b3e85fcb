"""Finds where a machine readable zone may lie in a photograph, and cuts its lines out straight.

A zone is two or three long rows of dark characters, equally long, one close under the other (ICAO
9303-3, 4.1 and 4.2). Rows are found on a small copy of the picture: what is darker than its
surroundings is closed up along one direction after another, and what is then long and thin is a
row. Nothing is read here, so a zone that is upside down looks like any other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

DIRECTIONS: Final = (
    (0.0, 90.0),
    (10.0, -10.0, 100.0, 80.0),
    (20.0, -20.0, 110.0, 70.0),
    (30.0, -30.0, 120.0, 60.0),
    (40.0, -40.0, 130.0, 50.0),
)
"""The directions in degrees in which rows are looked for, in the order of how documents are held.
Rows up to ``MAX_SLOPE`` away from a direction are found in it."""

MAX_SLOPE: Final = math.tan(math.radians(9))
SIDES: Final = (400, 800)
"""The longer side of the small copies, pixels. Characters of 4 to 30 pixels of the larger one are
closed up into rows in one of the two."""

REACH: Final = 13
"""The widest gap in a row that is closed, pixels of a small copy: three fifths of the pitch of the
characters of a card's zone that is as wide as the smaller copy."""

STROKE: Final = 9
"""What is dark and narrower than this in a small copy may be a stroke."""

MIN_LENGTH: Final = 0.18
"""A row's least length, as a share of the picture's longer side: with 44 characters on it, a
photograph of 4,000 pixels then has 16 pixels for each."""

THINNEST: Final = (16, 72)
"""A row's length over its height. 44 characters at the pitch of 2.54 mm are 43 times as long as
they are high (9303-3, 4.3), 30 are 29 times; blur makes a row higher, a frayed edge thinner."""

FAINTEST: Final = 14
"""What is less than this much darker than its surroundings, of 255, is no ink."""

OF_OTSU: Final = 0.6
"""The part of the threshold that counts, since thin strokes pale in a small copy."""

MAX_ROWS: Final = 60
"""The longest rows of one direction that are compared: a page of text has no more worth trying."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of characters: the middles of its left and right ends, and its height, in pixels."""

    left: NDArray[np.float64] = field(repr=False)
    right: NDArray[np.float64] = field(repr=False)
    height: float

    @property
    def length(self) -> float:
        """The distance between its ends."""
        return float(np.hypot(*(self.right - self.left)))


@dataclass(frozen=True, slots=True)
class Zone:
    """Two or three rows that may be a zone, top to bottom as they are read from left to right.

    ``fit`` is the better the larger: rows that are long, equally long and exactly stacked.
    """

    rows: tuple[Row, ...]
    fit: float


LEAST_HEIGHT: Final = 2.0
"""Pixels: a thinner row is a ruled line."""

UNEVEN: Final = 0.7
"""The distances of three rows are equal but for perspective: not less than this ratio."""


def find_zones(grey: NDArray[np.uint8]) -> Iterator[Zone]:
    """Give what may be zones in a (h, w) uint8 ``grey`` picture, the likeliest first.

    The directions are looked at one group after another, as long as the caller asks for more.
    """
    copies = [_small(grey, side) for side in SIDES if max(grey.shape) > side or side == SIDES[0]]
    inks = [(ink_of(copy), scale) for copy, scale in copies]
    for group in DIRECTIONS:
        zones = [
            zone
            for degrees in group
            for ink, scale in inks
            for zone in _stack(_rows(ink, degrees, scale))
        ]
        yield from _distinct(sorted(zones, key=lambda zone: -zone.fit))


def _small(grey: NDArray[np.uint8], side: int) -> tuple[NDArray[np.uint8], float]:
    """Give a copy with its longer side at most ``side``, and its pixels per picture pixel."""
    height, width = grey.shape
    scale = min(1.0, side / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    return np.asarray(small, dtype=np.uint8), scale


def ink_of(grey: NDArray[np.uint8], stroke: int = STROKE) -> NDArray[np.uint8]:
    """Give how much darker than its surroundings each pixel is, 0..255, if it is of a stroke.

    ``stroke`` is the width below which something dark is one, pixels. What is given is relative
    to the surroundings' own brightness, so that a shadow changes nothing.
    """
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (stroke, stroke))
    paper = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, kernel)
    darker = cv2.divide(cv2.subtract(paper, grey), np.maximum(paper, 32), scale=255)
    return np.asarray(darker, dtype=np.uint8)


def threshold_of(ink: NDArray[np.uint8]) -> float:
    """Give what parts the strokes of print from the pattern behind them (Otsu)."""
    strokes = ink[ink > FAINTEST]
    if strokes.size == 0:
        return 255.0
    otsu, _ = cv2.threshold(strokes.reshape(-1, 1), 0, 255, cv2.THRESH_OTSU)
    return max(FAINTEST * 1.5, otsu * OF_OTSU)


def _rows(ink: NDArray[np.uint8], degrees: float, scale: float) -> list[Row]:
    """Find the rows of one direction; their ends are in pixels of the whole picture."""
    turn, size = _turn(ink.shape, degrees)
    turned = cv2.warpAffine(ink, turn, size, flags=cv2.INTER_LINEAR) if degrees else ink
    _, mask = cv2.threshold(turned, threshold_of(ink), 255, cv2.THRESH_BINARY)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, REACH), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, 3 * REACH), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    least = MIN_LENGTH * max(ink.shape)
    found = []
    for label in range(1, count):
        x, y, width, height, _area = stats[label]
        if width >= least / 4 and height <= width * 0.7:
            row = _fitted(labels[y : y + height, x : x + width] == label)
            if row is not None:
                shift = np.array([x, y], dtype=np.float64)
                found.append(Row(row.left + shift, row.right + shift, row.height))
    joined = [row for row in _joined(found) if row.length >= least]
    back = cv2.invertAffineTransform(turn)
    rows = [
        Row(
            (back[:, :2] @ row.left + back[:, 2] + 0.5) / scale - 0.5,
            (back[:, :2] @ row.right + back[:, 2] + 0.5) / scale - 0.5,
            row.height / scale,
        )
        for row in joined
    ]
    return sorted(rows, key=lambda row: -row.length)[:MAX_ROWS]


def _turn(shape: tuple[int, ...], degrees: float) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Give the transform that turns a picture counterclockwise, and the size that holds it."""
    height, width = shape[:2]
    middle = ((width - 1) / 2, (height - 1) / 2)
    turn = np.asarray(cv2.getRotationMatrix2D(middle, degrees, 1), dtype=np.float64)
    cosine, sine = abs(float(turn[0, 0])), abs(float(turn[0, 1]))
    size = (math.ceil(height * sine + width * cosine), math.ceil(height * cosine + width * sine))
    turn[:, 2] += ((size[0] - width) / 2, (size[1] - height) / 2)
    return turn, size


def _fitted(piece: NDArray[np.bool_]) -> Row | None:
    """Fit a line through a (h, w) piece of a mask; None where it is no row: steep or not thin."""
    ys, xs = np.nonzero(piece)
    x, y = xs.mean(), ys.mean()
    slope = float(((xs - x) * (ys - y)).mean() / max(((xs - x) ** 2).mean(), 1e-9))
    height = float((ys - y - slope * (xs - x)).std()) * math.sqrt(12)
    width = piece.shape[1]
    if abs(slope) > MAX_SLOPE or height < LEAST_HEIGHT or width < 4 * height:
        return None
    left = np.array([0.0, y - slope * x])
    return Row(left, np.array([width - 1.0, y + slope * (width - 1 - x)]), height)


def _joined(rows: list[Row]) -> list[Row]:
    """Join rows that continue each other: a pale filler may have parted them."""
    waiting = sorted(rows, key=lambda row: float(row.left[0]))
    done: list[Row] = []
    while waiting:
        row = waiting.pop(0)
        after = next((other for other in waiting if _continues(row, other)), None)
        if after is None:
            done.append(row)
            continue
        waiting = [other for other in waiting if other is not after]
        share = after.length / (row.length + after.length)
        height = row.height * (1 - share) + after.height * share
        waiting.insert(0, Row(row.left, after.right, height))
    return done


def _continues(row: Row, other: Row) -> bool:
    tall = max(row.height, other.height)
    gap = float(other.left[0] - row.right[0])
    if not -tall < gap < 3 * tall or min(row.height, other.height) < 0.45 * tall:
        return False
    along = (row.right - row.left) / row.length
    off = other.left - row.right
    end = other.right - row.right
    return (
        abs(float(along[0] * off[1] - along[1] * off[0])) < 0.5 * tall
        and abs(float(along[0] * end[1] - along[1] * end[0]))
        < 0.5 * tall + MAX_SLOPE / 3 * other.length
    )


def _stack(rows: list[Row]) -> list[Zone]:
    """Give every two or three rows that lie on each other as the lines of a zone do."""
    pairs = [(a, b) for a in rows for b in rows if a is not b and _under(a, b)]
    triples = [(a, b, d) for a, b in pairs for c, d in pairs if b is c and _even(a, b, d)]
    return [Zone(stack, _fit(stack)) for stack in (*triples, *pairs)]


def _under(upper: Row, lower: Row) -> bool:
    """Whether ``lower`` lies under ``upper``, about as long, at the distance of a zone's lines."""
    along = (upper.right - upper.left) / upper.length
    start, end = lower.left - upper.left, lower.right - upper.right
    distance = (_across(along, start) + _across(along, end)) / 2
    mean = (upper.length + lower.length) / 2
    tall = (upper.height + lower.height) / 2
    return (
        0.02 * mean < distance < 0.12 * mean
        and 1.1 * tall < distance < 6 * tall
        and max(abs(float(along @ start)), abs(float(along @ end))) < 0.12 * mean
        and abs(_across(along, start) - _across(along, end)) < 0.6 * distance
        and all(THINNEST[0] < row.length / row.height < THINNEST[1] for row in (upper, lower))
        and 0.5 < upper.height / lower.height < 2  # noqa: PLR2004 - half as high is other print
    )


def _across(along: NDArray[np.float64], vector: NDArray[np.float64]) -> float:
    return float(along[0] * vector[1] - along[1] * vector[0])


def _even(first: Row, second: Row, third: Row) -> bool:
    along = (second.right - second.left) / second.length
    above = _across(along, second.left + second.right - first.left - first.right)
    below = _across(along, third.left + third.right - second.left - second.right)
    return UNEVEN < above / below < 1 / UNEVEN


def _fit(rows: tuple[Row, ...]) -> float:
    along = (rows[0].right - rows[0].left) / rows[0].length
    mean = sum(row.length for row in rows) / len(rows)
    off = max(
        abs(float(along @ (end - start)))
        for row in rows[1:]
        for start, end in ((rows[0].left, row.left), (rows[0].right, row.right))
    )
    return (mean - 4 * off) * (1.2 if rows[2:] else 1)


def _distinct(zones: list[Zone]) -> Iterator[Zone]:
    """Leave out a zone whose middle lies within one that came before it."""
    seen: list[Zone] = []
    for zone in zones:
        if not any(_same(zone, other) for other in seen):
            seen.append(zone)
            yield zone


def _same(zone: Zone, other: Zone) -> bool:
    middle = sum(row.left + row.right for row in zone.rows) / (2 * len(zone.rows))
    theirs = sum(row.left + row.right for row in other.rows) / (2 * len(other.rows))
    between = np.asarray(middle - theirs, dtype=np.float64)
    near = math.hypot(between[0], between[1]) < 0.5 * other.rows[0].height
    return near and len(zone.rows) == len(other.rows)
