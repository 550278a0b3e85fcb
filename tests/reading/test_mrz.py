"""The grammar of a machine readable zone: 9303's specimens, odd zones, and any text at all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lineproof.domain.document import Mrz, MrzFormat, said
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.reading.mrz import LAYOUTS, check_digit, parse
from lineproof.specimen_zone import Holder, build

if TYPE_CHECKING:
    from collections.abc import Sequence

TODAY = date(2026, 6, 1)

ERIKSSON = {
    MrzFormat.TD1: (
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ),
    MrzFormat.TD2: (
        "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
        "D231458907UTO7408122F1204159<<<<<<<6",
    ),
    MrzFormat.TD3: (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    MrzFormat.MRV_A: (
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
    ),
    MrzFormat.MRV_B: (
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
        "L8988901C4XXX4009078F9612109<<<<<<<<",
    ),
}
"""The specimens of 9303-5, -6, -4 and -7."""

CHECKS = ["document_number", "date_of_birth", "date_of_expiry"]


def parsed(lines: Sequence[str | None]) -> Mrz:
    """Parse a zone that is one."""
    found = parse(lines, today=TODAY)
    assert isinstance(found, Measured)
    return found.value


def why(lines: Sequence[str | None]) -> str:
    """Give why a zone is none."""
    found = parse(lines, today=TODAY)
    assert isinstance(found, Unmeasured)
    return found.why


def reason(found: object) -> str:
    """Give why a field is not measured."""
    assert isinstance(found, Unmeasured)
    return found.why


@pytest.mark.parametrize("kind", MrzFormat)
def test_specimens_of_the_standard_are_proven(kind: MrzFormat) -> None:
    """Each specimen has its format, its name and only good check digits."""
    mrz = parsed(ERIKSSON[kind])
    assert mrz.format is kind
    assert mrz.proven
    told = said(mrz)
    assert (told["surname"], told["given_names"]) == ("ERIKSSON", "ANNA MARIA")
    assert told["issuing_state"] == "UTO"
    assert not mrz.names_truncated


def test_each_format_has_its_own_check_digits() -> None:
    """A passport has five, cards four, and visas three: no composite one."""
    names = {kind: [check.name for check in parsed(ERIKSSON[kind]).checks] for kind in MrzFormat}
    assert names == {
        MrzFormat.TD1: [*CHECKS, "composite"],
        MrzFormat.TD2: [*CHECKS, "composite"],
        MrzFormat.TD3: [*CHECKS, "optional_data", "composite"],
        MrzFormat.MRV_A: CHECKS,
        MrzFormat.MRV_B: CHECKS,
    }


def test_fields_of_the_passport_specimen() -> None:
    """Every field is read without its fillers, and the sex position becomes no field."""
    assert said(parsed(ERIKSSON[MrzFormat.TD3])) == {
        "document_code": "P",
        "issuing_state": "UTO",
        "surname": "ERIKSSON",
        "given_names": "ANNA MARIA",
        "document_number": "L898902C3",
        "nationality": "UTO",
        "optional_data": "ZE184226B",
        "date_of_birth": "1974-08-12",
        "date_of_expiry": "2012-04-15",
    }


@pytest.mark.parametrize("kind", MrzFormat)
def test_one_wrong_character_fails_its_own_check(kind: MrzFormat) -> None:
    """A changed number fails its own check digit, and the composite too unless by luck."""
    line, start, _ = LAYOUTS[kind].number
    lines = list(ERIKSSON[kind])
    lines[line] = lines[line][: start + 1] + "1" + lines[line][start + 2 :]
    failed = [check.name for check in parsed(lines).checks if not check.good]
    composite = ["composite"] if LAYOUTS[kind].composite else []
    assert failed in (["document_number", *composite], ["document_number"])
    assert not parsed(lines).proven


def test_long_number_of_a_card_goes_on_in_the_optional_data() -> None:
    """The remainder and its check digit stand in the optional data (9303-5's own example)."""
    lines = (
        "I<UTOD23145890<7349<<<<<<<<<<<",
        "3407127M9507122UTO<<<<<<<<<<<2",
        "STEVENSON<<PETER<JOHN<<<<<<<<<",
    )
    mrz = parsed(lines)
    assert mrz.proven
    assert said(mrz)["document_number"] == "D23145890734"
    assert mrz.fields["optional_data"] == Measured("")


def test_long_number_of_a_larger_card() -> None:
    """TD2 does the same (9303-6)."""
    lines = ("I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<", "D23145890<UTO3407127M95071227349<<<8")
    assert parsed(lines).proven
    assert said(parsed(lines))["document_number"] == "D23145890734"


@pytest.mark.parametrize("number", ["600001795<0152", "000590240<6013"])
def test_belgian_numbers_check_with_and_without_the_filler(number: str) -> None:
    """Newer cards leave the filler out of the sum, older ones put it in."""
    checks = parsed((f"IDBEL{number}<<<<<<<<<<<", None, None)).checks
    assert [(check.name, check.good) for check in checks] == [("document_number", True)]


def test_filler_for_a_check_digit_is_no_long_number_of_a_passport() -> None:
    """A passport's number has nine characters, so a filler there is just not its check digit."""
    lines = ERIKSSON[MrzFormat.TD3]
    broken = parsed((lines[0], lines[1][:9] + "<" + lines[1][10:]))
    assert said(broken)["document_number"] == "L898902C3"
    assert not broken.checks[0].good


@pytest.mark.parametrize(("given", "good"), [("<", True), ("0", True), ("1", False)])
def test_empty_optional_data_may_have_a_filler_for_its_check_digit(
    given: str, *, good: bool
) -> None:
    """The issuer of a passport chooses between 0 and a filler (9303-4, 4.2.2)."""
    line = f"L898902C36UTO7408122F1204159<<<<<<<<<<<<<<{given}"
    line += check_digit(line[:10] + line[13:20] + line[21:43])
    mrz = parsed((ERIKSSON[MrzFormat.TD3][0], line))
    assert {check.name: check.good for check in mrz.checks}["optional_data"] is good


@pytest.mark.parametrize(
    ("names", "surname", "given_names"),
    [
        ("ARKFREITH", "ARKFREITH", ""),
        ("VAN<DER<MUELLEN<<MARIJKE", "VAN DER MUELLEN", "MARIJKE"),
        ("SMITH<JONES<<SUSIE<MARGARET", "SMITH JONES", "SUSIE MARGARET"),
        ("<<SURENDRA", "", "SURENDRA"),
    ],
)
def test_names(names: str, surname: str, given_names: str) -> None:
    """Identifiers of several parts, a name of one part, and one given as secondary only."""
    mrz = parsed((f"P<UTO{names}".ljust(44, "<"), ERIKSSON[MrzFormat.TD3][1]))
    assert mrz.fields["surname"] == Measured(surname)
    assert mrz.fields["given_names"] == Measured(given_names)


@pytest.mark.parametrize("names", ["", "ERIK5SON<<ANNA"])
def test_names_that_can_be_none(names: str) -> None:
    """Nothing but fillers, or a digit, is no name; the other line is read all the same."""
    mrz = parsed((f"P<UTO{names}".ljust(44, "<"), ERIKSSON[MrzFormat.TD3][1]))
    assert reason(mrz.fields["surname"]) == "mrz_names"
    assert mrz.proven


def test_names_that_fill_their_field_may_go_on() -> None:
    """A letter in the last place means that the name may be cut short (9303-4, 4.2.3)."""
    line = "P<UTONILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"
    assert parsed((line, ERIKSSON[MrzFormat.TD3][1])).names_truncated
    assert not parsed((line[:-1] + "<", ERIKSSON[MrzFormat.TD3][1])).names_truncated


@pytest.mark.parametrize(
    ("six", "told"),
    [
        ("740812", "1974-08-12"),
        ("260601", "2026-06-01"),
        ("260602", "1926-06-02"),
        ("000229", "2000-02-29"),
        ("74<<<<", "1974-XX-XX"),
        ("7408<<", "1974-08-XX"),
        ("<<<<<<", "XXXX-XX-XX"),
        ("27<<<<", "1927-XX-XX"),
    ],
)
def test_date_of_birth(six: str, told: str) -> None:
    """A birth is in the latest year that is not after today; fillers are unknown parts."""
    lines = ERIKSSON[MrzFormat.TD3]
    assert said(parsed((lines[0], lines[1][:13] + six + lines[1][19:])))["date_of_birth"] == told


@pytest.mark.parametrize(
    ("six", "told"),
    [("120415", "2012-04-15"), ("750101", "2075-01-01"), ("770101", "1977-01-01")],
)
def test_date_of_expiry(six: str, told: str) -> None:
    """An expiry lies within fifty years of today on either side."""
    lines = ERIKSSON[MrzFormat.TD3]
    assert said(parsed((lines[0], lines[1][:21] + six + lines[1][27:])))["date_of_expiry"] == told


@pytest.mark.parametrize("six", ["991231", "990101", "9912<<"])
def test_a_card_without_an_end_has_not_ended(six: str) -> None:
    """The year 99 may be 9999 or 1999, and is taken for neither."""
    lines = ERIKSSON[MrzFormat.TD3]
    mrz = parsed((lines[0], lines[1][:21] + six + lines[1][27:]))
    assert reason(mrz.date_of_expiry) == "mrz_without_end"
    later = parse((lines[0], lines[1][:21] + six + lines[1][27:]), today=date(2090, 1, 1))
    assert isinstance(later, Measured)
    assert said(later.value)["date_of_expiry"].startswith("2099-")


@pytest.mark.parametrize("six", ["741312", "740230", "7408O2", "7<0812", "010229"])
def test_dates_that_can_be_none(six: str) -> None:
    """A month 13, a 30th of February, a letter or half a filler is no date."""
    lines = ERIKSSON[MrzFormat.TD3]
    mrz = parsed((lines[0], lines[1][:13] + six + lines[1][19:]))
    assert reason(mrz.date_of_birth) == "mrz_date"


def test_german_code_is_one_letter() -> None:
    """D and two fillers is Germany; a filler before a letter is no code."""
    names, numbers = ERIKSSON[MrzFormat.TD3]
    german = numbers[:10] + "D<<" + numbers[13:]
    assert said(parsed(("P<D<<" + names[5:], german)))["nationality"] == "D"
    assert reason(parsed(("P<<<D" + names[5:], german)).fields["issuing_state"]) == "mrz_state"


def test_number_of_fillers_only_is_none() -> None:
    """A document has a number."""
    names, numbers = ERIKSSON[MrzFormat.TD3]
    assert reason(parsed((names, "<" * 9 + numbers[9:])).fields["document_number"]) == "mrz_number"


def test_an_unsettled_line_leaves_its_own_fields_unmeasured() -> None:
    """The settled line is read, and no check digit spans what is not known."""
    mrz = parsed((ERIKSSON[MrzFormat.TD1][0], None, ERIKSSON[MrzFormat.TD1][2]))
    assert [check.name for check in mrz.checks] == ["document_number"]
    assert reason(mrz.date_of_birth) == reason(mrz.fields["nationality"]) == "not_settled"
    assert said(mrz)["surname"] == "ERIKSSON"
    assert mrz.lines[1] == Unmeasured("not_settled")


def test_the_second_line_of_a_passport_stands_alone() -> None:
    """Its composite digit shows that it is no visa's; a visa's alone is not told apart."""
    mrz = parsed((None, ERIKSSON[MrzFormat.TD3][1]))
    assert mrz.format is MrzFormat.TD3
    assert mrz.proven
    assert reason(mrz.fields["surname"]) == "not_settled"
    assert why((None, ERIKSSON[MrzFormat.MRV_A][1])) == "mrz_format"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((), "not_settled"),
        ((None, None), "not_settled"),
        (("P<UTO",), "mrz_shape"),
        (ERIKSSON[MrzFormat.TD1][:2], "mrz_shape"),
        ((ERIKSSON[MrzFormat.TD3][0], ERIKSSON[MrzFormat.TD2][1]), "mrz_shape"),
        ((ERIKSSON[MrzFormat.TD3][0].lower(), ERIKSSON[MrzFormat.TD3][1]), "mrz_characters"),
        ((ERIKSSON[MrzFormat.TD3][0].replace("<", " "), None), "mrz_characters"),
        (("İ" + ERIKSSON[MrzFormat.TD3][0][1:], None), "mrz_characters"),
        (("1" + ERIKSSON[MrzFormat.TD3][0][1:], None), "mrz_document_code"),
    ],
)
def test_what_is_no_zone(lines: tuple[str | None, ...], code: str) -> None:
    """Wrong shapes, small letters, blanks, letters of other alphabets and odd codes are refused."""
    assert why(lines) == code


