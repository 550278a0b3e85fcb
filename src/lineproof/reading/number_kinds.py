"""The national numbers that are known: how each is printed, who checks it, and what it tells.

The sums are python-stdnum's. Only numbers with check digits are here: one without them (Denmark's
since 2007, Indonesia's, Malaysia's, Pakistan's) proves nothing. Of Belgium's and Norway's,
python-stdnum asks the clock, to refuse births that lie ahead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

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
from stdnum.exceptions import InvalidChecksum, InvalidComponent
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.hr import oib
from stdnum.il import idnr as israeli
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
from stdnum.za import idnr as south_african

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of number."""

    shape: str
    """A pattern of the printed number in capitals, with the separators that are usual."""
    compact: Callable[[str], str]
    """Takes the separators away."""
    validate: Callable[[str], object]
    """Raises ``ValidationError`` where structure or check digits do not hold."""
    born: Callable[[str], date | None] | None = None
    """Of a number that holds."""
    two_digit_year: bool = False
    region: Callable[[str], str | None] | None = None
    alone: bool = False
    """One check digit over few digits, so that one number in ten of that length would do. It is
    found only where nothing else stands beside it, as in a zone's optional data."""


def _chinese_check(number: str) -> None:
    """Check GB 11643-1999: the check character, the birth date, and that the province exists.

    python-stdnum's own check also refuses a region whose code was given out after the birth; but
    numbers were first given out in 1984, and to everybody.
    """
    if ric.calc_check_digit(number) != number[-1]:
        raise InvalidChecksum
    ric.get_birth_date(number)
    if _chinese_region(number) is None:
        raise InvalidComponent


_PERIOD = re.compile(r"\[\d*-(\d*)\]")


def _chinese_region(number: str) -> str | None:
    """Give code and name of the region (GB/T 2260), such as ``360426 江西省 德安县``.

    Without the county where it is not in the table, or its code was given up before the birth;
    None where there is no such province.
    """
    told: dict[str, str] = {}
    for _, names in numdb.get("cn/loc").info(number[:6]):
        told |= names
    if "province" not in told:
        return None
    counties = [
        _PERIOD.sub("", county)
        for county in told.get("county", "").split(",")
        if _given_up(county) >= int(number[6:10])
    ]
    return " ".join([number[:6], told["province"], *counties[:1]]).strip()


def _given_up(county: str) -> int:
    """Give the last year of a code that is noted as ``[1983-1994]``; the end of time without."""
    period = _PERIOD.match(county)
    return int(period[1]) if period and period[1] else date.max.year


_FINNISH_CENTURIES = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)


def _finnish_birth(number: str) -> date:
    year = _FINNISH_CENTURIES[number[6]] + int(number[4:6])
    return date(year, int(number[2:4]), int(number[:2]))


def _lithuanian_birth(number: str) -> date | None:
    return None if number[0] == "9" else ik.get_birth_date(number)


def _romanian_birth(number: str) -> date | None:
    """Give the birth date; the numbers of foreign residents tell no century."""
    return None if number[0] in "789" else cnp.get_birth_date(number)


_TEN, _ELEVEN, _THIRTEEN = "[0-9]{10}", "[0-9]{11}", "[0-9]{13}"

