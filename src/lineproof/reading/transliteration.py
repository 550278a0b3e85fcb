"""Writes a name in the letters of a machine readable zone (ICAO Doc 9303-3, section 6).

Parts A (Latin) and B (Cyrillic). Where the standard allows a choice, the first one it recommends is
taken; ``spellings`` gives the others, because states choose.
"""

# ruff: noqa: RUF001, SIM905 - a table of letters that look alike, one pair a word

from __future__ import annotations

import unicodedata
from typing import Final

_LATIN: Final = {
    "Ä": "AE",
    "Å": "AA",
    "Æ": "AE",
    "Ð": "D",
    "Ö": "OE",
    "Ø": "OE",
    "Ü": "UE",
    "Þ": "TH",
    "ß": "SS",
    "ẞ": "SS",
    "Đ": "D",
    "Ħ": "H",
    "IJ": "IJ",
    "ĸ": "Q",
    "Ŀ": "L",
    "Ł": "L",
    "Ŋ": "N",
    "Œ": "OE",
    "Ŧ": "T",
    "Ə": "E",
}
"""Part A, those that are more than a letter of A to Z with a mark on it."""

_CYRILLIC: Final = dict(
    pair.split(":")
    for pair in """
    А:A Б:B В:V Г:G Д:D Е:E Ё:E Ж:ZH З:Z И:I Й:I К:K Л:L М:M Н:N О:O П:P Р:R С:S Т:T У:U Ф:F
    Х:KH Ц:TS Ч:CH Ш:SH Щ:SHCH Ъ:IE Ы:Y Ь: Э:E Ю:IU Я:IA І:I Ј:J Ў:U Ґ:G Є:IE Ї:I Ђ:D Ѓ:G Ѕ:DZ
    Љ:LJ Њ:NJ Ќ:K Ћ:C Џ:DZ
    """.split()
)
"""Part B, without its exceptions for single languages."""

_LETTERS: Final = _LATIN | _CYRILLIC
_OMITTED: Final = frozenset("'`\u2018\u2019\u02bc\u02b9\u00b4.")
"""Apostrophes and full stops leave no trail (9303-3, 4.6); every other mark becomes a space."""


def transliterated(text: str) -> str:
    """Write a name as a zone has it, with one space for each run of fillers: ``MULLER ANNA``.

    Hyphens, commas and blanks become spaces, apostrophes are left out, and a letter that no table
    has becomes a space. The answer holds A to Z, 0 to 9 and single spaces only.
    """
    return _written(text, _LETTERS)


def spellings(text: str) -> tuple[str, ...]:
    """Give each way a state may write a name: as recommended, without the marks, and with one E.

    ``Müller`` is MUELLER, MULLER or, in a few, MUXXLER (not given here); ``Ångström`` AANGSTROEM
    or ANGSTROM; ``Ñandú`` NANDU.
    """
    bare = _LETTERS | {"Ä": "A", "Å": "A", "Ö": "O", "Ø": "O", "Ü": "U", "Æ": "A", "Œ": "O"}
    return tuple(dict.fromkeys((_written(text, _LETTERS), _written(text, bare))))


def _written(text: str, table: dict[str, str]) -> str:
    composed = unicodedata.normalize("NFC", text).replace("ß", "ẞ").upper()
    return " ".join("".join(_letter(letter, table) for letter in composed).split())


def _letter(letter: str, table: dict[str, str]) -> str:
    """Write one letter: by the table, else the letter of A to Z under its marks, else a space."""
    if letter in table:
        return table[letter]
    if letter in _OMITTED or unicodedata.combining(letter):
        return ""
    base = unicodedata.normalize("NFD", letter)[0]
    plain = table.get(base, base)
    return plain if plain.isascii() and plain.isalnum() else " "