def test_nothing_personal_is_shown() -> None:
    """The text form of a parsed zone has no name, number or date."""
    shown = repr(parsed(ERIKSSON[MrzFormat.TD3]))
    assert not any(each in shown for each in ("ERIKSSON", "ANNA", "L898902C3", "1974", "740812"))


letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12)
signs = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=9, max_size=9)
holders = st.builds(
    Holder,
    surname=letters,
    given_names=st.lists(letters, max_size=2).map(" ".join),
    number=signs,
    issuing_state=st.sampled_from(["UTO", "D", "CHN"]),
    nationality=st.sampled_from(["XXA", "D", "GBN"]),
    date_of_birth=st.none() | st.dates(date(1926, 6, 2), TODAY),
    date_of_expiry=st.dates(date(2000, 1, 1), date(2076, 1, 1)),
    optional_data=st.text("ABC123", max_size=7),
)


@given(kind=st.sampled_from(MrzFormat), holder=holders)
def test_what_is_built_is_read_back(kind: MrzFormat, holder: Holder) -> None:
    """Every format gives back what it was made of, with every check digit good."""
    mrz = parsed(build(kind, holder))
    told = said(mrz)
    assert mrz.format is kind
    assert mrz.proven
    assert told["document_number"] == holder.number
    assert told["date_of_expiry"] == str(holder.date_of_expiry)
    assert told["date_of_birth"] == str(holder.date_of_birth or "XXXX-XX-XX")
    assert (told["issuing_state"], told["nationality"]) == (
        holder.issuing_state,
        holder.nationality,
    )
    assert told.get("optional_data", "") == holder.optional_data
    if not mrz.names_truncated:
        assert (told["surname"], told.get("given_names", "")) == (
            holder.surname,
            holder.given_names,
        )


