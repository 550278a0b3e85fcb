"""Made-up rooms: what is behind a person or round a photograph. No picture of anybody is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.camera import Box, Pixels


def scene(height: int, width: int, rng: np.random.Generator) -> Pixels:
    """Draw a room of soft light, shapes and patterns: (height, width, 3) uint8 RGB."""
    room = _light(height, width, rng)
    for _ in range(int(rng.integers(0, 14))):
        _shape(room, rng)
    room = cv2.GaussianBlur(room, (0, 0), float(rng.uniform(0.5, 6.0)))
    if rng.random() < 0.4:
        coarse = rng.normal(0, 1, (height // 6 + 1, width // 6 + 1, 3)).astype(np.float32)
        room += cv2.resize(coarse, (width, height)) * float(rng.uniform(3, 25))
    return np.clip(room, 0, 255).astype(np.uint8)


def _light(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float32]:
    corners = rng.uniform(20, 240, (2, 2, 1)) + rng.normal(0, 18, (2, 2, 3))
    return np.asarray(
        cv2.resize(corners.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    )


def _shape(room: NDArray[np.float32], rng: np.random.Generator) -> None:
    height, width = room.shape[:2]
    colour = tuple(float(c) for c in np.clip(rng.uniform(0, 255) + rng.normal(0, 35, 3), 0, 255))
    x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
    w, h = int(rng.integers(4, width // 2)), int(rng.integers(4, height // 2))
    kind = rng.integers(0, 3)
    if kind == 0:
        cv2.rectangle(room, (x, y), (x + w, y + h), colour, -1)
    elif kind == 1:
        cv2.ellipse(room, (x, y), (w // 2, h // 2), float(rng.uniform(0, 180)), 0, 360, colour, -1)
    else:
        cv2.line(room, (x, y), (x + w, y - h), colour, int(rng.integers(1, 12)))


def without_plain_background(picture: Pixels, box: Box) -> NDArray[np.float32] | None:
    """Give how much of each pixel is the person (h, w, 1), 0..1; None where it cannot be told.

    For portraits before one plain wall: what is connected to the upper edge and of its colour.
    """
    height, width = picture.shape[:2]
    lab = cv2.cvtColor(cv2.GaussianBlur(picture, (0, 0), 1.5), cv2.COLOR_RGB2LAB)
    mask = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | (255 << 8) | cv2.FLOODFILL_MASK_ONLY
    for seed in (
        (1, 1),
        (width - 2, 1),
        (width // 2, 1),
        (1, height // 2),
        (width - 2, height // 2),
    ):
        cv2.floodFill(lab, mask, seed, 0, (2, 2, 2), (2, 2, 2), flags)
    person = (mask[1:-1, 1:-1] == 0).astype(np.uint8)
    person = cv2.morphologyEx(person, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    left, top, right, bottom = (round(edge) for edge in box)
    share = person.mean()
    if person[max(0, top) : bottom, max(0, left) : right].mean() < 0.9 or not 0.25 < share < 0.85:
        return None
    return cv2.GaussianBlur(person.astype(np.float32), (0, 0), 1.2)[..., None]


def before(picture: Pixels, person: NDArray[np.float32], room: Pixels) -> Pixels:
    """Put the person before a room."""
    return (picture * person + room * (1 - person)).astype(np.uint8)
