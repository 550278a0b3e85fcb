"""France's identity card until 2021: its own layout, parsed and read from a picture."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from lineproof import specimen
from lineproof.domain.document import MrzFormat, said
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.reading.french_card import ALPHABETS, parse_french_card
from lineproof.reading.mrz import parse
from lineproof.reading.zone_reader import read_zone
from lineproof.specimen_zone import Holder
from tests.photographed import photographed
from tests.reading.test_zone_reader import ocr
from tests.samples import pixels

TODAY = date(2026, 11, 24)
LINES = ("IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6")
"""The State's own specimen, as it is published."""

TOLD = {
    "document_code": "ID",
    "issuing_state": "FRA",
    "surname": "BERTHIER",
    "given_names": "CORINNE",
    "document_number": "880692310285",
    "date_of_birth": "1965-12-06",
}


def test_the_specimen_is_parsed() -> None:
    """Its three check digits are good, and it says neither expiry nor nationality."""
    mrz = parse_french_card(LINES, TODAY)
    assert (mrz.format, mrz.proven, len(mrz.checks)) == (MrzFormat.TD2, True, 3)
    assert said(mrz) == TOLD
    assert mrz.date_of_expiry == Unmeasured("not_in_this_zone")
    assert not mrz.names_truncated


@pytest.mark.parametrize(
    ("line", "at", "bad"),
    [
        (1, 0, ["document_number", "composite"]),
        (1, 27, ["date_of_birth", "composite"]),
        (0, 5, ["composite"]),
        (1, 13, ["composite"]),
        (1, 35, ["composite"]),
    ],
)
def test_each_check_digit_covers_what_it_should(line: int, at: int, bad: list[str]) -> None:
    """A changed character breaks the check digits over it and no others; names are covered too."""
    lines = list(LINES)
    other = "9" if lines[line][at].isdigit() else "X"
    lines[line] = lines[line][:at] + other + lines[line][at + 1 :]
    mrz = parse_french_card(lines, TODAY)
    assert [check.name for check in mrz.checks if not check.good] == bad


def test_an_unsettled_line_leaves_its_fields_open() -> None:
    """Nothing is made up for a line that was not read."""
    mrz = parse_french_card((LINES[0], None), TODAY)
    assert said(mrz) == {"document_code": "ID", "issuing_state": "FRA", "surname": "BERTHIER"}
    assert not mrz.proven


def test_it_is_no_layout_of_icao() -> None:
    """Given as text to the parser of ICAO's formats, it is named and not called wrong."""
    assert parse(LINES, today=TODAY) == Unmeasured("not_icao_layout")


def test_the_alphabets_fit_the_specimen() -> None:
    """What may stand at each place has the specimen's own characters."""
    for line, allowed in zip(LINES, ALPHABETS, strict=True):
        assert len(line) == len(allowed)
        assert all(letter in each for letter, each in zip(line, allowed, strict=True))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_read_from_a_photograph(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Found and read like any other zone (drawn in OCR-B, a simulated photograph)."""
    monkeypatch.setattr(specimen, "build", lambda *_: LINES)
    grey = np.full((90, 70, 3), 90, dtype=np.uint8)
    (page,) = specimen.specimen_document(MrzFormat.TD2, Holder(), grey)
    picture, _ = photographed(np.asarray(page), seed=seed, glare=0)
    found = read_zone(np.ascontiguousarray(pixels(picture)), ocr(), today=TODAY).mrz
    assert isinstance(found, Measured)
    assert found.value.proven
    assert said(found.value) == TOLD
