"""A camera's film in which each frame tells its own number, where the face would be."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from lineproof.adapters.film_sheet import film_of
from lineproof.domain.capture_film import (
    TILE_LEFT,
    TILE_SHARE,
    TILE_TALL,
    TILE_TOP,
    TILE_WIDE,
)
from tests.pages.place import as_jpeg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from lineproof.domain.liveness import LiveCapture

    Tile = NDArray[np.uint8]

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


def number_of(face: Tile) -> int:
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


def as_tile(frame: bytes) -> Tile:
    """Make of a frame's file what a tile shows of it (64, 48, 3)."""
    picture = Image.open(io.BytesIO(frame)).convert("RGB")
    left, top = picture.width * TILE_LEFT, picture.height * TILE_TOP
    face = (left, top, left + picture.width * TILE_SHARE, top + picture.height * TILE_SHARE)
    return np.asarray(picture.resize((TILE_WIDE, TILE_TALL), Image.Resampling.BOX, face))


def pairs_of(told: LiveCapture, frames: Sequence[bytes]) -> list[tuple[Tile, Tile]]:
    """Give each tile, and what it would be of the frame that was taken in the same moment."""
    assert told.film is not None
    film = film_of(told.film)
    assert film is not None
    own = {at: as_tile(frame) for at, frame in zip(told.at_ms, frames, strict=True)}
    tiles = zip(told.film.at_ms, film.tiles, strict=True)
    return [(tile, own[at]) for at, tile in tiles if at in own]


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
