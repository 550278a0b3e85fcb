"""A film: one small picture of every frame that the camera gave round each change of colour.

The frames of a message are taken when a colour has settled. What happens at the change itself is
over within two or three frames, so these are sent as tiles of one sheet. A tile is small, and still
a face: it is treated as the frames are, in memory, shown to nobody and kept nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field

TILE_WIDE, TILE_TALL = 48, 64
"""In pixels."""
TILE_LEFT, TILE_TOP, TILE_SHARE = 0.2, 0.17, 0.6
"""What a tile shows of a frame: from there on this share of its width and height, the face."""
TILES_ACROSS = 8
"""Tiles stand row by row, from left to right."""
LEAST_APART_MS = 25
"""From one tile to the next: of a faster camera's frames some are left out."""
MOST_OF_ONE, MOST_TILES = 12, 72
"""Tiles of one change, and of a film."""
BEFORE_MS, UNTIL_MS = 120, 250
"""A change is shown from so long before it until so long after it."""
MOST_FILM_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class CapturedFilm:
    """The sheet as it came, and when each of its tiles was taken, in ms since the script began."""

    at_ms: tuple[int, ...]
    sheet: bytes = field(repr=False)


def sheet_size(tiles: int) -> tuple[int, int]:
    """Give (width, height) of a sheet of so many tiles, in pixels."""
    return TILE_WIDE * TILES_ACROSS, TILE_TALL * -(-tiles // TILES_ACROSS)
