"""Names in the letters of a zone (ICAO 9303-3, section 6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.reading.transliteration import spellings, transliterated


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Müller-Lüdenscheidt", "MUELLER LUEDENSCHEIDT"),
        ("O'Connor", "OCONNOR"),
        ("d\u2019Arcy, Jean", "DARCY JEAN"),
        ("Straße", "STRASSE"),
        ("Ødegård", "OEDEGAARD"),
        ("ABDULLAYEV ƏBKIR OĞLU", "ABDULLAYEV EBKIR OGLU"),
        ("Nguyễn Thị Đào", "NGUYEN THI DAO"),
        ("İstanbul \u0131", "ISTANBUL I"),
        ("Þórdís Ægis", "THORDIS AEGIS"),
        ("Щукин Юрий", "SHCHUKIN IURII"),
        ("  ", ""),
        ("王", ""),
    ],
)
def test_names_are_written_as_the_standard_says(name: str, written: str) -> None:
    """Marks, ligatures, apostrophes, hyphens and Cyrillic become letters and single spaces."""
    assert transliterated(name) == written


def test_states_choose_between_spellings() -> None:
    """A letter with two dots is written with an E or without."""
    assert spellings("Müller") == ("MUELLER", "MULLER")
    assert spellings("Smith") == ("SMITH",)


@given(st.text(max_size=40))
def test_the_answer_has_the_letters_of_a_zone_only(text: str) -> None:
    """Whatever is given, the answer holds A to Z, 0 to 9 and single spaces between words."""
    for written in spellings(text):
        assert all(
            word.isascii() and word.isalnum() and word == word.upper() for word in written.split()
        )
        assert written == " ".join(written.split())
