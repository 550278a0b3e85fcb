"""Holds what a page prints in plain letters against its machine readable zone.

Each field of the zone is looked for in the print, and one of three things is said of it:

- it *agrees* where a line of print says the same: a date in any usual form, a number after letters
  and digits that look alike are made one, a name in one of its spellings but for one letter;
- it *disagrees* only where a label that is known names the field, the line of print that belongs to
  that label was read surely and is of the field's kind, it is plainly different, and the zone's
  value is nowhere else on the page;
- otherwise nothing is said of it. That a field was not found proves nothing: print is small, lies
  under a reflection, or is in letters that no table here has.

So a genuine page hardly ever disagrees, and a forged one may well not: agreement is no proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from lineproof.domain.document import Mrz, PrintedField
from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.reading.printed_dates import dates_in
from lineproof.reading.printed_labels import value_lines
from lineproof.reading.transliteration import spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from lineproof.domain.partial_date import PartialDate
    from lineproof.reading.text_lines import ReadLine

    Texts: TypeAlias = Callable[[NDArray[np.uint8]], Iterable[ReadLine]]
    """Finds the lines of print in (h, w, 3) uint8 RGB, and reads each when it is asked for."""

SURE: Final = 0.9
"""The least probability of a line's least sure character for it to contradict a zone."""

LONG: Final = 5
"""From so many letters on, a name may be one letter off and still be the same."""

DIGITS_OFF: Final = 2
"""How many digits of a date are off at least where it is plainly another."""

SIGNS_OFF: Final = 3
"""The same for the signs of a document number."""

NUMBERS: Final = range(5, 15)
FEWEST_DIGITS: Final = 2
"""How many signs, and digits among them, print has that may be a document's number."""

