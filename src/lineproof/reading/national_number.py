"""National numbers: whether their own digits hold, the birth date and region they carry.

Which numbers are known stands in ``number_kinds``. The digit by which some of them part men from
women is never asked for (DESIGN promise 7).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum.exceptions import ValidationError

from lineproof.domain.document import NationalNumber
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.reading.number_kinds import KINDS
from lineproof.reading.states import alpha_2

if TYPE_CHECKING:
    from datetime import date

    from lineproof.domain.finding import Finding
    from lineproof.reading.number_kinds import Kind

NOT_GOOD = "national_number_not_good"
"""The number's own digits do not hold, so nothing is read from it."""
NO_BIRTH_DATE = "national_number_no_birth_date"
"""Numbers of this kind, or this one, carry no birth date."""
NO_CENTURY = "national_number_no_century"
"""The number carries two digits of the year of birth, and no century is guessed."""

_MAX_TEXT = 10_000
_FILLERS = " <\r\n\t"
# Neither letters and digits beside it, nor another group of digits: four groups of four are a
# card's number, and not three of them somebody's. A short one before it numbers the field.
_BEFORE = r"(?<![0-9A-Z])(?<![0-9]{3}[ -])(?:"
_AFTER = r")(?![0-9A-Z])(?![ -][0-9]{3})"


def examine(country: str, text: str) -> NationalNumber | None:
    """Read ``text`` as a person's number of ``country``.

    ``country`` is an ISO 3166-1 alpha-2 code or a zone's state code: ``CN``, ``CHN``, ``D``.
    None where the country's numbers are not known here, or none of them is printed so. A number
    whose digits do not hold comes back as not ``good``, and tells nothing else.
    """
    country, text = _two_letters(country), text.strip(_FILLERS).upper()
    for kind in KINDS.get(country, ()):
        if re.fullmatch(kind.shape, text):
            return _examined(country, kind, text)
    return None


def find(country: str, text: str) -> tuple[NationalNumber, ...]:
    """Find the numbers of ``country`` in printed text, or in a zone's optional data.

    Only those whose whole structure and check digits hold, each once, in the order they stand.
    """
    country, text = _two_letters(country), text[:_MAX_TEXT].upper()
    found: dict[str, NationalNumber] = {}
    for kind in KINDS.get(country, ()):
        for candidate in _candidates(kind, text):
            number = _examined(country, kind, candidate)
            if number.good:
                found.setdefault(number.number, number)
    return tuple(found.values())


def _candidates(kind: Kind, text: str) -> list[str]:
    """Give what is printed as such a number is, and is no part of a longer one."""
    candidates = [match[0] for match in re.finditer(_BEFORE + kind.shape + _AFTER, text)]
    if kind.alone:
        return [each for each in candidates if each == text.strip(_FILLERS)]
    return candidates


def _two_letters(country: str) -> str:
    return country if country in KINDS else alpha_2(country) or ""


def _examined(country: str, kind: Kind, text: str) -> NationalNumber:
    number = kind.compact(text)
    good = _holds(kind, number)
    return NationalNumber(
        country=country,
        number=number,
        good=good,
        date_of_birth=_born(kind, number) if good else Unmeasured(NOT_GOOD),
        region=kind.region(number) if good and kind.region else None,
    )


def _holds(kind: Kind, number: str) -> bool:
    try:
        kind.validate(number)
    except ValidationError:
        return False
    return True


def _born(kind: Kind, number: str) -> Finding[date]:
    if kind.two_digit_year:
        return Unmeasured(NO_CENTURY)
    born = kind.born(number) if kind.born else None
    return Unmeasured(NO_BIRTH_DATE) if born is None else Measured(born)
