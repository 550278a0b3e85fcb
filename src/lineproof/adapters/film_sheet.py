"""The sheet of a film, decoded and cut into its tiles; in memory only."""

from __future__ import annotations

from lineproof.adapters.message_check import SHEET
from lineproof.domain.capture_film import (
    TILE_TALL,
    TILE_WIDE,
    TILES_ACROSS,
    CapturedFilm,
    sheet_size,
)
from lineproof.domain.finding import Unreadable
from lineproof.face.image import decode, read_header
from lineproof.face.liveness.film import Film

LEAST_QUALITY = 85
"""Of a JPEG. What a stronger compression does to colours looks like rows, tile by tile."""


def film_of(captured: CapturedFilm) -> Film | None:
    """Give the tiles in order of time; None where the sheet is damaged, of another size or poor."""
    many = len(captured.at_ms)
    header = read_header(captured.sheet, SHEET)
    if isinstance(header, Unreadable) or (header.width, header.height) != sheet_size(many):
        return None
    if header.jpeg_quality is not None and header.jpeg_quality < LEAST_QUALITY:
        return None
    sheet = decode(captured.sheet, header, longest_side=None)
    if isinstance(sheet, Unreadable):
        return None
    rows = sheet.pixels.reshape(-1, TILE_TALL, TILES_ACROSS, TILE_WIDE, 3)
    tiles = rows.swapaxes(1, 2).reshape(-1, TILE_TALL, TILE_WIDE, 3)[:many]
    return Film(captured.at_ms, tiles)
