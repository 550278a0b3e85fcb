"""Parses a machine readable zone whose characters are known (ICAO Doc 9303-3 to 9303-7).

This file knows the grammar only: which characters stand where, and which sums they must give.
Finding a zone in a photograph and reading its characters is not done here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from lineproof.domain.document import CheckDigit, Mrz, MrzFormat
from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.reading.mrz_dates import born, expires

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

Span: TypeAlias = tuple[int, int, int]
"""A line's index, the first character's index in it, and the index after the last."""

NOT_SETTLED: Final = Unmeasured("not_settled")
FRENCH_CARD: Final = "IDFRA"
"""How the two lines of France's identity card until 2021 begin; ``french_card`` parses it."""

LINE: Final = re.compile(r"[A-Z0-9<]+")
_CODE: Final = re.compile(r"[A-Z][A-Z0-9<]")
_STATE: Final = re.compile(r"[A-Z]{3}|[A-Z]{2}<|[A-Z]<<")
_NAMES: Final = re.compile(r"(?=<*[A-Z])[A-Z<]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the fields of one format stand. ``optional`` spans are in the order of their lines."""

    lines: int
    length: int
    names: Span
    number: Span
    nationality: Span
    birth: Span
    expiry: Span
    long_numbers: bool
    """Whether a document number may go on in the optional data."""
    optional: tuple[Span, ...]
    optional_check: Span | None
    composite_check: Span | None
    composite: tuple[Span, ...]


_TD1: Final = Layout(
    lines=3,
    length=30,
    names=(2, 0, 30),
    number=(0, 5, 14),
    nationality=(1, 15, 18),
    birth=(1, 0, 6),
    expiry=(1, 8, 14),
    long_numbers=True,
    optional=((0, 15, 30), (1, 18, 29)),
    optional_check=None,
    composite_check=(1, 29, 30),
    composite=((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)),
)


def _two_lines(length: int, optional_end: int, *, visa: bool) -> Layout:
    """Give the layout of the formats of two lines, which differ only in what ends the second."""
    passport = optional_end == length - 2
    return Layout(
        lines=2,
        length=length,
        names=(0, 5, length),
        number=(1, 0, 9),
        nationality=(1, 10, 13),
        birth=(1, 13, 19),
        expiry=(1, 21, 27),
        long_numbers=not visa and not passport,
        optional=((1, 28, optional_end),),
        optional_check=(1, optional_end, optional_end + 1) if passport else None,
        composite_check=None if visa else (1, length - 1, length),
        composite=() if visa else ((1, 0, 10), (1, 13, 20), (1, 21, length - 1)),
    )


LAYOUTS: Final = {
    MrzFormat.TD1: _TD1,
    MrzFormat.TD2: _two_lines(36, 35, visa=False),
    MrzFormat.TD3: _two_lines(44, 42, visa=False),
    MrzFormat.MRV_A: _two_lines(44, 44, visa=True),
    MrzFormat.MRV_B: _two_lines(36, 36, visa=True),
}
"""Part 5 (TD1), part 6 (TD2), part 4 (TD3) and part 7 (visas), each in its section 4.2."""


def check_digit(text: str) -> str:
    """Compute the check digit of characters of a zone (ICAO 9303-3, 4.9).

    Weights 7, 3, 1 over the values 0 to 9, A = 10 to Z = 35 and ``<`` = 0, modulo 10. Any other
    character is a caller's fault and raises ValueError.
    """
    if not re.fullmatch(r"[A-Z0-9<]*", text):
        raise ValueError("a check digit is over A-Z, 0-9 and < only")
    values = (0 if letter == "<" else int(letter, 36) for letter in text)
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


def parse(lines: Sequence[str | None], *, today: date) -> Finding[Mrz]:
    """Parse the lines of a zone; None is a line that was not settled, and its fields say so.

    Two-digit years are read by ``mrz_dates``, relative to ``today``. Nothing is repaired and no
    check digit is believed: each is reported, and ``Mrz.proven`` says whether all are good.

    Unmeasured: ``not_settled`` (no line is), ``mrz_shape`` (no format has so many lines of that
    length), ``mrz_characters`` (others than A-Z, 0-9 and ``<``), ``mrz_document_code`` (it does
    not begin with a letter), ``mrz_format`` (the first of two lines is unsettled, and the second
    is not shown by its composite check digit to be no visa's), ``not_icao_layout`` (France's
    identity card until 2021: see ``french_card``). A field alone may be
    Unmeasured ``mrz_state``, ``mrz_names``, ``mrz_number`` or ``mrz_date``: what stands there can
    be none.
    """
    layout = _format(lines)
    if isinstance(layout, Unmeasured):
        return layout
    return Measured(_parsed(layout.value, lines, today))


def parts(lines: Sequence[str | None], *spans: Span) -> str | None:
    """Join the characters of some spans; None where any of their lines is not settled."""
    texts = [(lines[line], start, end) for line, start, end in spans]
    known = [text[start:end] for text, start, end in texts if text is not None]
    return "".join(known) if len(known) == len(texts) else None


def _format(lines: Sequence[str | None]) -> Finding[MrzFormat]:
    """Tell the format by the number of lines, their length and, for two lines, the V of a visa."""
    settled = [line for line in lines if line is not None]
    if not settled:
        return NOT_SETTLED
    shape = (len(lines), len(settled[0]))
    if any(len(line) != shape[1] for line in settled):
        return Unmeasured("mrz_shape")
    formats = [kind for kind, layout in LAYOUTS.items() if (layout.lines, layout.length) == shape]
    if not formats:
        return Unmeasured("mrz_shape")
    if not all(LINE.fullmatch(line) for line in settled):
        return Unmeasured("mrz_characters")
    if lines[0] is not None and not _CODE.match(lines[0]):
        return Unmeasured("mrz_document_code")
    return _of_two(lines, formats) if shape[0] == 2 else Measured(formats[0])  # noqa: PLR2004


def _of_two(lines: Sequence[str | None], formats: list[MrzFormat]) -> Finding[MrzFormat]:
    """Tell a visa from the document of the same size, which comes first in ``formats``."""
    document, visa = formats
    if document is MrzFormat.TD2 and (lines[0] or "").startswith(FRENCH_CARD):
        return Unmeasured("not_icao_layout")
    if lines[0] is not None:
        return Measured(visa if lines[0].startswith("V") else document)
    last = [c for c in _checks(document, lines) if c.name in ("optional_data", "composite")]
    return Measured(document) if all(c.good for c in last) else Unmeasured("mrz_format")


def _parsed(kind: MrzFormat, lines: Sequence[str | None], today: date) -> Mrz:
    layout = LAYOUTS[kind]
    names = parts(lines, layout.names)
    surname, given_names = _names(names)
    fields = {
        "document_code": plain(parts(lines, (0, 0, 2))),
        "issuing_state": _state(parts(lines, (0, 2, 5))),
        "surname": surname,
        "given_names": given_names,
        "nationality": _state(parts(lines, layout.nationality)),
    }
    return Mrz(
        format=kind,
        lines=settled_lines(lines),
        checks=_checks(kind, lines),
        fields=fields | _number_and_optional(layout, lines),
        names_truncated=names is not None and not names.endswith("<"),
        date_of_birth=born(parts(lines, layout.birth), today),
        date_of_expiry=expires(parts(lines, layout.expiry), today),
    )


def settled_lines(lines: Sequence[str | None]) -> tuple[Finding[str], ...]:
    """Give each line as a finding."""
    return tuple(NOT_SETTLED if line is None else Measured(line) for line in lines)


def plain(text: str | None) -> Finding[str]:
    """Take the fillers away: none at the ends, and one space for each run of them inside."""
    return NOT_SETTLED if text is None else Measured(" ".join(text.replace("<", " ").split()))


def _state(text: str | None) -> Finding[str]:
    """Read a state's code: letters, then fillers (9303-3, 5); it need not be a listed one."""
    if text is None:
        return NOT_SETTLED
    return plain(text) if _STATE.fullmatch(text) else Unmeasured("mrz_state")


def _names(text: str | None) -> tuple[Finding[str], Finding[str]]:
    """Part the primary from the secondary identifier at the first ``<<`` (9303-3, 4.6).

    A name of one part has no secondary identifier, and its given names are empty. Some states
    print a single name as a secondary one, after ``<<``: then the surname is empty.
    """
    if text is None:
        return NOT_SETTLED, NOT_SETTLED
    if not _NAMES.fullmatch(text):
        return Unmeasured("mrz_names"), Unmeasured("mrz_names")
    primary, _, secondary = text.partition("<<")
    return plain(primary), plain(secondary)


def _number_and_optional(layout: Layout, lines: Sequence[str | None]) -> dict[str, Finding[str]]:
    """Give the document number, whole where it is a long one, and the optional data after it."""
    optional = [parts(lines, span) for span in layout.optional]
    number, given = _number(layout, lines)
    rest = _remainder(number, given, optional[0]) if layout.long_numbers else ""
    if number is None or given is None:
        whole: Finding[str] = NOT_SETTLED
    else:
        whole = plain(number + rest[:-1]) if number.strip("<") else Unmeasured("mrz_number")
    first = None if optional[0] is None else optional[0][len(rest) :]
    told = {"document_number": whole, "optional_data": plain(first)}
    return told | ({"optional_data_2": plain(optional[1])} if len(optional) > 1 else {})


def _number(layout: Layout, lines: Sequence[str | None]) -> tuple[str | None, str | None]:
    """Give the nine characters of the number's own field, and the one after them."""
    line, _, end = layout.number
    return parts(lines, layout.number), parts(lines, (line, end, end + 1))


def _remainder(number: str | None, given: str | None, optional: str | None) -> str:
    """Give what of a long number stands in the optional data, with its check digit; or nothing.

    A number of more than nine characters fills its field, has ``<`` where its check digit would
    be, and goes on in the optional data: the rest, the check digit, ``<`` (9303-5, 4.2.2 note j;
    9303-6 the same). Passports and visas have no such numbers.
    """
    if number is None or given != "<" or "<" in number or optional is None:
        return ""
    rest = optional.partition("<")[0]
    return rest if re.fullmatch(r"[A-Z0-9]+[0-9]", rest) else ""


def _checks(kind: MrzFormat, lines: Sequence[str | None]) -> tuple[CheckDigit, ...]:
    """Give each check digit whose characters are all known, in the order they are printed."""
    layout = LAYOUTS[kind]
    found = [_number_check(layout, lines)]
    for name, (line, start, end) in (
        ("date_of_birth", layout.birth),
        ("date_of_expiry", layout.expiry),
    ):
        over, given = parts(lines, (line, start, end)), parts(lines, (line, end, end + 1))
        found.append(_check(name, over, given))
    if layout.optional_check:
        over, given = parts(lines, layout.optional[0]), parts(lines, layout.optional_check)
        found.append(_check("optional_data", over, given, may_be_filler=True))
    if layout.composite_check:
        over, given = parts(lines, *layout.composite), parts(lines, layout.composite_check)
        found.append(_check("composite", over, given))
    return tuple(check for check in found if check is not None)


def _number_check(layout: Layout, lines: Sequence[str | None]) -> CheckDigit | None:
    """Check the document number, a long one over its characters without the ``<`` between.

    Older Belgian cards sum that ``<`` too, which shifts the weights: then this is what is expected.
    """
    number, given = _number(layout, lines)
    optional = parts(lines, layout.optional[0])
    rest = _remainder(number, given, optional) if layout.long_numbers else ""
    if not rest or number is None:
        return _check("document_number", number, given)
    shifted = _check("document_number", f"{number}<{rest[:-1]}", rest[-1])
    plain = _check("document_number", number + rest[:-1], rest[-1])
    return shifted if shifted and shifted.good else plain


def _check(
    name: str, over: str | None, given: str | None, *, may_be_filler: bool = False
) -> CheckDigit | None:
    """Compare one check digit; that of empty optional data may be ``<`` or 0 (9303-4, 4.2.2)."""
    if over is None or given is None:
        return None
    empty = may_be_filler and given == "<" and not over.strip("<")
    return CheckDigit(name=name, given=given, expected="<" if empty else check_digit(over))