_CHINA = Kind(
    shape="[0-9]{17}[0-9X]",
    compact=ric.compact,
    validate=_chinese_check,
    born=ric.get_birth_date,
    region=_chinese_region,
)
_BELGIUM = Kind(
    shape=rf"{_ELEVEN}|[0-9]{{2}}\.[0-9]{{2}}\.[0-9]{{2}}-[0-9]{{3}}\.[0-9]{{2}}",
    compact=nn.compact,
    validate=nn.validate,
    born=nn.get_birth_date,
)
_BULGARIA = Kind(shape=_TEN, compact=egn.compact, validate=egn.validate, born=egn.get_birth_date)
_BRAZIL = Kind(
    shape=rf"{_ELEVEN}|[0-9]{{3}}\.[0-9]{{3}}\.[0-9]{{3}}-[0-9]{{2}}",
    compact=cpf.compact,
    validate=cpf.validate,
)
_CHILE = Kind(
    shape=r"[0-9]{7,8}-?[0-9K]|[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9K]",
    compact=rut.compact,
    validate=rut.validate,
    alone=True,
)
_CZECHIA = Kind(
    # The nine digits of births before 1954 have no check digit.
    shape="[0-9]{6}/?[0-9]{4}",
    compact=rc.compact,
    validate=rc.validate,
    born=rc.get_birth_date,
)
_ECUADOR = Kind(shape="[0-9]{9}-?[0-9]", compact=ci.compact, validate=ci.validate, alone=True)
_ESTONIA = Kind(shape=_ELEVEN, compact=ik.compact, validate=ik.validate, born=ik.get_birth_date)
_SPAIN = (
    Kind(shape="[0-9]{8}[- ]?[A-Z]", compact=dni.compact, validate=dni.validate),
    Kind(shape="[XYZ][- ]?[0-9]{7}[- ]?[A-Z]", compact=nie.compact, validate=nie.validate),
)
_FINLAND = Kind(
    shape="[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]",
    compact=hetu.compact,
    validate=hetu.validate,
    born=_finnish_birth,
)
_FRANCE = Kind(
    shape="[0-9] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
    compact=nir.compact,
    validate=nir.validate,
    two_digit_year=True,
)
_CROATIA = Kind(shape=_ELEVEN, compact=oib.compact, validate=oib.validate, alone=True)
_ISRAEL = Kind(
    shape="[0-9]-?[0-9]{7}-?[0-9]",
    compact=israeli.compact,
    validate=israeli.validate,
    alone=True,
)
_INDIA = Kind(
    shape="[0-9]{4} ?[0-9]{4} ?[0-9]{4}",
    compact=aadhaar.compact,
    validate=aadhaar.validate,
)
_ITALY = Kind(
    shape="[A-Z]{6}[0-9A-Z]{2}[A-Z][0-9A-Z]{2}[A-Z][0-9A-Z]{3}[A-Z]",
    compact=codicefiscale.compact,
    validate=codicefiscale.validate,
    two_digit_year=True,
)
_KOREA = Kind(
    shape="[0-9]{6}-?[0-9]{7}",
    compact=rrn.compact,
    validate=rrn.validate,
    born=rrn.get_birth_date,
)
_LITHUANIA = Kind(
    shape=_ELEVEN, compact=asmens.compact, validate=asmens.validate, born=_lithuanian_birth
)
_MEXICO = Kind(
    shape="[A-Z]{4}[0-9]{6}[A-Z]{6}[0-9A-Z][0-9]",
    compact=curp.compact,
    validate=curp.validate,
    born=curp.get_birth_date,
)
_NETHERLANDS = Kind(
    shape=r"[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}",
    compact=bsn.compact,
    validate=bsn.validate,
    alone=True,
)
_NORWAY = Kind(
    shape="[0-9]{6} ?[0-9]{5}",
    compact=fodselsnummer.compact,
    validate=fodselsnummer.validate,
    born=fodselsnummer.get_birth_date,
)
_POLAND = Kind(
    shape=_ELEVEN, compact=pesel.compact, validate=pesel.validate, born=pesel.get_birth_date
)
_ROMANIA = Kind(
    shape=_THIRTEEN,
    compact=cnp.compact,
    validate=cnp.validate,
    born=_romanian_birth,
    region=cnp.get_county,
)
_SWEDEN = Kind(
    # Twelve digits: with ten the century would hang on today's date.
    shape="(?:18|19|20)[0-9]{6}-?[0-9]{4}",
    compact=personnummer.compact,
    validate=personnummer.validate,
    born=personnummer.get_birth_date,
)
_THAILAND = Kind(
    shape=rf"{_THIRTEEN}|[0-9][- ][0-9]{{4}}[- ][0-9]{{5}}[- ][0-9]{{2}}[- ][0-9]",
    compact=pin.compact,
    validate=pin.validate,
)
_TURKIYE = Kind(shape=_ELEVEN, compact=tckimlik.compact, validate=tckimlik.validate)
_SOUTH_AFRICA = Kind(
    shape="[0-9]{6} ?[0-9]{4} ?[0-9]{2} ?[0-9]",
    compact=south_african.compact,
    validate=south_african.validate,
    two_digit_year=True,
)

KINDS: dict[str, tuple[Kind, ...]] = {
    "BE": (_BELGIUM,),
    "BG": (_BULGARIA,),
    "BR": (_BRAZIL,),
    "CL": (_CHILE,),
    "CN": (_CHINA,),
    "CZ": (_CZECHIA,),
    "EC": (_ECUADOR,),
    "EE": (_ESTONIA,),
    "ES": _SPAIN,
    "FI": (_FINLAND,),
    "FR": (_FRANCE,),
    "HR": (_CROATIA,),
    "IL": (_ISRAEL,),
    "IN": (_INDIA,),
    "IT": (_ITALY,),
    "KR": (_KOREA,),
    "LT": (_LITHUANIA,),
    "MX": (_MEXICO,),
    "NL": (_NETHERLANDS,),
    "NO": (_NORWAY,),
    "PL": (_POLAND,),
    "RO": (_ROMANIA,),
    "SE": (_SWEDEN,),
    "SK": (_CZECHIA,),
    "TH": (_THAILAND,),
    "TR": (_TURKIYE,),
    "ZA": (_SOUTH_AFRICA,),
}
"""The kinds of each country, by its ISO 3166-1 alpha-2 code."""
