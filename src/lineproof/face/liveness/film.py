"""A film as the checks see it: a small picture of every frame round each change of colour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from lineproof.domain.capture_film import TILE_LEFT, TILE_SHARE, TILE_TOP

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Film:
    """Tiles (n, tall, wide, 3), uint8 RGB, and when each was taken after the script's start."""

    at_ms: tuple[float, ...]
    tiles: NDArray[np.uint8] = field(repr=False)


def as_a_tile(pixels: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """Give what a tile shows of a frame's ``pixels``, as (tall, wide, ...) as ``size`` says."""
    tall, wide = pixels.shape[:2]
    top, left = round(tall * TILE_TOP), round(wide * TILE_LEFT)
    part = pixels[top : top + round(tall * TILE_SHARE), left : left + round(wide * TILE_SHARE)]
    return np.asarray(cv2.resize(part, size[::-1], interpolation=cv2.INTER_AREA))
