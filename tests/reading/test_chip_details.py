"""DG11: what a chip adds about its holder, as facts with the chip's strength."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.document import (
    DocumentFinding,
    Proof,
    Source,
    Strength,
    best,
    disagreements,
    facts,
    unread,
)
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.reading.chip import read_chip
from lineproof.reading.data_group_11 import holder_details
from lineproof.reading.issuers import NOBODY
from tests.reading import pki
from tests.reading.records import tlv
from tests.reading.test_chip import TODAY, Chip, trusted
from tests.samples import SHARED

NAME = ("5F0E", "Ерикссон<<Анна<Мария<".encode())
NUMBER = ("5F10", b"740812-1234")
BORN = ("5F2B", b"19740812")


def group(*fields: tuple[str, bytes]) -> bytes:
    """Make DG11 of these fields, with its list of tags before them."""
    listed = bytes.fromhex("".join(tag for tag, _ in fields))
    body = b"".join(tlv(int(tag, 16), value) for tag, value in fields)
    return pki.element(0x6B, tlv(0x5C, listed) + body)


def document(stored: bytes, zone: str = pki.ZONE, *, known: bool = True) -> DocumentFinding:
    """Read a chip with this DG11, signed by a CA that is trusted or not."""
    files = Chip({1: pki.dg1(zone), 11: stored}).files()
    chip = read_chip(files, trusted() if known else NOBODY, today=TODAY).finding
    nothing = unread("no_page")
    return DocumentFinding(
        mrz=nothing.mrz,
        chip=Measured(chip),
        printed=nothing.printed,
        barcodes=(),
        national_numbers=(),
        signals={},
        portrait=nothing.portrait,
    )


def told(found: DocumentFinding) -> dict[tuple[str, Source], tuple[str, Strength]]:
    """Give the facts by name and source; of two values of one source, the first."""
    given: dict[tuple[str, Source], tuple[str, Strength]] = {}
    for fact in facts(found):
        given.setdefault((fact.name, fact.source), (fact.value, fact.strength))
    return given


def test_details_are_facts_of_the_chip() -> None:
    """Name in its own script, number and date are strong where the issuer signed DG11."""
    found = told(document(group(NAME, NUMBER, BORN)))
    assert found["full_name", Source.CHIP] == ("Ерикссон, Анна Мария", Strength.STRONG)
    assert found["personal_number", Source.CHIP] == ("740812-1234", Strength.STRONG)
    assert found["date_of_birth", Source.CHIP] == ("1974-08-12", Strength.STRONG)


def test_details_that_nobody_signed_prove_nothing() -> None:
    """Under an issuer that is not known, they are told with no strength at all."""
    found = told(document(group(NAME), known=False))
    assert found["full_name", Source.CHIP] == ("Ерикссон, Анна Мария", Strength.NONE)


def test_the_year_of_birth_is_the_one_written_out() -> None:
    """A zone says 12 for 1912 and for 2012; DG11 says which, and the two do not disagree."""
    old = pki.ZONE.replace("7408122", "1208127")
    found = document(group(("5F2B", b"19120812")), old)
    assert best(found, "date_of_birth") == "1912-08-12"
    assert disagreements(found) == ()


def test_a_date_that_is_not_known_whole_stands_back_behind_the_zone_s() -> None:
    """DG11 without the day, or without anything, takes nothing from what DG1 tells."""
    for born in (b"19740800", b"00000000"):
        found = document(group(("5F2B", born)))
        assert best(found, "date_of_birth") == "1974-08-12"
        assert disagreements(found) == ()


def test_another_date_of_birth_than_the_zone_s_disagrees() -> None:
    """Two groups of one chip that tell two days are a case for a person."""
    found = document(group(("5F2B", b"19740813")))
    assert disagreements(found) == ("date_of_birth",)
    assert {fact.strength for fact in facts(found)} == {Strength.NONE}


@pytest.mark.parametrize(
    ("stored", "date"),
    [
        (b"19740812", "1974-08-12"),
        (bytes.fromhex("19740812"), "1974-08-12"),
        (b"19740800", "1974-08-XX"),
        (b"00000000", "XXXX-XX-XX"),
        (b"19740230", None),
        (b"19741301", None),
        (b"1974-8-1", None),
        (bytes.fromhex("1974081F"), None),
        (b"197408", None),
    ],
)
def test_dates_are_characters_or_packed_digits(stored: bytes, date: str | None) -> None:
    """Eight characters or four packed bytes; a day that no calendar has is no date."""
    found = holder_details(group(("5F2B", stored)))
    assert isinstance(found, Measured)
    born = found.value.date_of_birth
    assert (str(born.value) if isinstance(born, Measured) else None) == date


@pytest.mark.parametrize(
    "name", [b"", b"<<<", b"A\x1b[2J", b"A\nB", b"\xff\xfe", b"A" * 201, "A\u202eB".encode()]
)
def test_what_is_no_text_is_not_told(name: bytes) -> None:
    """Control codes, other encodings and endless names become no fact."""
    found = holder_details(group(("5F0E", name), NUMBER))
    assert isinstance(found, Measured)
    assert found.value.full_name == Unmeasured("dg11_malformed")
    assert found.value.personal_number == Measured("740812-1234")


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        pki.element(0x61, b""),
        group(NAME, NAME),
        group(NAME)[:-1],
        group(NAME) + b"\0",
        b"\x6b\x80\x5f\x0e\x01A\0\0",
        b"\x6b\x84\xff\xff\xff\xff" + bytes(40),
    ],
)
def test_a_broken_group_says_so(stored: bytes) -> None:
    """Another group, a field twice, cut, trailing or of a length that cannot be: one code."""
    assert holder_details(stored) == Unmeasured("dg11_malformed")


@given(st.binary(max_size=200))
def test_no_bytes_raise(junk: bytes) -> None:
    """Whatever stands in the group, there is an answer and what it tells can be shown."""
    for stored in (junk, pki.element(0x6B, junk)):
        found = holder_details(stored)
        if isinstance(found, Measured) and isinstance(found.value.full_name, Measured):
            assert found.value.full_name.value.isprintable()


def test_the_standard_s_worked_example() -> None:
    """ICAO 9303-10's own DG11 gives its name; it has neither number nor date of birth."""
    path = SHARED / "data" / "emrtd" / "icao9303p10_sample" / "EF.DG11.bin"
    if not path.is_file():
        pytest.skip("the published data groups are not here")
    found = holder_details(path.read_bytes())
    assert isinstance(found, Measured)
    assert found.value.full_name == Measured("SMITH, JOHN J")
    assert found.value.personal_number == Unmeasured("dg11_not_told")


def test_a_chip_without_details_says_so() -> None:
    """DG11 is optional, and its absence is no reason of the chip."""
    chip = read_chip(Chip().files(), trusted(), today=TODAY).finding
    assert chip.details == Unmeasured("no_dg11")
    assert chip.passive_authentication is Proof.PROVEN
