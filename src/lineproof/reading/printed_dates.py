"""Reads the dates that documents print: ``12 AUG/AOÛT 1974``, ``12.08.1974``, ``1974-08-12``."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS: Final = {
    name: month
    for month, names in enumerate(
        (
            ("JAN", "ENE", "GEN", "STY", "LED", "OCA"),
            ("FEB", "FEV", "LUT", "SUB"),
            ("MAR", "MRT", "MAE", "MRZ"),
            ("APR", "AVR", "ABR", "KWI", "NIS"),
            ("MAY", "MAI", "MEI", "MAG", "MAJ"),
            ("JUN", "JUIN", "GIU", "CZE", "HAZ"),
            ("JUL", "JUIL", "LUG", "LIP", "TEM"),
            ("AUG", "AOU", "AGO", "SIE"),
            ("SEP", "SET", "WRZ", "EYL"),
            ("OCT", "OKT", "OUT", "OTT", "PAZ", "EKI"),
            ("NOV", "LIS", "KAS"),
            ("DEC", "DEZ", "DIC", "DES", "GRU", "ARA"),
        ),
        start=1,
    )
    for name in names
}
"""How months begin in the languages whose passports print them so."""

_GAP: Final = r"[ ./\-]{0,3}"
_DAY_FIRST: Final = re.compile(rf"(?<!\d)(\d\d){_GAP}(\d\d){_GAP}(\d{{4}}|\d\d)(?!\d)")
_YEAR_FIRST: Final = re.compile(rf"(?<!\d)(\d{{4}}){_GAP}(\d\d){_GAP}(\d\d)(?!\d)")
_SINGLE: Final = re.compile(r"(?<!\d)(\d{1,2})[ ./\-]{1,3}(\d{1,2})[ ./\-]{1,3}(\d{4})(?!\d)")
_MONTH_NAMED: Final = re.compile(
    r"(?<!\d)(\d{1,2})\W{0,3}([A-Z][A-Z/ .\-]{2,20}?)\W{0,3}(\d{4}|\d\d)(?!\d)"
)
_MONTH_FIRST: Final = re.compile(r"([A-Z]{3,10})\W{0,3}(\d{1,2})\W{1,3}(\d{4})(?!\d)")
_MONTH_BY_NUMBER: Final = re.compile(r"\d{1,2}\s*[月월]")
_LETTER_IN_NUMBER: Final = re.compile(r"(?<![A-Z])[OQDILZSB](?=\d)|(?<=\d)[OQDILZSB](?![A-Z])")
_AS_DIGIT: Final = str.maketrans("OQDILZSB", "00011258")
_CENTURIES: Final = (1900, 2000)
_YEARS: Final = range(1900, 2100)


def dates_in(text: str) -> frozenset[date]:
    """Give every date that a printed line may say; several where day and month can be exchanged.

    A year of two digits is given in both centuries. Letters that look like digits count as digits
    within a number. Years outside 1900 to 2099, of another calendar, are no dates.
    """
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter)
    ).upper()
    plain = _MONTH_BY_NUMBER.sub(" ", plain)
    plain = _LETTER_IN_NUMBER.sub(lambda found: found[0].translate(_AS_DIGIT), plain)
    return frozenset(_found(plain))


def _found(text: str) -> Iterator[date]:
    for pattern in (_DAY_FIRST, _SINGLE):
        for first, second, year in pattern.findall(text):
            yield from _dates(year, int(second), int(first))
            yield from _dates(year, int(first), int(second))
    for year, month, day in _YEAR_FIRST.findall(text):
        yield from _dates(year, int(month), int(day))
    for day, name, year in _MONTH_NAMED.findall(text):
        yield from _dates(year, _month(name), int(day))
    for name, day, year in _MONTH_FIRST.findall(text):
        yield from _dates(year, _month(name), int(day))


def _month(names: str) -> int:
    """Give the month that every word names which names one; 0 where none does or they differ."""
    words = re.findall(r"[A-Z]+", names)
    told = {_MONTHS.get(word[:4], _MONTHS.get(word[:3], 0)) for word in words} - {0}
    return told.pop() if len(told) == 1 else 0


def _dates(year: str, month: int, day: int) -> Iterator[date]:
    whole = int(year)
    for each in (whole,) if len(year) > 2 else (whole + century for century in _CENTURIES):  # noqa: PLR2004
        if each in _YEARS:
            try:
                yield date(each, month, day)
            except ValueError:
                continue
