"""What a page prints against what its zone says: the same, plainly otherwise, or nothing said."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.document import Mrz, MrzFormat
from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.reading.mrz import parse
from lineproof.reading.printed import match_printed
from lineproof.reading.printed_dates import dates_in
from lineproof.reading.text_lines import ReadLine, above_zone, read_lines
from lineproof.specimen import specimen_document
from lineproof.specimen_zone import Holder, build
from tests.photographed import photographed
from tests.reading.test_text_lines import finder, ocr
from tests.samples import SHARED, pixels

if TYPE_CHECKING:
    from lineproof.domain.document import PrintedField

TODAY = date(2026, 6, 1)
NOTHING = np.zeros((1, 1, 3), dtype=np.uint8)
HOLDER = Holder(surname="Müller", given_names="Anna Maria", number="L898902C3")


def zone(holder: Holder = HOLDER, kind: MrzFormat = MrzFormat.TD3) -> Mrz:
    """Give the parsed zone of a holder's document."""
    found = parse(build(kind, holder), today=TODAY)
    assert isinstance(found, Measured)
    return found.value


def page(*texts: str, sure: float = 0.99) -> list[ReadLine]:
    """Set lines one under the other, each 20 pixels high."""
    return [
        ReadLine(text=text, sure=sure, left=10, right=300, top=24.0 * row, bottom=24.0 * row + 20)
        for row, text in enumerate(texts)
    ]


def matched(lines: list[ReadLine], mrz: Mrz) -> dict[str, bool]:
    """Give what is said of each field."""
    found: Finding[tuple[PrintedField, ...]] = match_printed(NOTHING, mrz, lambda _: lines)
    return {} if isinstance(found, Unmeasured) else {each.name: each.agrees for each in found.value}


def test_no_more_is_read_than_is_needed() -> None:
    """Once the print says the same of every field, the rest of the page stays unread."""
    wanted = page("L898902C3", "MUELLER", "ANNA MARIA", "12 AUG 1974", "15 APR 2032")
    lines = iter([*wanted, *page("Surname", "SCHMIDT")])
    found = match_printed(NOTHING, zone(), lambda _: lines)
    assert isinstance(found, Measured)
    assert all(each.agrees for each in found.value)
    assert [line.text for line in lines] == ["Surname", "SCHMIDT"]


@pytest.mark.parametrize(
    "text",
    [
        "12 AUG 1974",
        "12 AUG/AOÛT 1974",
        "12AUG/AOUT74",
        "12 8月/AUG 1974",
        "12.08.1974",
        "12-08-1974",
        "12/08/1974",
        "08/12/1974",
        "1974-08-12",
        "12 08 74",
        "12.081974",
        "I2 O8 1974",
        "12 ago 1974",
        "AUG 12, 1974",
        "Born: 12.8.1974 in",
    ],
)
def test_usual_forms_of_a_date(text: str) -> None:
    """Every way in which documents print a date is read."""
    assert date(1974, 8, 12) in dates_in(text)
    assert matched(page(text), zone()) == {"date_of_birth": True}


@pytest.mark.parametrize("text", ["", "31.02.1974", "12 ABC 1974", "12.08.2517", "L898902C3"])
def test_what_is_no_date(text: str) -> None:
    """A day that does not exist, an unknown month and another calendar's year are no dates."""
    assert dates_in(text) == frozenset()


@given(st.text(max_size=60))
def test_any_text_is_looked_through(text: str) -> None:
    """No print raises."""
    matched(page("Surname", text, "Passport No.", text, "Date of birth", text), zone())


@pytest.mark.parametrize(
    "text", ["MÜLLER", "MUELLER", "Muller", "1. MULLER", "MUELLFR", "MUEL LER"]
)
def test_spellings_of_a_surname(text: str) -> None:
    """A name agrees with its marks or without, and but for one letter of the recogniser's."""
    assert matched(page(text), zone()) == {"surname": True}


def test_letters_and_digits_that_look_alike_are_the_same_number() -> None:
    """A recogniser cannot tell O from 0, and print need not either."""
    assert matched(page("No. L8989O2C3"), zone()) == {"document_number": True}


