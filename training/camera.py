"""The camera that every training picture passes, bona fide or attack, with the same chances.

What it does to a picture must not tell the classes apart: a network that could learn the
resolution, the blur or the JPEG quality of one class would learn nothing about attacks.
"""

from __future__ import annotations

from functools import cache
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


NEAR = 1.8
"""What lies farther from the face's middle than so many sides of its box no view ever shows."""


def captured(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Take (h, w, 3) uint8 RGB with a camera: give what it stores and the box in it."""
    picture, box = _resized(*_framed(*near(picture, box), rng), rng)
    if rng.random() < 0.25:
        picture = _mosaicked(picture, rng)
    seen = picture.astype(np.float32)
    if rng.random() < 0.6:
        seen = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.3, 1.6)))
    if rng.random() < 0.15:
        seen = _moved(seen, rng)
    seen = exposed(seen, rng)
    seen = with_noise(seen, rng)
    if rng.random() < 0.35:
        soft = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.8, 1.8)))
        seen += (seen - soft) * float(rng.uniform(0.3, 1.5))
    stored = np.clip(seen, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        stored = _smoothed(stored, rng)
    for _ in range(1 + int(rng.random() < 0.35)):
        stored = compressed(stored, int(rng.integers(40, 99)))
    if rng.random() < 0.3:
        stored, box = _scaled(stored, box, float(rng.uniform(0.55, 1.0)))
        stored = compressed(stored, int(rng.integers(50, 99)))
    return stored, box


def near(picture: Pixels, box: Box) -> Shown:
    """Cut away what no view shows, so that no time is spent on it."""
    height, width = picture.shape[:2]
    reach = NEAR * max(box[2] - box[0], box[3] - box[1])
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    right, bottom = min(width, int(x + reach)), min(height, int(y + reach))
    x0, y0, x1, y1 = box
    return picture[top:bottom, left:right], (x0 - left, y0 - top, x1 - left, y1 - top)


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


def _mosaicked(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """See one colour at each place, as a sensor does, and guess the others from the neighbours."""
    y, x = int(rng.integers(0, 2)), int(rng.integers(0, 2))
    mosaic = picture[..., 1].copy()
    mosaic[y::2, x::2] = picture[y::2, x::2, 0]
    mosaic[1 - y :: 2, 1 - x :: 2] = picture[1 - y :: 2, 1 - x :: 2, 2]
    codes = {
        (0, 0): cv2.COLOR_BayerRGGB2RGB,
        (1, 1): cv2.COLOR_BayerBGGR2RGB,
        (0, 1): cv2.COLOR_BayerGRBG2RGB,
        (1, 0): cv2.COLOR_BayerGBRG2RGB,
    }
    return np.asarray(cv2.cvtColor(mosaic, codes[y, x]), np.uint8)


def _smoothed(stored: Pixels, rng: np.random.Generator) -> Pixels:
    """Take noise away as telephones do, skin's detail with it."""
    if rng.random() < 0.4:
        return np.asarray(cv2.medianBlur(stored, 3), np.uint8)
    spread = float(rng.uniform(8, 35))
    return np.asarray(cv2.bilateralFilter(stored, 5, spread, 2.0), np.uint8)


@cache
def _much_grain() -> NDArray[np.float32]:
    return np.random.default_rng(20261128).standard_normal((1600, 1600, 3), dtype=np.float32)


def grain(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Cut (height, width, 3) white noise of deviation 1 out of a sheet that is drawn only once."""
    sheet = _much_grain()
    y, x = (int(rng.integers(0, 1601 - side)) for side in (height, width))
    part = sheet[y : y + height, x : x + width, :: int(rng.choice([-1, 1]))]
    return np.asarray(part * float(rng.choice([-1.0, 1.0])), np.float32)


def with_noise(seen: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Add a sensor's noise: fine or in blotches, more of it in the dark or the light."""
    strength = float(np.exp(rng.uniform(np.log(0.3), np.log(7.0))))
    noise = grain(seen.shape[0], seen.shape[1], rng)
    if rng.random() < 0.3:
        noise = cv2.GaussianBlur(noise, (0, 0), float(rng.uniform(0.5, 1.2)))
        noise *= 1 / max(float(noise[::8, ::8].std()), 1e-6)
    if rng.random() < 0.5:
        noise *= 0.5 + seen[..., 1:2] / 255
    return np.asarray(seen + noise * strength, np.float32)


def _scaled(picture: Pixels, box: Box, factor: float) -> Shown:
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=way)
    x, y = small.shape[1] / picture.shape[1], small.shape[0] / picture.shape[0]
    return small, (box[0] * x, box[1] * y, box[2] * x, box[3] * y)


def saturating(factor: float) -> NDArray[np.float32]:
    """Give the (3, 3) matrix that keeps grey and stretches colour by ``factor``."""
    return np.asarray(np.eye(3) * factor + (1 - factor) / 3, np.float32)


def _moved(seen: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Blur along a short line, as a hand that moves does."""
    length = int(rng.integers(3, 7))
    kernel = np.zeros((length, length), np.float32)
    start, end = rng.integers(0, length, 2), rng.integers(0, length, 2)
    cv2.line(kernel, tuple(map(int, start)), tuple(map(int, end)), 1.0)
    return np.asarray(cv2.filter2D(seen, -1, kernel / max(float(kernel.sum()), 1.0)), np.float32)


def exposed(seen: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Change white balance, exposure, contrast and tone."""
    seen = seen * rng.uniform(0.85, 1.15, 3).astype(np.float32) * float(rng.uniform(0.7, 1.25))
    seen = cv2.transform(seen, saturating(float(rng.uniform(0.5, 1.3))))
    seen = (seen - 128) * float(rng.uniform(0.75, 1.2)) + 128 + float(rng.uniform(-15, 15))
    if rng.random() < 0.35:
        corners = rng.uniform(0.65, 1.15, (2, 2)).astype(np.float32)
        seen *= cv2.resize(corners, (seen.shape[1], seen.shape[0]))[..., None]
    if rng.random() < 0.2:
        haze = float(rng.uniform(10, 50))
        seen = haze + seen * (255 - haze) / 255
    tone = float(rng.uniform(0.75, 1.35))
    return np.asarray(255 * cv2.pow(np.clip(seen, 0, 255) / 255, tone), np.float32)
