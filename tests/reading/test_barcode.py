from __future__ import annotations

import numpy as np
import pytest
import zxingcpp

from lineproof.reading.barcode import barcodes_in
from tests.reading.payloads import FIELDS, HELD_BADLY, card, licence, photographed, symbol

PDF417 = zxingcpp.BarcodeFormat.PDF417
QR = zxingcpp.BarcodeFormat.QRCode
LICENCE = symbol(licence(), PDF417, 760)


@pytest.mark.parametrize("degrees", [0, 7, -20, 33, 45, 71, 90, 112, 180, 205, 270, 318])
def test_a_licence_is_read_at_any_angle(degrees: float) -> None:
    """A photographed PDF417 gives its licence whichever way the card lies."""
    (found,) = barcodes_in(photographed(card(LICENCE), degrees))
    assert (found.symbology, found.standard, dict(found.fields)) == ("PDF417", "aamva", FIELDS)


@pytest.mark.parametrize("degrees", [71, 112, 318])
def test_a_licence_is_read_from_aside(degrees: float) -> None:
    """Perspective moves bars and rows apart by degrees, and the licence is still read."""
    long = licence(
        extra=["DAG12345 SOME LONG STREET NAME 55", "DCF0123456789", "ZZA" + "AB12" * 22]
    )
    page = card(symbol(long, PDF417, 1000))
    (found,) = barcodes_in(photographed(page, degrees, corners=HELD_BADLY))
    assert found.fields == FIELDS


@pytest.mark.parametrize("kind", ["QRCode", "Aztec", "DataMatrix"])
def test_square_codes_are_read_at_any_angle(kind: str) -> None:
    """QR Code, Aztec and Data Matrix give their text."""
    text = "https://example.org/42?name=Zoë"
    drawn = symbol(text, getattr(zxingcpp.BarcodeFormat, kind), 260)
    (found,) = barcodes_in(photographed(card(drawn), 28))
    assert (found.symbology, found.standard, found.fields) == (kind, "text", {"text": text})


def test_two_codes_on_one_tilted_card() -> None:
    """A square code that is found at once does not keep the other from being looked for."""
    page = card(LICENCE, symbol("hello", QR, 240))
    found = barcodes_in(photographed(page, 24))
    assert sorted(code.symbology for code in found) == ["PDF417", "QRCode"]


def test_several_codes_are_given_once_each() -> None:
    """Each different code is given once, and no more than ten."""
    codes = [symbol(f"code {number}", QR, 150) for number in (1, 2, 3, 1)]
    texts = [code.fields["text"] for code in barcodes_in(photographed(card(*codes), 3))]
    assert sorted(texts) == ["code 1", "code 2", "code 3"]
    page = np.hstack([card(*[symbol(f"n {i} {j}", QR, 110) for j in range(4)]) for i in range(4)])
    assert len(barcodes_in(photographed(page))) == 10


def test_huge_pictures_are_reduced_and_read() -> None:
    """A picture of forty million pixels gives the codes that survive a look from afar."""
    page = np.full((5000, 8000), 200, np.uint8)
    page[1000 : 1000 + 4 * LICENCE.shape[0], 500 : 500 + 4 * LICENCE.shape[1]] = np.kron(
        LICENCE, np.ones((4, 4), np.uint8)
    )
    (found,) = barcodes_in(np.repeat(page[:, :, None], 3, 2))
    assert found.fields == FIELDS


def test_small_codes_in_large_pictures_need_the_second_look() -> None:
    """What is too fine at the usual size is looked at again with twice as many pixels."""
    page = np.full((2400, 4800), 200, np.uint8)
    small = symbol(licence(), PDF417, 380)
    page[700 : 700 + small.shape[0], 900 : 900 + small.shape[1]] = small
    (found,) = barcodes_in(np.repeat(page[:, :, None], 3, 2))
    assert found.fields == FIELDS


def test_a_damaged_code_is_not_given() -> None:
    """More damage than the code's own correction can mend leaves nothing."""
    page = card(LICENCE)
    page[110 : 110 + LICENCE.shape[0], 300:560] = 235
    assert barcodes_in(photographed(page)) == ()


def test_what_looks_like_a_licence_and_is_none_gives_nothing() -> None:
    """A licence without number and date of birth is no licence, and its text is not kept."""
    text = licence(extra=["DBC2"]).replace("DAQ", "DAX").replace("DBB", "DBX")
    (found,) = barcodes_in(photographed(card(symbol(text, PDF417, 760))))
    assert (found.standard, found.fields) == ("text", {})


def test_bytes_that_are_no_text_are_not_given() -> None:
    """A code that holds binary data says only that it is there."""
    drawn = zxingcpp.create_barcode(bytes(range(256)), QR)
    page = np.array(zxingcpp.write_barcode_to_image(drawn, scale=5), np.uint8)
    (found,) = barcodes_in(photographed(card(page)))
    assert (found.symbology, found.fields) == ("QRCode", {})


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (40, 40), (33, 3000)])
def test_pictures_without_codes_give_none(shape: tuple[int, int]) -> None:
    """Blank, small, narrow and noisy pictures hold nothing."""
    random = np.random.default_rng(5)
    assert barcodes_in(np.zeros((*shape, 3), np.uint8)) == ()
    assert barcodes_in(random.integers(0, 256, (*shape, 3), np.uint8)) == ()


def test_bars_that_are_no_barcode_give_none() -> None:
    """Stripes at an angle are tried, and nothing is made of them."""
    across, down = np.meshgrid(np.arange(900), np.arange(700))
    stripes = np.where((across + down // 3) % 14 < 7, 30, 220).astype(np.uint8)
    assert barcodes_in(np.repeat(stripes[:, :, None], 3, 2)) == ()


def test_nothing_that_was_read_is_in_the_repr() -> None:
    """What ends in a log names no person."""
    assert "SAMPLE" not in repr(barcodes_in(photographed(card(LICENCE))))