_ALIKE: Final = str.maketrans("OQDILZSBG", "000112586")
"""Letters of which print and recogniser make digits, and the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sought:
    """One field of a zone: whether a line says the same, and whether it says plainly otherwise."""

    name: str
    same: Callable[[ReadLine], bool]
    other: Callable[[ReadLine], bool]


def match_printed(
    pixels: NDArray[np.uint8], mrz: Mrz, texts: Texts
) -> Finding[tuple[PrintedField, ...]]:
    """Look for the fields of ``mrz`` in the print of (h, w, 3) uint8 RGB ``pixels``.

    Gives the fields that were found to agree or to disagree, in a fixed order. Unmeasured:
    ``print_unread`` where no line of print was read, ``print_elsewhere`` where none of the fields
    was found.
    """
    fields = _sought(mrz)
    lines = _needed(texts(pixels), fields)
    if not lines:
        return Unmeasured("print_unread")
    found = [(each.name, _agrees(each, fields, lines)) for each in fields]
    told = tuple(PrintedField(name=name, agrees=same) for name, same in found if same is not None)
    return Measured(told) if told else Unmeasured("print_elsewhere")


def _needed(lines: Iterable[ReadLine], fields: list[_Sought]) -> list[ReadLine]:
    """Read line after line, until the print says the same of every field."""
    read, missing = [], fields
    for line in lines:
        if line.text and "<<" not in line.text:
            read.append(line)
            missing = [each for each in missing if not each.same(line)]
            if not missing:
                break
    return read


def _agrees(sought: _Sought, fields: list[_Sought], lines: Sequence[ReadLine]) -> bool | None:
    """Tell whether the print says the same of one field; None where nothing can be said.

    Print that belongs to the label but is what another field says was put to the wrong label here.
    """
    if any(sought.same(line) for line in lines):
        return True
    told = value_lines(sought.name, lines)
    explained = any(other.same(line) for other in fields for line in told)
    sure = all(line.sure >= SURE and sought.other(line) for line in told)
    return False if told and sure and not explained else None


def _sought(mrz: Mrz) -> list[_Sought]:
    """Give the fields of a zone that are settled and say something."""
    number = mrz.fields["document_number"]
    found: list[_Sought] = []
    if isinstance(number, Measured) and number.value:
        found.append(_number("document_number", number.value))
    for name in ("surname", "given_names"):
        value = mrz.fields[name]
        if isinstance(value, Measured) and value.value:
            found.append(_name(name, value.value, whole=not mrz.names_truncated))
    for name, day in (("date_of_birth", mrz.date_of_birth), ("date_of_expiry", mrz.date_of_expiry)):
        known = _known(day.value) if isinstance(day, Measured) else None
        if known is not None:
            found.append(_date(name, known))
    return found


def _known(day: PartialDate) -> date | None:
    """Give a date of which every part is known."""
    return day.earliest if day.earliest == day.latest else None


def _number(name: str, value: str) -> _Sought:
    wanted = _folded(value)

    def same(line: ReadLine) -> bool:
        return wanted in _folded(line.text)

    def other(line: ReadLine) -> bool:
        signs = spellings(line.text)[0].replace(" ", "")
        digits = sum(sign.isdigit() for sign in signs)
        number = digits >= FEWEST_DIGITS and len(signs) in NUMBERS and not dates_in(line.text)
        return number and _distance(_folded(line.text), wanted) >= SIGNS_OFF

    return _Sought(name=name, same=same, other=other)


def _folded(text: str) -> str:
    """Take what is no letter or digit away, and make letters and digits that look alike one."""
    return spellings(text)[0].replace(" ", "").translate(_ALIKE)


def _date(name: str, value: date) -> _Sought:
    def same(line: ReadLine) -> bool:
        return value in dates_in(line.text)

    def other(line: ReadLine) -> bool:
        said = dates_in(line.text)
        return bool(said) and all(_digits_off(value, day) >= DIGITS_OFF for day in said)

    return _Sought(name=name, same=same, other=other)


def _digits_off(one: date, two: date) -> int:
    """Count the digits of YYMMDD that differ: the zone has no century."""
    pairs = zip(f"{one:%y%m%d}", f"{two:%y%m%d}", strict=True)
    return sum(a != b for a, b in pairs)


def _name(name: str, value: str, *, whole: bool) -> _Sought:
    """Seek a name; of one that may be cut short, its first part, and nothing contradicts it."""
    parts = value.split() if whole else value.split()[:1]

    def same(line: ReadLine) -> bool:
        return any(_has_parts(parts, form.split()) for form in spellings(line.text))

    def other(line: ReadLine) -> bool:
        forms = [form.split() for form in spellings(line.text)]
        letters = "".join(forms[0])
        near = any(
            _near(part, "".join(form)) for form in forms for part in (*parts, "".join(parts))
        )
        shared = any(_alike(part, word) for form in forms for part in parts for word in form)
        plain = letters.isalpha() and line.text.isascii() and len(letters) > 2  # noqa: PLR2004
        return whole and plain and not shared and not near

    return _Sought(name=name, same=same, other=other)


def _has_parts(parts: Sequence[str], words: Sequence[str]) -> bool:
    """Whether each part of a name is among the words, or two words together are it."""
    joined = (*words, *(first + second for first, second in pairwise(words)), "".join(words))
    return all(any(_alike(part, word) for word in joined) for part in parts)


def _alike(one: str, two: str) -> bool:
    """Whether two words are the same but for one letter, or quite the same if they are short."""
    return one == two or (min(len(one), len(two)) >= LONG and _distance(one, two) <= 1)


def _near(one: str, two: str) -> bool:
    """Whether more than half of the longer of two words is the other's."""
    return _distance(one, two) <= max(len(one), len(two)) / 2


def _distance(one: str, two: str) -> int:
    """Count the letters to be put in, taken out or changed (Levenshtein 1966)."""
    row = list(range(len(two) + 1))
    for at, letter in enumerate(one, start=1):
        last, row[0] = row[0], at
        for place, other in enumerate(two, start=1):
            change = last + (letter != other)
            last = row[place]
            row[place] = min(row[place] + 1, row[place - 1] + 1, change)
    return row[-1]
