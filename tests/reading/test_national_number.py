from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineproof.domain.finding import Measured, Unmeasured
from lineproof.reading.national_number import NO_BIRTH_DATE, NO_CENTURY, NOT_GOOD, examine, find
from lineproof.reading.number_kinds import KINDS

if TYPE_CHECKING:
    from lineproof.domain.document import NationalNumber

# Numbers that laws, agencies and textbooks print as examples; none is a person's.
EXAMPLES = {
    ("BEL", "85.07.30-033.28"): date(1985, 7, 30),
    ("BGR", "7523169263"): date(1875, 3, 16),
    ("BRA", "390.533.447-05"): NO_BIRTH_DATE,
    ("CHL", "12.531.909-2"): NO_BIRTH_DATE,
    ("CHN", "360426199101010071"): date(1991, 1, 1),
    ("CZE", "710319/2745"): date(1971, 3, 19),
    ("ECU", "171430710-3"): NO_BIRTH_DATE,
    ("EST", "36805280109"): date(1968, 5, 28),
    ("ESP", "54362315-K"): NO_BIRTH_DATE,
    ("ESP", "X-2482300W"): NO_BIRTH_DATE,
    ("FIN", "131052-308T"): date(1952, 10, 13),
    ("FRA", "2 95 10 99 126 111 93"): NO_CENTURY,
    ("HRV", "33392005961"): NO_BIRTH_DATE,
    ("ISR", "3933742-3"): None,
    ("ISR", "039337423"): NO_BIRTH_DATE,
    ("IND", "2341 2341 2346"): NO_BIRTH_DATE,
    ("ITA", "RCCMNL83S18D969H"): NO_CENTURY,
    ("KOR", "971013-9019902"): date(1897, 10, 13),
    ("LTU", "33309240064"): date(1933, 9, 24),
    ("MEX", "BOXW310820HNERXN09"): date(1931, 8, 20),
    ("NLD", "1112.22.333"): NO_BIRTH_DATE,
    ("NOR", "151086 95088"): date(1986, 10, 15),
    ("POL", "44051401359"): date(1944, 5, 14),
    ("ROU", "1630615123457"): date(1963, 6, 15),
    ("SVK", "710319/2745"): date(1971, 3, 19),
    ("SWE", "196408233234"): date(1964, 8, 23),
    ("THA", "3100600445635"): NO_BIRTH_DATE,
    ("THA", "3-1006-00445-63-5"): NO_BIRTH_DATE,
    ("TUR", "17291716060"): NO_BIRTH_DATE,
    ("ZAF", "7503305044089"): NO_CENTURY,
}


@pytest.mark.parametrize(("example", "born"), EXAMPLES.items(), ids=str)
def test_each_country_s_example(example: tuple[str, str], born: date | str | None) -> None:
    """An example number holds, and its birth date is told or said not to be in it."""
    number = examine(*example)
    if born is None:
        assert number is None
        return
    assert number is not None
    assert number.good
    told = Measured(born) if isinstance(born, date) else Unmeasured(born)
    assert number.date_of_birth == told


@pytest.mark.parametrize("example", [each for each, born in EXAMPLES.items() if born], ids=str)
def test_one_digit_that_is_off_is_seen(example: tuple[str, str]) -> None:
    """A wrong last sign is no number, and nothing is read from it."""
    country, text = example
    last = text[-1]
    other = chr(ord(last) + 1) if last not in "9Z" else chr(ord(last) - 1)
    number = examine(country, text[:-1] + other)
    assert number is not None
    assert (number.good, number.date_of_birth) == (False, Unmeasured(NOT_GOOD))
    assert number.region is None
    assert find(country, text[:-1] + other) == ()


def test_every_country_has_an_example() -> None:
    """The table has no row that nothing shows to work."""
    examined = [examine(*example) for example in EXAMPLES]
    assert {number.country for number in examined if number} == set(KINDS)


def test_countries_by_either_code() -> None:
    """A zone's state code and an alpha-2 code name the same country; others have no number."""
    number = "360426199101010071"
    assert examine("CHN", number) == examine("CN", number) is not None
    for country in ("", "D", "UTO", "XXX", "chn", "USA"):
        assert examine(country, number) is None
        assert find(country, number) == ()


def chinese(region: str, born: str = "19900307", order: str = "005") -> NationalNumber:
    """Give the number of GB 11643 with the right check character (ISO 7064, MOD 11-2)."""
    digits = region + born + order
    rest = sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(digits)) % 11
    number = examine("CHN", digits + "10X98765432"[rest])
    assert number is not None
    return number


def test_a_chinese_number_tells_birth_and_region() -> None:
    """GB 11643: the date, and the region by code and name as it was called at the birth."""
    number = chinese("110101")
    assert number.good
    assert number.date_of_birth == Measured(date(1990, 3, 7))
    assert number.region == "110101 北京市 东城区"
    assert chinese("120110", "19900307").region == "120110 天津市 东郊区"
    assert chinese("120110", "19930307").region == "120110 天津市 东丽区"


