"""Alignment: cut a face out upright and at a network's own scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def similarity(source: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float64]:
    """Give the (2, 3) rotation, scale and shift that best carries (n, 2) points onto others.

    Least squares without reflection; Umeyama, "Least-squares estimation of transformation
    parameters between two point patterns" (1991).
    """
    source, target = source.astype(np.float64), target.astype(np.float64)
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    a, b = source - source_mean, target - target_mean
    # In the plane the optimum has a closed form: the points as complex numbers, one division.
    power = float((a**2).sum())
    real = float((a * b).sum()) / power
    imaginary = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / power
    turn = np.array([[real, -imaginary], [imaginary, real]])
    return np.hstack([turn, (target_mean - turn @ source_mean)[:, None]])


def scale_of(transform: NDArray[np.float64]) -> float:
    """Give how many target pixels one source pixel becomes."""
    return math.hypot(transform[0, 0], transform[1, 0])


def cut(
    pixels: NDArray[np.uint8], transform: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Warp (h, w, 3) ``pixels`` into a chip of ``size`` (width, height); black outside.

    A chip smaller than its source is averaged down by halves first, so that nothing aliases.
    """
    left, top, right, bottom = _bounds(transform, size, pixels.shape)
    if right <= left or bottom <= top:
        return np.zeros((size[1], size[0], 3), dtype=np.uint8)
    region = pixels[top:bottom, left:right]
    move = transform @ np.array([[1, 0, left], [0, 1, top], [0, 0, 1]], dtype=np.float64)
    while scale_of(move) < 0.5 and min(region.shape[:2]) > 1:  # noqa: PLR2004 - by halves
        region = halved(region)
        # The centre of the first half-size pixel lies between the first two: at 0.5, not at 0.
        move = move @ np.array([[2, 0, 0.5], [0, 2, 0.5], [0, 0, 1]], dtype=np.float64)
    chip = cv2.warpAffine(region, move, size, flags=cv2.INTER_LINEAR)
    return np.asarray(chip, dtype=np.uint8)


def halved(region: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Average a picture down to half its width and height."""
    half = cv2.resize(region, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.asarray(half, dtype=np.uint8)


def _bounds(
    transform: NDArray[np.float64], size: tuple[int, int], shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Give the part of the source a chip is made from, with a little room for the averaging."""
    inverse = cv2.invertAffineTransform(transform)
    corners = np.array([[0, 0, 1], [size[0], 0, 1], [0, size[1], 1], [*size, 1]], dtype=np.float64)
    x, y = (corners @ inverse.T).T
    room = 4 + 2 / scale_of(transform)
    return (
        max(0, math.floor(x.min() - room)),
        max(0, math.floor(y.min() - room)),
        min(shape[1], math.ceil(x.max() + room)),
        min(shape[0], math.ceil(y.max() + room)),
    )


def apply(transform: NDArray[np.float64], points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Carry (n, 2) points through a (2, 3) transform."""
    moved = points.astype(np.float64) @ transform[:, :2].T + transform[:, 2]
    return moved.astype(np.float32)