@given(holder=holders, rest=st.text("ABC123", min_size=1, max_size=4))
def test_long_numbers_are_read_back(holder: Holder, rest: str) -> None:
    """Cards of both sizes give a long number back whole."""
    longer = Holder(number=holder.number + rest)
    for kind in (MrzFormat.TD1, MrzFormat.TD2):
        mrz = parsed(build(kind, longer))
        assert mrz.proven
        assert said(mrz)["document_number"] == longer.number


@given(
    st.lists(
        st.none()
        | st.text(max_size=50)
        | st.text("AZ09<", min_size=30, max_size=30)
        | st.text("AVP09<", min_size=36, max_size=36)
        | st.text("AVP09<", min_size=44, max_size=44),
        max_size=4,
    ),
    st.dates(),
)
@example(["P" * 44, "0" * 44], date.min)
@example(["V" * 36, "9" * 36], date.max)
def test_any_text_is_an_answer(lines: list[str | None], today: date) -> None:
    """No text raises, on any day."""
    found = parse(lines, today=today)
    if isinstance(found, Measured):
        said(found.value)


def test_check_digit_of_the_standard() -> None:
    """9303-3, 4.9 works 520727 out to 3, and AB2134<<< to 5."""
    assert check_digit("520727") == "3"
    assert check_digit("AB2134<<<") == "5"


def test_check_digit_is_of_zone_characters_only() -> None:
    """Anything else is a fault of the caller."""
    with pytest.raises(ValueError, match="A-Z"):
        check_digit("a1")
