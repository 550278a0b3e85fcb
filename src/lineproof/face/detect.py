"""Face detection with BlazeFace, and the one rule for which of several faces counts.

Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs" (2019); the
full-range ("back") model: 256 px input, 896 anchors, a box and six points for each.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from lineproof.face.align import halved
from lineproof.face.view import Detection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Network: TypeAlias = Callable[[NDArray[np.uint8]], tuple[NDArray[np.float32], ...]]
    """Looks at (n, h, w, 3) uint8 RGB and gives each of its outputs as (n, ...) float32."""

INPUT_SIDE = 256
MIN_SCORE = 0.5
"""Below this the detector's own score says that it is likelier no face than a face."""

MAX_OVERLAP = 0.5
"""Boxes that share more than this part of the smaller one are the same face: a face that fills the
picture is found whole and, again, in parts."""

AS_LARGE = 1 / 3
"""A face with this part of the largest one's area is as large: the same distance and a half."""

TILE = 0.5
"""Side of a tile of the second pass, as a share of the picture's longer side."""


def _anchors() -> NDArray[np.float32]:
    """Give the (896, 2) anchor centres as shares of the input: 2 on 16 x 16, then 6 on 8 x 8."""
    rows = []
    for cells, repeats in ((16, 2), (8, 6)):
        steps = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(steps, steps, indexing="ij")
        rows.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), repeats, axis=0))
    return np.concatenate(rows).astype(np.float32)


_ANCHORS = _anchors()


def detect(pixels: NDArray[np.uint8], network: Network) -> tuple[Detection, ...]:
    """Find every face in (h, w, 3) uint8 RGB ``pixels``; the one that counts comes first.

    A second, tiled pass looks for small faces, but only when the first finds nothing.
    """
    height, width = pixels.shape[:2]
    found = _detect_in(pixels, (0, 0, width, height), network)
    if not found:
        tiles = _tiles(width, height)
        found = [face for tile in tiles for face in _detect_in(pixels, tile, network)]
    return in_order(_suppress(found), width=width, height=height)


def in_order(faces: list[Detection], *, width: int, height: int) -> tuple[Detection, ...]:
    """Put the face that counts first: the largest, or the most central of those as large.

    Both a document's portrait and a person who holds a camera are the largest face in the picture;
    faces of at least ``AS_LARGE`` of its area are people side by side, of whom the picture is of
    the one in its middle. The others follow by size. That there is another face at all is a
    finding (``single_face_present``), which a policy weighs; nothing is guessed from it.
    """
    by_size = sorted(faces, key=lambda face: -face.area)
    as_large = [face for face in by_size if face.area >= AS_LARGE * by_size[0].area]
    middle = (width / 2, height / 2)
    first = min(as_large, key=lambda face: math.dist(face.centre, middle), default=None)
    return tuple(sorted(by_size, key=lambda face: face is not first))


def _tiles(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Cut the picture into half-overlapping squares: left, top, right, bottom."""
    side = max(1, round(max(width, height) * TILE))
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield left, top, min(left + side, width), min(top + side, height)


def _starts(length: int, side: int) -> list[int]:
    return [0] if length <= side else sorted({*range(0, length - side, side // 2), length - side})


def _detect_in(
    pixels: NDArray[np.uint8], tile: tuple[int, int, int, int], network: Network
) -> list[Detection]:
    """Find faces in one part of the picture, in pixels of the whole picture."""
    left, top, right, bottom = tile
    square, scale = _letterbox(pixels[top:bottom, left:right])
    scores, boxes = _read(network(square), scale)
    offset = np.array([left, top], dtype=np.float32)
    return [_detection(score, box + offset) for score, box in zip(scores, boxes, strict=True)]


def _letterbox(part: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Fit a part of the picture into the network's square; also give its pixels per input pixel."""
    height, width = part.shape[:2]
    scale = max(height, width) / INPUT_SIDE
    size = (max(1, round(width / scale)), max(1, round(height / scale)))
    # By halves first: the same average at a quarter of the time of one step over everything.
    while min(part.shape[:2]) > 1 and max(part.shape[:2]) >= 2 * INPUT_SIDE:
        part = halved(part)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR)
    square = np.zeros((INPUT_SIDE, INPUT_SIDE, 3), dtype=np.uint8)
    square[: size[1], : size[0]] = small
    return square[None], scale


def _read(
    outputs: tuple[NDArray[np.float32], ...], scale: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Decode the network's answer: scores (n,) and points (n, 8, 2), in pixels of the part.

    The first two points are the box's corners, the others the six points of the face.
    """
    logits = _joined(outputs, 1).reshape(-1)
    raw = _joined(outputs, 16).reshape(-1, 8, 2)
    keep = logits > np.log(MIN_SCORE / (1 - MIN_SCORE))
    scores = 1 / (1 + np.exp(-logits[keep], dtype=np.float32))
    relative = raw[keep].astype(np.float32)
    centre, size = relative[:, 0] + _ANCHORS[keep] * INPUT_SIDE, relative[:, 1]
    points = relative[:, 2:] + _ANCHORS[keep][:, None] * INPUT_SIDE
    corners = np.stack([centre - size / 2, centre + size / 2], axis=1)
    return scores, np.concatenate([corners, points], axis=1) * np.float32(scale)


def _joined(outputs: tuple[NDArray[np.float32], ...], width: int) -> NDArray[np.float32]:
    """Join the outputs of one width, the finer grid (512 anchors) before the coarser (384)."""
    parts = [array.reshape(-1, width) for array in outputs if array.shape[-1] == width]
    return np.concatenate(sorted(parts, key=len, reverse=True))


def _detection(score: np.float32, points: NDArray[np.float32]) -> Detection:
    (left, top), (right, bottom) = points[0], points[1]
    box = (float(left), float(top), float(right), float(bottom))
    return Detection(box=box, points=points[2:], score=float(score))


def _suppress(faces: list[Detection]) -> list[Detection]:
    """Keep the best-scored of boxes that overlap."""
    kept: list[Detection] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if all(_overlap(face, other) <= MAX_OVERLAP for other in kept):
            kept.append(face)
    return kept


def _overlap(one: Detection, other: Detection) -> float:
    left, top = max(one.box[0], other.box[0]), max(one.box[1], other.box[1])
    right, bottom = min(one.box[2], other.box[2]), min(one.box[3], other.box[3])
    shared = max(0.0, right - left) * max(0.0, bottom - top)
    return shared / max(min(one.area, other.area), 1e-9)
