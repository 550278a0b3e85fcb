"""A camera's film in which each frame tells its own number, where the face would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from lineproof.domain.capture_film import TILE_LEFT, TILE_SHARE, TILE_TOP
from tests.pages.place import as_jpeg

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

FRAMES = 300
"""Ten seconds of a camera: longer than any script, so that no number comes twice."""
EVERY_MS = 100 / 3
"""A browser takes a film of pictures for one of 30 a second."""

ACROSS = 3
"""Squares in a row, and rows: a bit each."""
DARK, LIGHT = 40, 215


def numbered_film(file: Path, size: tuple[int, int] = (640, 480)) -> Path:
    """Write the film."""
    file.write_bytes(b"".join(as_jpeg(_numbered(number, size)) for number in range(FRAMES)))
    return file


def number_of(face: NDArray[np.uint8]) -> int:
    """Read the number off a picture of the face's place (tall, wide, 3)."""
    tall, wide = face.shape[:2]
    number = 0
    for place in range(ACROSS**2):
        row, column = divmod(place, ACROSS)
        middle = face[
            round(tall * (row + 0.3) / ACROSS) : round(tall * (row + 0.7) / ACROSS),
            round(wide * (column + 0.3) / ACROSS) : round(wide * (column + 0.7) / ACROSS),
        ]
        number |= int(middle.mean() > (DARK + LIGHT) / 2) << place
    return number


def face_of(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut the face's place out of a frame."""
    tall, wide = frame.shape[:2]
    top, left = round(tall * TILE_TOP), round(wide * TILE_LEFT)
    return frame[top : top + round(tall * TILE_SHARE), left : left + round(wide * TILE_SHARE)]


def _numbered(number: int, size: tuple[int, int]) -> Image.Image:
    wide, tall = size
    picture = Image.new("RGB", size, "#9aa6ad")
    pen = ImageDraw.Draw(picture)
    part = (tall * 3 / 4 * TILE_SHARE / ACROSS, tall * TILE_SHARE / ACROSS)
    left, top = (wide - tall * 3 / 4) / 2 + tall * 3 / 4 * TILE_LEFT, tall * TILE_TOP
    for place in range(ACROSS**2):
        row, column = divmod(place, ACROSS)
        x, y = left + column * part[0], top + row * part[1]
        shade = LIGHT if number >> place & 1 else DARK
        pen.rectangle((x, y, x + part[0], y + part[1]), fill=(shade, shade, shade))
    return picture
