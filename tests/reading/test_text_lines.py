"""Lines of print are found where they stand, and read."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from lineproof.domain.finding import Unreadable
from lineproof.reading.ocr import Ocr, open_ocr
from lineproof.reading.text_lines import (
    MOST_PIXELS,
    TextFinder,
    above_zone,
    cut_line,
    find_lines,
    open_text_finder,
    read_lines,
)

PLACES = {"Surname": (60, 40), "ERIKSSON": (60, 90), "12 AUG 1974": (420, 240)}


@lru_cache(maxsize=1)
def finder() -> TextFinder:
    """Give the detector."""
    found = open_text_finder()
    assert isinstance(found, TextFinder)
    return found


@lru_cache(maxsize=1)
def ocr() -> Ocr:
    """Give the recogniser."""
    found = open_ocr()
    assert isinstance(found, Ocr)
    return found


def print_() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Draw three lines of print: (320, 704, 3)."""
    page = Image.new("RGB", (704, 320), (232, 236, 230))
    draw = ImageDraw.Draw(page)
    for text, place in PLACES.items():
        draw.text(place, text, font=ImageFont.load_default(32), fill=(30, 40, 60))
    return np.asarray(page)


@pytest.mark.parametrize("larger", [1, 3])
def test_lines_are_found_and_read_where_they_stand(larger: int) -> None:
    """Every line is read inside a box round where it was drawn."""
    size = (704 * larger, 320 * larger)
    pixels = np.asarray(cv2.resize(print_(), size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    lines = list(read_lines(pixels, finder(), ocr()))
    assert sorted(line.text for line in lines) == sorted(PLACES)
    for line in lines:
        x, y = PLACES[line.text]
        assert line.left <= (x + 4) * larger < line.right
        assert line.top <= (y + 20) * larger <= line.bottom
        assert line.height < 70 * larger
        assert line.sure > 0.5


def test_a_tilted_line_is_cut_out_level() -> None:
    """A line that climbs by ten degrees is read from its own rectangle."""
    turn = cv2.getRotationMatrix2D((352, 160), 10, 1)
    tilted = cv2.warpAffine(print_(), turn, (704, 320), borderValue=(232, 236, 230))
    pixels = np.asarray(tilted, dtype=np.uint8)
    cuts = [cut_line(pixels, quad) for quad in find_lines(pixels, finder())]
    assert "ERIKSSON" in [text for text, _ in ocr().text(cuts)]
    assert all(cut.shape[1] > cut.shape[0] for cut in cuts)


@pytest.mark.parametrize("upside", [False, True])
def test_print_above_a_zone_is_turned_level(*, upside: bool) -> None:
    """What lies over the zone's corners comes out upright, whichever way the picture lies."""
    zone = np.array([[40, 290], [660, 290], [660, 318], [40, 318]], dtype=np.float32)
    pixels = print_()
    if upside:
        pixels, zone = np.ascontiguousarray(pixels[::-1, ::-1]), np.array([704, 320]) - zone
    above = above_zone(pixels, zone.astype(np.float32))
    assert {line.text for line in read_lines(above, finder(), ocr())} == set(PLACES)


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (1, 40_000), (40_000, 1)])
def test_pictures_of_any_shape_are_looked_at(shape: tuple[int, int]) -> None:
    """A dot and a thread have no lines, and are not blown up on the way."""
    assert find_lines(np.full((*shape, 3), 128, dtype=np.uint8), finder()) == []


def test_the_detector_never_sees_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large picture is made small first."""
    seen: list[int] = []

    def heat(_: TextFinder, pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> object:
        seen.append(pixels.shape[0] * pixels.shape[1])
        return np.zeros(pixels.shape[:2], dtype=np.float32)

    monkeypatch.setattr(TextFinder, "heat", heat)
    find_lines(np.zeros((4000, 3000, 3), dtype=np.uint8), finder())
    assert seen[0] < 1.1 * MOST_PIXELS


def test_a_missing_or_another_file_is_refused(tmp_path: Path) -> None:
    """The detector is the one file that was measured, or none."""
    missing = open_text_finder(tmp_path / "none.onnx")
    (tmp_path / "other.onnx").write_bytes(b"other")
    other = open_text_finder(tmp_path / "other.onnx")
    assert isinstance(missing, Unreadable)
    assert isinstance(other, Unreadable)
    assert (missing.code, other.code) == ("text_finder_missing", "text_finder_altered")
