"""Parses the zone of France's identity card as it was issued until 2021, which is not ICAO's.

It has two lines of 36, as TD2 has, with other fields in them: surname and issuing office; then the
number, which begins with year and month of issue, given names, birth, sex, and a check digit over
everything before it. No date of expiry and no nationality stands in it. Cards issued since are TD1.
The layout is as public descriptions give it; the check digits of their specimen come out right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lineproof.domain.document import CheckDigit, Mrz, MrzFormat
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.reading.mrz import FRENCH_CARD, check_digit, parts, plain, settled_lines
from lineproof.reading.mrz_dates import born

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from lineproof.reading.mrz import Span

_DIGITS: Final = "0123456789"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

ALPHABETS: Final = (
    (*FRENCH_CARD, *[_LETTERS + "<"] * 25, *[_DIGITS + _LETTERS + "<"] * 6),
    (
        *[_DIGITS] * 4,
        *[_DIGITS + "AB"] * 3,  # Corsica's departments are 2A and 2B
        *[_DIGITS] * 6,
        *[_LETTERS + "<"] * 14,
        *[_DIGITS] * 7,
        "MF",
        _DIGITS,
    ),
)
"""What may stand at each place of each line."""

_SURNAME: Final = (0, 5, 30)
_GIVEN_NAMES: Final = (1, 13, 27)
_NUMBER: Final = (1, 0, 12)
_BIRTH: Final = (1, 27, 33)
_COVERED: Final = {
    "document_number": (_NUMBER,),
    "date_of_birth": (_BIRTH,),
    "composite": ((0, 0, 36), (1, 0, 35)),
}
"""What each check digit is computed over; it is the character after the last."""


def parse_french_card(lines: Sequence[str | None], today: date) -> Mrz:
    """Parse two lines of 36 characters that begin with ``FRENCH_CARD``; None is an unsettled one.

    The format is TD2, by its shape. Nationality and expiry are Unmeasured ``not_in_this_zone``.
    """
    names = [parts(lines, span) for span in (_SURNAME, _GIVEN_NAMES)]
    absent = Unmeasured("not_in_this_zone")
    return Mrz(
        format=MrzFormat.TD2,
        lines=settled_lines(lines),
        checks=_checks(lines),
        fields={
            "document_code": Measured(FRENCH_CARD[:2]),
            "issuing_state": Measured(FRENCH_CARD[2:]),
            "surname": plain(names[0]),
            "given_names": plain(names[1]),
            "nationality": absent,
            "document_number": plain(parts(lines, _NUMBER)),
            "optional_data": absent,
        },
        names_truncated=any(name is not None and not name.endswith("<") for name in names),
        date_of_birth=born(parts(lines, _BIRTH), today),
        date_of_expiry=absent,
    )


def _checks(lines: Sequence[str | None]) -> tuple[CheckDigit, ...]:
    found = []
    for name, spans in _COVERED.items():
        over, given = parts(lines, *spans), parts(lines, _after(spans[-1]))
        if over is not None and given is not None:
            found.append(CheckDigit(name=name, given=given, expected=check_digit(over)))
    return tuple(found)


def _after(span: Span) -> Span:
    return span[0], span[2], span[2] + 1
