from __future__ import annotations

import io
import json
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image

from lineproof.domain.finding import Measured, Unmeasured, Unreadable
from lineproof.reading.ocr import Ocr, open_ocr
from lineproof.reading.zone_reader import ZoneReading, read_zone
from tests.samples import SHARED, document, photograph, pixels

if TYPE_CHECKING:
    from lineproof.domain.document import Mrz

TODAY = date(2026, 11, 24)
PAGES = SHARED / "data" / "mrz_pages"
Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
NUMBERS = "L898902C36UTO7408122<3204153<<<<<<<<<<<<<<<4"


@lru_cache(maxsize=1)
def ocr() -> Ocr:
    """Give the recogniser; skip where its package is not installed."""
    found = open_ocr()
    if isinstance(found, Unreadable):
        pytest.skip(f"the text recogniser is not here ({found.code}): make test installs it")
    return found


@lru_cache(maxsize=1)
def page() -> Pixels:
    """Give the demonstration's specimen page."""
    return pixels(document())


def read(picture: Pixels) -> ZoneReading:
    """Read the zone in a picture."""
    return read_zone(np.ascontiguousarray(picture), ocr(), today=TODAY)


def settled(reading: ZoneReading) -> Mrz:
    """Give the zone that was read."""
    assert isinstance(reading.mrz, Measured)
    return reading.mrz.value


def lines(reading: ZoneReading) -> list[str | None]:
    """Give the lines, None for one that was not settled; nothing where there is no zone."""
    if isinstance(reading.mrz, Unmeasured):
        return []
    return [each.value if isinstance(each, Measured) else None for each in reading.mrz.value.lines]


@pytest.mark.parametrize("quarters", range(4))
def test_a_page_is_read_whichever_way_it_is_held(quarters: int) -> None:
    """All check digits are good in each of four directions, and the way up is told."""
    found = read(np.rot90(page(), quarters))
    assert settled(found).proven
    assert lines(found)[1] == NUMBERS
    assert found.upright == quarters * 90
    assert found.corners is not None
    assert found.corners.shape == (4, 2)


@pytest.mark.parametrize("degrees", [-10, 10, 17])
def test_a_tilted_page_is_read(degrees: float) -> None:
    """A hand does not hold still: the zone is found along its own slope."""
    height, width = page().shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.75)
    found = read(np.asarray(cv2.warpAffine(page(), matrix, (width, height)), np.uint8))
    assert settled(found).proven


def test_what_is_hidden_is_never_guessed() -> None:
    """A thumb over part of the numbers leaves them out: no check digit search invents them."""
    spoilt = page().copy()
    found = read(page())
    assert found.lines is not None
    left, top = found.lines[1].min(axis=0).astype(int)
    right, bottom = found.lines[1].max(axis=0).astype(int)
    spoilt[top - 4 : bottom + 4, left : left + (right - left) // 4] = 128
    told = lines(read(spoilt))
    assert not told or told[1] is None


def test_a_wrong_check_digit_is_not_repaired_away() -> None:
    """Digits that are plainly printed and do not add up never come out as ones that do."""
    spoilt = page().copy()
    found = read(page())
    assert found.lines is not None
    left, top = found.lines[1].min(axis=0)
    right, bottom = found.lines[1].max(axis=0)
    pitch = (right - left) / 44
    # The eight of the number is covered by the nine beside it.
    from_, to = round(left + 2 * pitch), round(left + 1 * pitch)
    size, rows = round(pitch), slice(round(top) - 3, round(bottom) + 3)
    spoilt[rows, to : to + size] = page()[rows, from_ : from_ + size]
    told = read(spoilt)
    if isinstance(told.mrz, Measured) and lines(told)[1] is not None:
        assert not told.mrz.value.proven


def test_pictures_without_a_zone_have_none() -> None:
    """A face, nothing at all and noise are not read as anybody's document."""
    noise = np.random.default_rng(7).integers(0, 256, (600, 800, 3), dtype=np.uint8)
    for picture in (pixels(photograph("obama.jpg")), np.full((400, 600, 3), 200, np.uint8), noise):
        assert isinstance(read(picture).mrz, Unmeasured)


def test_no_line_is_in_a_repr() -> None:
    """What ends in a log must not hold a document's number."""
    assert "L898902C3" not in repr(read(page()))


def truth(suffix: str) -> dict[str, list[str]]:
    """Give the true lines of some public pages; skip where the data folder is absent."""
    if not PAGES.is_dir():
        pytest.skip("the data folder with passport pages is absent")
    told: dict[str, list[str]] = json.loads((PAGES / "truth.json").read_text())
    return {name: told[name] for name in told if name.endswith(suffix)}


@pytest.mark.parametrize("quarters", [0, 1])
def test_no_wrong_line_is_accepted_and_nearly_all_are_right(quarters: int) -> None:
    """Ten of the public pages: not one line wrong, and at most one left out."""
    told = dict(list(truth("_1.jpg").items())[::2][:10])
    exact = 0
    for name, expected in told.items():
        picture = np.asarray(Image.open(io.BytesIO((PAGES / name).read_bytes())).convert("RGB"))
        got = lines(read(np.rot90(picture, quarters)))
        exact += sum(one == other for one, other in zip(got, expected, strict=False))
        assert all(one in (None, other) for one, other in zip(got, expected, strict=False)), name
    assert exact >= 2 * len(told) - 1
