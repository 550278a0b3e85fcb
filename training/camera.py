"""The camera that every training picture passes, bona fide or attack, with the same chances.

What it does to a picture must not tell the classes apart: a network that could learn the
resolution, the blur or the JPEG quality of one class would learn nothing about attacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels: TypeAlias = NDArray[np.uint8]
    Box: TypeAlias = tuple[float, float, float, float]
    Shown: TypeAlias = tuple[Pixels, Box]

SMALLEST_FACE, LARGEST_FACE = 80.0, 240.0
"""The side of the detector's box in the captured picture, in pixels."""


def captured(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Take (h, w, 3) uint8 RGB with a camera: give what it stores and the box in it."""
    picture, box = _resized(*_framed(picture, box, rng), rng)
    seen = picture.astype(np.float32)
    if rng.random() < 0.6:
        seen = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.3, 1.3)))
    if rng.random() < 0.15:
        seen = _moved(seen, rng)
    seen = _exposed(seen, rng)
    seen += rng.normal(0, rng.uniform(0.3, 5.0), seen.shape).astype(np.float32)
    if rng.random() < 0.3:
        soft = cv2.GaussianBlur(seen, (0, 0), 1.2)
        seen += (seen - soft) * float(rng.uniform(0.3, 1.2))
    stored = np.clip(seen, 0, 255).astype(np.uint8)
    for _ in range(1 + int(rng.random() < 0.35)):
        stored = compressed(stored, int(rng.integers(45, 98)))
    if rng.random() < 0.25:
        stored, box = _scaled(stored, box, float(rng.uniform(0.6, 1.0)))
        stored = compressed(stored, int(rng.integers(55, 98)))
    return stored, box


def compressed(picture: Pixels, quality: int) -> Pixels:
    """Store as JPEG of this quality and read again."""
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def _framed(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Come nearer, sometimes, so that the face's surroundings are cut by the picture's edge."""
    if rng.random() < 0.6:
        return picture, box
    height, width = picture.shape[:2]
    reach = max(box[2] - box[0], box[3] - box[1]) * rng.uniform(0.6, 1.6, 4)
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    left, top = max(0, int(x - reach[0])), max(0, int(y - reach[1]))
    right, bottom = min(width, int(x + reach[2])), min(height, int(y + reach[3]))
    x0, y0, x1, y1 = box
    return picture[top:bottom, left:right], (x0 - left, y0 - top, x1 - left, y1 - top)


def _resized(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Bring the face to a size drawn for it; never much larger than it was."""
    side = max(box[2] - box[0], box[3] - box[1])
    low, high = np.log(SMALLEST_FACE), np.log(min(LARGEST_FACE, max(1.1 * side, SMALLEST_FACE + 1)))
    return _scaled(picture, box, float(np.exp(rng.uniform(low, high))) / side)


def _scaled(picture: Pixels, box: Box, factor: float) -> Shown:
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=way)
    x, y = small.shape[1] / picture.shape[1], small.shape[0] / picture.shape[0]
    return small, (box[0] * x, box[1] * y, box[2] * x, box[3] * y)


def _moved(seen: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Blur along a short line, as a hand that moves does."""
    length = int(rng.integers(3, 7))
    kernel = np.zeros((length, length), np.float32)
    start, end = rng.integers(0, length, 2), rng.integers(0, length, 2)
    cv2.line(kernel, tuple(map(int, start)), tuple(map(int, end)), 1.0)
    return np.asarray(cv2.filter2D(seen, -1, kernel / max(float(kernel.sum()), 1.0)), np.float32)


def _exposed(seen: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Change white balance, exposure, contrast and tone."""
    seen = seen * rng.uniform(0.85, 1.15, 3).astype(np.float32) * float(rng.uniform(0.7, 1.25))
    grey = seen.mean(axis=2, keepdims=True)
    seen = grey + (seen - grey) * float(rng.uniform(0.5, 1.3))
    seen = (seen - 128) * float(rng.uniform(0.75, 1.2)) + 128 + float(rng.uniform(-15, 15))
    if rng.random() < 0.35:
        corners = rng.uniform(0.65, 1.15, (2, 2)).astype(np.float32)
        seen *= cv2.resize(corners, (seen.shape[1], seen.shape[0]))[..., None]
    if rng.random() < 0.2:
        haze = float(rng.uniform(10, 50))
        seen = haze + seen * (255 - haze) / 255
    tone = float(rng.uniform(0.75, 1.35))
    return np.asarray(255 * (np.clip(seen, 0, 255) / 255) ** tone, np.float32)
