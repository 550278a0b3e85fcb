"""The dates of a machine readable zone: six characters, no century, perhaps not all known.

ICAO Doc 9303-3, 4.8: YYMMDD, and fillers for what of a date of birth is unknown. The standard says
nothing of the century. The two rules here are Lineproof's own:

- nobody is born in the future: a birth is in the latest year whose date is not after today. Someone
  of 100 years or more is therefore read as 100 years younger; the zone itself cannot tell.
- an expiry lies within 50 years of today, on either side; but the year 99 is not taken for 1999,
  because cards without an end, which print the year 9999, have it too. Which of the two it is the
  zone cannot tell, so it is Unmeasured ``mrz_without_end``, and a person has to look.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.partial_date import PartialDate

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT = re.compile(r"([0-9]{2}|<<)([0-9]{2}|<<)([0-9]{2}|<<)")
_HALF = 50
_ENDLESS = 1999
"""The year that 9999 looks like."""

_LEAP = 2000
"""A year that has every day, for a date whose year is unknown."""


def born(text: str | None, today: date) -> Finding[PartialDate]:
    """Read a date of birth; Unmeasured ``not_settled``, or ``mrz_date`` where it can be none."""
    return _read(text, range(today.year, today.year - 100, -1), today)


def expires(text: str | None, today: date) -> Finding[PartialDate]:
    """Read a date of expiry; Unmeasured ``not_settled``, or ``mrz_date`` where it can be none.

    Unmeasured ``mrz_without_end`` where the year is 99 and not yet to come.
    """
    found = _read(text, range(today.year + _HALF, today.year - _HALF, -1), None)
    if isinstance(found, Measured) and found.value.year == _ENDLESS:
        return Unmeasured("mrz_without_end")
    return found


def _read(text: str | None, years: range, not_after: date | None) -> Finding[PartialDate]:
    if text is None:
        return Unmeasured("not_settled")
    match = _TEXT.fullmatch(text)
    if match is None:
        return Unmeasured("mrz_date")
    year, month, day = (None if part == "<<" else int(part) for part in match.groups())
    for candidate in _candidates(year, month, day, years):
        earliest = candidate.earliest
        if not_after is None or earliest is None or earliest <= not_after:
            return Measured(candidate)
    return Unmeasured("mrz_date")


def _candidates(
    year: int | None, month: int | None, day: int | None, years: range
) -> Iterator[PartialDate]:
    """Give the dates it can be, the latest first; a birth of this year may still be to come."""
    if year is None:
        if _is_date(_LEAP, month, day):
            yield PartialDate(year=None, month=month, day=day)
        return
    ends = (whole for whole in (*years, years[-1] - 1) if whole % 100 == year)
    for whole in ends:
        if _is_date(whole, month, day):
            yield PartialDate(year=whole, month=month, day=day)


def _is_date(year: int, month: int | None, day: int | None) -> bool:
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return False
    return True
