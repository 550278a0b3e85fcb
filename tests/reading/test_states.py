"""The codes of states: ISO 3166-1, ICAO's additions, and nothing else."""

from __future__ import annotations

import pytest

from lineproof.reading.states import alpha_2, known_state


@pytest.mark.parametrize(
    "code",
    [
        *("D", "GBD", "GBN", "GBO", "GBP", "GBS", "UNO", "UNA", "UNK", "EUE", "RKS", "UTO"),
        *("XXA", "XXB", "XXC", "XXX", "XOM", "XPO", "XBA", "XIM", "XCC", "XCE", "XCO", "XEC"),
        *("XES", "XMP", "XDC", "XAF", "CHN", "TWN", "PSE", "SSD", "USA"),
    ],
)
def test_odd_codes_are_known(code: str) -> None:
    """Every addition of ICAO 9303-3, section 5, is a known code."""
    assert known_state(code)


WITH_A_CSCA = {
    "D": "DE",
    "DEU": "DE",
    "GBR": "GB",
    "GBD": "GB",
    "GBN": "GB",
    "GBO": "GB",
    "GBP": "GB",
    "GBS": "GB",
    "UNO": "UN",
    "UNA": "UN",
    "UNK": "UN",
    "EUE": "EU",
    "RKS": "KS",
    "CHN": "CN",
    "HKG": "CN",
    "MAC": "CN",
    "TWN": "TW",
    "PSE": "PS",
    "VAT": "VA",
}
"""Codes of zones and the country that the CSCA's subject names, as the public lists have them."""


@pytest.mark.parametrize("code", ["", "DE", "D<<", "ABC", "XAA", "usa", "USA<", "U5A"])
def test_others_are_not_known(code: str) -> None:
    """What no list has is unknown, and so is a known code that is not written as a zone has it."""
    assert not known_state(code)
    assert alpha_2(code) is None


def test_two_letters_are_those_a_csca_names_itself_by() -> None:
    """Germany, the British nationalities and the organisations have their issuer's two letters."""
    assert {code: alpha_2(code) for code in WITH_A_CSCA} == WITH_A_CSCA


def test_nobody_signs_for_a_person_without_a_state() -> None:
    """Codes of persons and of specimens have no two letters, so they match no CSCA."""
    assert [alpha_2(code) for code in ("XXA", "XXB", "XXC", "XXX", "UTO")] == [None] * 5
