from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from lineproof.adapters.film_sheet import film_of
from lineproof.adapters.message_check import SHEET
from lineproof.domain.capture_film import MOST_TILES, CapturedFilm, sheet_size
from lineproof.face.image import Header, read_header
from tests.adapters.test_message_check import picture


def sheet_of(tiles: int, form: str = ".jpg") -> bytes:
    """Draw a sheet on which tile number k is of the grey 3 * k, its lower half 40 brighter."""
    width, height = sheet_size(tiles)
    pixels = np.full((height, width, 3), 255, np.uint8)
    for number in range(tiles):
        top, left = number // 8 * 64, number % 8 * 48
        pixels[top : top + 64, left : left + 48] = 3 * number
        pixels[top + 32 : top + 64, left : left + 48] += 40
    return cv2.imencode(form, pixels)[1].tobytes()


@pytest.mark.parametrize("form", [".jpg", ".webp"])
@pytest.mark.parametrize("tiles", [1, 7, 8, 9, MOST_TILES])
def test_a_sheet_is_cut_into_its_tiles(tiles: int, form: str) -> None:
    """Row by row from left to right, each upright, and nothing of what is left of the last row."""
    times = tuple(range(0, 30 * tiles, 30))
    film = film_of(CapturedFilm(times, sheet_of(tiles, form)))
    assert film is not None
    assert film.at_ms == times
    assert film.tiles.shape == (tiles, 64, 48, 3)
    assert film.tiles.dtype == np.uint8
    upper = film.tiles[:, :32].mean(axis=(1, 2, 3))
    lower = film.tiles[:, 32:].mean(axis=(1, 2, 3))
    assert np.abs(upper - 3 * np.arange(tiles)).max() < 2
    assert np.abs(lower - upper - 40).max() < 2


def test_colours_are_red_green_blue() -> None:
    """As every check takes them: a sheet of orange is orange."""
    pixels = np.empty((64, 384, 3), np.uint8)
    pixels[:] = (20, 120, 220)  # OpenCV writes blue first.
    film = film_of(CapturedFilm((0,), cv2.imencode(".webp", pixels)[1].tobytes()))
    assert film is not None
    assert np.abs(film.tiles.mean(axis=(0, 1, 2)) - (220, 120, 20)).max() < 4


@pytest.mark.parametrize(("quality", "is_film"), [(30, False), (80, False), (90, True), (98, True)])
def test_a_sheet_that_was_compressed_much_is_none(quality: int, *, is_film: bool) -> None:
    """Its colours step where the compression had them step, and not where a sensor did."""
    pixels = np.full((64, 384, 3), 120, np.uint8)
    sheet = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
    assert (film_of(CapturedFilm((0,), sheet)) is not None) == is_film


def without_pixels(form: str) -> bytes:
    """Spoil a sheet's coded pixels, or the tables that they are read by, and no header."""
    sheet = sheet_of(9, form)
    at, many = (sheet.index(b"\xff\xc4") + 5, 16) if form == ".jpg" else (30, len(sheet) - 30)
    return sheet[:at] + b"\xff" * many + sheet[at + many :]


@pytest.mark.parametrize("form", [".jpg", ".webp"])
def test_a_sheet_whose_pixels_are_damaged_is_none(form: str) -> None:
    """Its header says all that a header must, so that the message is taken; nothing is raised."""
    spoilt = without_pixels(form)
    header = read_header(spoilt, SHEET)
    assert isinstance(header, Header)
    assert (header.width, header.height) == sheet_size(9)
    assert film_of(CapturedFilm(tuple(range(9)), spoilt)) is None


@pytest.mark.parametrize(
    "sheet",
    [b"", b"no picture", sheet_of(9)[:-30], picture(3, size=(4_000, 4_000)), sheet_of(8)],
    ids=["empty", "text", "cut", "bomb", "of eight"],
)
def test_what_is_no_sheet_of_nine_is_none(sheet: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever calls it, nothing that is not of its size is decoded."""

    def decoded(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(cv2, "imdecode", decoded)
    monkeypatch.setattr(Image, "open", decoded)
    assert film_of(CapturedFilm(tuple(range(9)), sheet)) is None


def test_a_film_shows_no_pixel_when_it_is_written_out() -> None:
    """A log line or a fault's message that holds one tells times alone."""
    captured = CapturedFilm((0, 30), sheet_of(2))
    assert repr(captured) == "CapturedFilm(at_ms=(0, 30))"
    assert "array" not in repr(film_of(captured))
