"""National numbers: whether their own digits hold, the birth date and region they carry.

The sums are python-stdnum's; which numbers are known, how they are printed, and what may be told
from each, is the table below. Only numbers with check digits are in it: one without them (Pakistan,
Indonesia, Malaysia) proves nothing. The digit by which some of them part men from women is never
asked for (DESIGN promise 7). Two digits of a year tell no century, and none is guessed; for Belgium
and Norway python-stdnum itself looks at the clock, to refuse births that lie ahead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from stdnum import numdb
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.cl import rut
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.ec import ci
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.exceptions import ValidationError
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.hr import oib
from stdnum.il import idnr as il_idnr
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.lt import asmens
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.th import pin
from stdnum.tr import tckimlik
from stdnum.za import idnr as za_idnr

from lineproof.domain.document import NationalNumber
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.reading.states import alpha_2

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from lineproof.domain.finding import Finding

NOT_GOOD = "national_number_not_good"
"""The number's own digits do not hold, so nothing is read from it."""
NO_BIRTH_DATE = "national_number_no_birth_date"
"""Numbers of this kind, or this one, carry no birth date."""
NO_CENTURY = "national_number_no_century"
"""The number carries two digits of the year of birth."""

_MAX_TEXT = 10_000


class _Module(Protocol):
    """What a module of python-stdnum offers."""

    def compact(self, number: str) -> str: ...

    def validate(self, number: str) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind of number: how it is printed, who checks it, and what it tells."""

    shape: str
    """Of the printed number, with the separators that are usual."""
    by: _Module
    born: Callable[[str], date | None] | None = None
    two_digit_year: bool = False
    region: Callable[[str], str | None] | None = None
    alone: bool = False
    """One check digit over few digits: any number of that length would often do. It is found only
    where nothing else stands beside it, as in a zone's optional data."""


def examine(country: str, text: str) -> NationalNumber | None:
    """Read ``text`` as a person's number of ``country``: ISO 3166-1 alpha-2, or a zone's state code.

    None where the country's numbers are not known here, or none of them is printed so. A number
    whose digits do not hold comes back as not ``good``, and tells nothing else.
    """
    country = _two_letters(country)
    for kind in _KINDS.get(country, ()):
        if re.fullmatch(kind.shape, text.strip().upper()):
            return _examined(country, kind, text.strip().upper())
    return None


def find(country: str, text: str) -> tuple[NationalNumber, ...]:
    """Find the numbers of ``country`` in printed text, or in a zone's optional data.

    Only those whose whole structure and check digits hold, each once, in the order they stand.
    """
    country = _two_letters(country)
    text = text[:_MAX_TEXT].upper()
    found: dict[str, NationalNumber] = {}
    for kind in _KINDS.get(country, ()):
        shape = rf"(?<![0-9A-Z])(?:{kind.shape})(?![0-9A-Z])"
        candidates = [match[0] for match in re.finditer(shape, text)]
        if kind.alone:
            candidates = [each for each in candidates if each == text.strip(" <\n")]
        for candidate in candidates:
            number = _examined(country, kind, candidate)
            if number.good:
                found.setdefault(number.number, number)
    return tuple(found.values())


def _two_letters(country: str) -> str:
    return country if country in _KINDS else alpha_2(country) or ""


def _examined(country: str, kind: _Kind, text: str) -> NationalNumber:
    number = kind.by.compact(text)
    try:
        kind.by.validate(number)
    except ValidationError:
        nothing = Unmeasured(NOT_GOOD)
        return NationalNumber(
            country=country, number=number, good=False, date_of_birth=nothing, region=None
        )
    return NationalNumber(
        country=country,
        number=number,
        good=True,
        date_of_birth=_born(kind, number),
        region=kind.region(number) if kind.region else None,
    )


def _born(kind: _Kind, number: str) -> Finding[date]:
    if kind.two_digit_year:
        return Unmeasured(NO_CENTURY)
    born = kind.born(number) if kind.born else None
    return Unmeasured(NO_BIRTH_DATE) if born is None else Measured(born)


class _China:
    """GB 11643-1999: check character, birth date, and a province that there is.

    python-stdnum's own ``validate`` also refuses a code of the region that was given out after the
    birth; but numbers were first given out in 1984, and to everybody.
    """

    @staticmethod
    def compact(number: str) -> str:
        return ric.compact(number)

    @staticmethod
    def validate(number: str) -> str:
        if ric.calc_check_digit(number) != number[-1] or _chinese_region(number) is None:
            raise ValidationError
        ric.get_birth_date(number)
        return number


_PERIOD = re.compile(r"\[(?P<start>\d*)-(?P<end>\d*)\]")


def _chinese_region(number: str) -> str | None:
    """Give code and name of the region (GB/T 2260): ``110101 北京市 东城区``.

    Only the province's name where the county is not in the table or was given up before the birth;
    None where there is no such province.
    """
    told = {key: name for _, names in _regions().info(number[:6]) for key, name in names.items()}
    if "province" not in told:
        return None
    born = int(number[6:10])
    counties = [
        _PERIOD.sub("", county)
        for county in told.get("county", "").split(",")
        if (end := (_PERIOD.match(county) or {"end": ""})["end"]) == "" or born <= int(end)
    ]
    return " ".join(filter(None, (number[:6], told["province"], counties[0] if counties else "")))


def _regions() -> numdb.NumDB:
    return numdb.get("cn/loc")


def _romanian_birth(number: str) -> date | None:
    """Give the birth date; of foreign residents' numbers no century is told."""
    return None if number[0] in "789" else cnp.get_birth_date(number)


def _lithuanian_birth(number: str) -> date | None:
    return None if number[0] == "9" else ik.get_birth_date(number)


def _finnish_birth(number: str) -> date | None:
    from stdnum.fi import hetu
    return None


_ELEVEN = r"[0-9]{11}"
_THIRTEEN = r"[0-9]{13}"

_KINDS: dict[str, tuple[_Kind, ...]] = {
}
