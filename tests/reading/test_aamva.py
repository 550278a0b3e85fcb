from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineproof.reading.aamva import is_aamva, licence_fields
from tests.reading.payloads import FIELDS, body, licence
from tests.samples import SHARED

EVERY_FIELD = {
    *("surname", "given_names", "document_number", "date_of_birth", "date_of_expiry"),
    *("date_of_issue", "issuer", "country"),
}


def test_a_licence_as_the_standard_writes_it() -> None:
    """Every field that is kept is read, and the dates are ISO 8601."""
    assert licence_fields(licence()) == FIELDS


@pytest.mark.parametrize("version", range(2, 12))
def test_versions_since_2003(version: int) -> None:
    """The header of each version since the second says the same."""
    assert licence_fields(licence(version=version)) == FIELDS


def test_version_1_has_a_shorter_header_and_one_name() -> None:
    """The first version has no number of the issuer's own version, and joins the names."""
    text = (
        "@\n\x1e\rANSI 6360060101DL00290182DLDAACORTEZ,PABLO,LUIS RODRIGUEZ,JR\n"
        "DAQ227881513\nDBA20221007\nDBB19761007\nDBD20160823\r"
    )
    assert licence_fields(text) == {
        "surname": "CORTEZ",
        "given_names": "PABLO LUIS RODRIGUEZ",
        "document_number": "227881513",
        "date_of_birth": "1976-10-07",
        "date_of_expiry": "2022-10-07",
        "date_of_issue": "2016-08-23",
        "issuer": "US-CT",
        "country": "USA",
    }


def test_a_name_without_commas_is_not_guessed_at() -> None:
    """Where a surname begins in it, nobody can know."""
    text = licence().replace("DCSSAMPLE\n", "DAAJOHN ROBERT LEE SMITH\n")
    fields = licence_fields(text.replace("DACMARY\n", "").replace("DADANN\n", ""))
    assert not {"surname", "given_names"} & set(fields)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n\x1e\r", "\n^^\n"),
        lambda text: text.replace("@\n\x1e\r", ""),
        lambda text: text.replace("@\n\x1e\r", "\ufeff @\n6"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\n\x90"),
        lambda text: text.replace("\n", "|").replace("\r", "|").replace("\x1e", "|"),
        lambda text: text.replace("ANSI ", "AAMVA"),
        lambda text: text.replace("DL00410278ZV03190008DL", "DL00410278ZV03190008"),
        lambda text: text.replace("DL00410278ZV03190008DL", "DL00410278ZV03190008DL\n"),
        lambda text: text.replace("DL00410278ZV03190008DL", "DL00000000ZV99999999DL"),
        lambda text: text.replace("DL00410278ZV03190008DL", "DLabacDL"),
        lambda text: text.replace("DL00410278ZV03190008DL", "ID00410278ZV03190008ID"),
        lambda text: text.replace("\nDCS", "   \nDCS"),
        lambda text: text.replace("SAMPLE", "SAMPLE,"),
        lambda text: text.replace("06061986", "19860606"),
        lambda text: text.replace("DACMARY\nDADANN", "DCTMARY,ANN"),
        lambda text: text.replace("DACMARY\nDADANN", "DACMARY ANN\nDADNONE"),
        lambda text: text.replace("DACMARY", "DACunavl\nDACMARY"),
        lambda text: text.replace("DCGUSA\n", ""),
        lambda text: text + "\nDCSANOTHER\nDAQOTHER",
    ],
)
def test_what_cards_and_scanners_make_of_it(change: object) -> None:
    """Separators lost or replaced, offsets that are off, and dates in either order say the same."""
    assert callable(change)
    assert licence_fields(change(licence())) == FIELDS


def test_a_line_that_only_looks_like_a_subfile_is_kept() -> None:
    """Names in which a subfile's letters stand are not cut."""
    text = licence().replace("DCSSAMPLE", "DCSCALENDAR").replace("DADANN", "DADL")
    fields = licence_fields(text)
    assert (fields["surname"], fields["given_names"]) == ("CALENDAR", "MARY L")


@pytest.mark.parametrize("lost", ["DAQT64235789\n", "DBB06061986\n"])
def test_half_a_licence_is_none(lost: str) -> None:
    """Without number or date of birth there is nothing to hold against anything."""
    assert licence_fields(licence().replace(lost, "")) == {}


@pytest.mark.parametrize(
    "date", ["00000000", "13131986", "02301986", "1986-06-06", "060686", "NONE", "٠٦٠٦١٩٨٦"]
)
def test_what_is_no_date_is_left_out(date: str) -> None:
    """A date that does not exist is not corrected."""
    assert "date_of_expiry" not in licence_fields(licence().replace("12102034", date))


def test_an_unknown_issuer_keeps_its_number() -> None:
    """The country is then what the licence itself says, or is left out."""
    fields = licence_fields(licence().replace("636000", "990876"))
    assert (fields["issuer"], fields["country"]) == ("990876", "USA")
    fields = licence_fields(licence().replace("636000", "990876").replace("DCGUSA\n", ""))
    assert "country" not in fields


def test_nothing_else_is_kept() -> None:
    """Of what a licence tells beside the kept fields, no word is found in the answer."""
    text = licence(extra=["DBC1", "DAYBLU", "DAU068 in", "DAW180", "DAG12 MAIN ST", "DDK1"])
    assert licence_fields(text) == FIELDS


def test_other_texts_are_no_licence() -> None:
    """A header is asked for, near the beginning."""
    for text in ("", "https://example.org", body(), "x" * 60 + licence()):
        assert not is_aamva(text)
        assert licence_fields(text) == {}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.integers(0, 400), st.booleans())
def test_any_text_gives_fields_or_none(noise: str, at: int, header: bool) -> None:  # noqa: FBT001
    """Whatever stands in a payload, the answer has the known fields and sound dates."""
    text = licence()
    text = text[:at] + noise + text[at:] if header else noise
    fields = licence_fields(text)
    assert set(fields) <= EVERY_FIELD
    assert all(0 < len(value) <= 260 for value in fields.values())
    assert all(len(fields[name]) == 10 for name in fields if name.startswith("date"))


def test_published_payloads() -> None:
    """Of the 67 payloads all are read but one, which has no number: it says NONE."""
    folder = SHARED / "data/barcodes"
    if not folder.is_dir():
        pytest.skip("the published payloads are not here")
    read = {
        path.stem: licence_fields(path.read_text("utf-8")) for path in sorted(folder.glob("*.txt"))
    }
    assert len(read) == 67
    assert [name for name, fields in read.items() if not fields] == ["NY"]
    whole = [name for name, fields in read.items() if set(fields) == EVERY_FIELD]
    # Pennsylvania's of version 1 have no commas in the name, and one of Alberta's no issue date.
    assert len(whole) == 62
    for name, fields in read.items():
        if fields and len(name) == 2 and name != "AB":
            assert fields["issuer"].endswith(f"-{name}")
