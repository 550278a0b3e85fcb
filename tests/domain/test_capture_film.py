from __future__ import annotations

from pathlib import Path

import pytest

from lineproof.domain.capture_film import (
    BEFORE_MS,
    LEAST_APART_MS,
    MOST_FILM_BYTES,
    MOST_OF_ONE,
    MOST_TILES,
    TILE_LEFT,
    TILE_SHARE,
    TILE_TALL,
    TILE_TOP,
    TILE_WIDE,
    TILES_ACROSS,
    UNTIL_MS,
    sheet_size,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "liveness.md"


@pytest.mark.parametrize(
    ("tiles", "size"),
    [(1, (384, 64)), (8, (384, 64)), (9, (384, 128)), (64, (384, 512)), (72, (384, 576))],
)
def test_a_sheet_is_as_tall_as_its_rows(tiles: int, size: tuple[int, int]) -> None:
    """Eight tiles to a row, each row begun is there whole."""
    assert sheet_size(tiles) == size


def test_the_document_tells_a_film_s_form() -> None:
    """Who builds a client reads there what this one holds a film to."""
    text = " ".join(DOCUMENT.read_text("utf-8").split())
    across, share = TILE_WIDE * TILES_ACROSS, f"{TILE_SHARE} of a frame's width and height"
    told = (
        f"(1 to {MOST_TILES}, each later than the one before)",
        f"at most {MOST_FILM_BYTES // 1_000} 000 bytes, a sheet",
        f"tiles of {TILE_WIDE} by {TILE_TALL} pixels (wide, tall)",
        f"{across} pixels wide and {TILE_TALL} tall for each row begun",
        f"from {BEFORE_MS} ms before a colour to {UNTIL_MS} ms after its start",
        f"{LEAST_APART_MS} ms or more after the tile before and {MOST_OF_ONE} of a change at most",
        f"{share}, from {TILE_LEFT} of its width and {TILE_TOP} of its height",
    )
    assert [each for each in told if each not in text] == []