@pytest.mark.parametrize(
    ("label", "text", "field"),
    [
        ("Surname", "SMITH", "surname"),
        ("Vornamen/Given names", "GEORGE", "given_names"),
        ("Passport No.", "X4471190", "document_number"),
        ("Passport No.", "CG313WPXP", "document_number"),
        ("Date of birth/Date de naissance", "01 JAN 1990", "date_of_birth"),
        ("Date of expiry", "03.05.2027", "date_of_expiry"),
    ],
)
def test_other_print_under_a_label_disagrees(label: str, text: str, field: str) -> None:
    """A surely read value of the right kind under the field's label contradicts the zone."""
    assert matched(page(label, text), zone()) == {field: False}
    assert matched(page(label, text, sure=0.7), zone()) == {}
    assert matched(page("Label", text), zone()) == {}


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("Surname", "MULLERIN"),
        ("Surname", "Place of birth"),
        ("Surname", "L 4"),
        ("Surname", "ИВАНОВ"),
        ("Given names", "ANNA"),
        ("Given names", "ANA MARA"),
        ("Passport No.", "L898902C8"),
        ("Passport No.", "UTO"),
        ("Passport No.", "ISSUED IN ZENITH"),
        ("Passport No.", "03 MAY 2024"),
        ("Passport No.", "1510104198483275821"),
        ("Date of birth", "13 AUG 1974"),
        ("Date of birth", "1974"),
        ("Date of birth", "12 08 2517"),
    ],
)
def test_what_may_be_a_slip_is_not_held_against_a_page(label: str, text: str) -> None:
    """Near values, other labels, other scripts and other calendars are no disagreement."""
    assert matched(page(label, text), zone()) == {}


def test_a_value_that_is_elsewhere_on_the_page_agrees() -> None:
    """What was set beside the wrong label is not held against a page that has the right value."""
    lines = page("Date of birth", "01 JAN 1990", "Somewhere", "12 AUG 1974")
    assert matched(lines, zone()) == {"date_of_birth": True}


def test_print_that_another_field_says_is_not_held_against_this_one() -> None:
    """An expiry that stands nearer to the label of the birth was only set to the wrong label."""
    assert matched(page("Date of birth", "15 APR 2032"), zone()) == {"date_of_expiry": True}


def test_print_far_under_a_label_is_not_its_value() -> None:
    """A label whose value was not read has none: what comes rows below belongs elsewhere."""
    label, far = page("Surname", "SMITH")
    moved = dataclasses.replace(far, top=120.0, bottom=140.0)
    assert matched([label, moved], zone()) == {}


def test_names_cut_short_are_not_contradicted() -> None:
    """A zone whose names fill their field says only how they begin."""
    cut = zone(Holder(surname="Nilavadhanananda", given_names="Chayapa Dejthamrong Krasuang"))
    assert cut.names_truncated
    assert matched(page("Given names", "PRASERT"), cut) == {}
    assert matched(page("Given names", "CHAYAPA DEJTHAMRONG"), cut) == {"given_names": True}


def test_a_zone_is_not_its_own_print() -> None:
    """Lines of the zone itself are left out; a page without print is not measured."""
    found = match_printed(NOTHING, zone(), lambda _: page("P<UTOMUELLER<<ANNA<MARIA<<<"))
    assert found == Unmeasured("print_unread")
    none = match_printed(NOTHING, zone(), lambda _: page("AUTHORITY"))
    assert none == Unmeasured("print_elsewhere")


@pytest.mark.parametrize("kind", [MrzFormat.TD1, MrzFormat.TD3])
def test_a_photographed_specimen_agrees_in_every_field(kind: MrzFormat) -> None:
    """Through the simulated camera all five fields are found, and none disagrees."""
    drawn = np.asarray(specimen_document(kind, HOLDER, np.full((90, 70, 3), 128, np.uint8))[0])
    stored, corners = photographed(drawn, seed=7)
    photo = pixels(stored)
    if kind is MrzFormat.TD3:
        photo = above_zone(photo, _zone_corners(drawn.shape, corners))
    found = match_printed(photo, zone(kind=kind), partial(read_lines, finder=finder(), ocr=ocr()))
    assert isinstance(found, Measured)
    assert {each.name: each.agrees for each in found.value} == dict.fromkeys(
        ("document_number", "surname", "given_names", "date_of_birth", "date_of_expiry"), True
    )


def _zone_corners(
    shape: tuple[int, ...], corners: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Give where the zone of a drawn passport page lies in the photograph."""
    height, width = shape[:2]
    edges = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    zone_ = np.array([[106, 1130], [1894, 1130], [1894, 1300], [106, 1300]], dtype=np.float32)
    to = cv2.getPerspectiveTransform(edges, corners)
    return np.asarray(cv2.perspectiveTransform(zone_[None], to)[0], dtype=np.float32)


@pytest.mark.parametrize("name", ["CHN_1.jpg", "ESP_1.jpg", "SVK_2.jpg"])
def test_pages_whose_print_is_another_persons_are_caught(name: str) -> None:
    """On synthetic pages of which the print does not belong to the zone, nothing agrees."""
    folder = SHARED / "data" / "mrz_pages"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    lines = json.loads((folder / "truth.json").read_text())[name]
    mrz = parse(lines, today=TODAY)
    assert isinstance(mrz, Measured)
    photo = pixels((folder / name).read_bytes())
    found = match_printed(photo, mrz.value, partial(read_lines, finder=finder(), ocr=ocr()))
    assert isinstance(found, Measured)
    assert not any(each.agrees for each in found.value)