def test_a_chinese_region_may_be_younger_than_the_person() -> None:
    """Numbers were given from 1984 on, with the codes of that day, to people of any age."""
    number = chinese("110111", "19500307")  # a code of 1986
    assert number.good
    assert number.region == "110111 北京市 房山区"


def test_a_chinese_region_that_was_given_up_before_the_birth_is_not_named() -> None:
    """The number holds, as the table is not the law; only the province is named."""
    number = chinese("110110", "20050307")  # given up in 1986
    assert (number.good, number.region) == (True, "110110 北京市")


@pytest.mark.parametrize(
    ("region", "born"), [("990101", "19900307"), ("110101", "19900230"), ("110101", "19901301")]
)
def test_a_chinese_number_of_no_place_or_day_does_not_hold(region: str, born: str) -> None:
    """A right check character does not make up for a province or a day that there is not."""
    assert not chinese(region, born).good


def test_the_check_character_x_is_read_in_either_case() -> None:
    """Ten is written X; some print it small."""
    number = next(
        found
        for order in range(100, 140)
        if (found := chinese("110101", order=f"{order}")).number.endswith("X")
    )
    assert examine("CN", number.number.lower()) == number


def test_numbers_of_foreign_residents_tell_no_birth_date_where_no_century_is_told() -> None:
    """Romania's 7 to 9 and Lithuania's 9 carry no century."""
    digits = "763061512345"
    weights = "279146358279"
    rest = sum(int(a) * int(b) for a, b in zip(digits, weights, strict=True)) % 11
    number = examine("ROU", digits + ("1" if rest == 10 else str(rest)))
    assert number is not None
    assert number.good
    assert number.date_of_birth == Unmeasured(NO_BIRTH_DATE)
    assert number.region == "Cluj"


@pytest.mark.parametrize(
    ("country", "text", "found"),
    [
        ("CHN", "公民身份号码 360426199101010071", "360426199101010071"),
        ("CHN", "公民身份号码360426199101010071。", "360426199101010071"),
        ("CHN", "360426199101010071<<04", "360426199101010071"),
        ("ESP", "54362315K<<<<<", "54362315K"),
        ("KOR", "주민등록번호\n971013-9019902", "9710139019902"),
        ("MEX", "CURP BOXW310820HNERXN09 y más", "BOXW310820HNERXN09"),
        ("BEL", "Nat. 85.07.30-033.28", "85073003328"),
        ("POL", "4d. 44051401359 5 12345", "44051401359"),
        ("NLD", "111222333<<<<<", "111222333"),
        ("IND", "DOB 01/01/1990\n2341 2341 2346\nVID", "234123412346"),
    ],
)
def test_numbers_are_found_in_text(country: str, text: str, found: str) -> None:
    """In printed lines and in a zone's optional data, a number is found for itself."""
    assert [number.number for number in find(country, text)] == [found]


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("CHN", "3604261991010100712"),  # one digit more
        ("CHN", "A360426199101010071"),
        ("CHN", "360426199101010072"),
        ("IND", "2341 2341 2346 1234"),  # a card's number
        ("IND", "1234 2341 2341 2346"),
        ("NLD", "BSN 111222333"),  # one check digit: not among other words
        ("ISR", "tel 039337423"),
        ("ITA", "RCCMNL83S18D969"),
        ("POL", "44051401359".translate({ord(d): ord(d) - 48 + 0xFF10 for d in "0123456789"})),
        ("FRA", ""),
    ],
)
def test_what_only_resembles_a_number_is_not_found(country: str, text: str) -> None:
    """Longer numbers, wrong sums, other scripts' digits and weak numbers among words are left."""
    assert find(country, text) == ()


def test_a_number_that_stands_twice_is_found_once() -> None:
    """One number is one number, however it is printed."""
    text = "2341 2341 2346, 234123412346"
    assert len(find("IND", text)) == 1


def test_long_texts_are_searched_up_to_a_length() -> None:
    """A text of any length is done with in little time."""
    assert find("ITA", "A" * 3_000_000) == ()
    assert find("CHL", "1-" * 2_000_000) == ()


def test_nothing_of_a_number_is_in_the_repr() -> None:
    """What ends in a log names no person."""
    shown = repr(examine("CHN", "360426199101010071"))
    assert "3604" not in shown
    assert "1991" not in shown


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_number_of_the_right_shape_is_answered(data: st.DataObject) -> None:
    """Whatever digits stand in a number's shape, it holds or it does not."""
    country = data.draw(st.sampled_from(sorted(KINDS)))
    kind = data.draw(st.sampled_from(KINDS[country]))
    text = data.draw(st.from_regex(kind.shape, fullmatch=True))
    number = examine(country, text)
    assert number is not None
    assert number.country == country
    assert [each.number for each in find(country, text)] in ([], [number.number])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([*sorted(KINDS), "UTO"]), st.text())
def test_any_text_is_answered(country: str, text: str) -> None:
    """No text raises."""
    examine(country, text)
    assert all(number.good for number in find(country, text))
