"""Writes the machine readable zone of a specimen: right lengths, fillers and check digits.

For specimens only (the demonstration, the bench and the tests): it names nobody and the product
never issues a document. ``reading/mrz.py`` is the other direction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from lineproof.domain.document import MrzFormat
from lineproof.reading.mrz import LAYOUTS, check_digit
from lineproof.reading.transliteration import transliterated

if TYPE_CHECKING:
    from lineproof.reading.mrz import Layout, Span

_CODES = {
    MrzFormat.TD1: "I",
    MrzFormat.TD2: "I",
    MrzFormat.TD3: "P",
    MrzFormat.MRV_A: "V",
    MrzFormat.MRV_B: "V",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What a specimen says of the person it is made out to; the names may bear any marks."""

    surname: str = field(default="SPECIMEN", repr=False)
    given_names: str = field(default="SAMPLE", repr=False)
    number: str = field(default="L898902C3", repr=False)
    issuing_state: str = "UTO"
    nationality: str = "UTO"
    date_of_birth: date | None = field(default=date(1974, 8, 12), repr=False)
    """None: unknown, which the zone writes as fillers."""
    date_of_expiry: date = field(default=date(2032, 4, 15), repr=False)
    optional_data: str = field(default="", repr=False)


def build(kind: MrzFormat, holder: Holder, *, code: str | None = None) -> tuple[str, ...]:
    """Write the lines of a zone; ``code`` is the document's, else I, P or V.

    Names too long are cut, ending in a letter (9303-3, 4.7). A number of more than nine characters
    goes on in the optional data where the format lets it. The position of a person's sex is left
    unspecified. Raises ValueError for a number or optional data that does not fit.
    """
    layout = LAYOUTS[kind]
    lines = [["<"] * layout.length for _ in range(layout.lines)]
    _put(lines, (0, 0, 2), code or _CODES[kind])
    _put(lines, (0, 2, 5), holder.issuing_state)
    _put(lines, layout.nationality, holder.nationality)
    _put(lines, layout.names, _names(holder, layout.names))
    _put_number(lines, layout, holder)
    for span, day in ((layout.birth, holder.date_of_birth), (layout.expiry, holder.date_of_expiry)):
        _put(lines, span, f"{day:%y%m%d}" if day else "<" * 6)
        _put_check(lines, _after(span), (span,))
    if layout.optional_check and holder.optional_data:
        _put_check(lines, layout.optional_check, layout.optional)
    if layout.composite_check:
        _put_check(lines, layout.composite_check, layout.composite)
    return tuple("".join(line) for line in lines)


def _names(holder: Holder, span: Span) -> str:
    """Join the identifiers by ``<<`` and their parts by ``<``, cut to the field."""
    primary, secondary = transliterated(holder.surname), transliterated(holder.given_names)
    joined = f"{primary}  {secondary}".rstrip().replace(" ", "<")
    return joined[: span[2] - span[1]]


def _put_number(lines: list[list[str]], layout: Layout, holder: Holder) -> None:
    """Write the number, its check digit and the optional data, which a long number begins."""
    head, rest = holder.number[:9], holder.number[9:]
    if rest and not layout.long_numbers:
        raise ValueError("this format has no document numbers of more than nine characters")
    _put(lines, layout.number, head)
    optional = holder.optional_data
    if rest:
        optional = f"{rest}{check_digit(holder.number)}" + (f"<{optional}" if optional else "")
    else:
        _put_check(lines, _after(layout.number), (layout.number,))
    _put(lines, layout.optional[0], optional)


def _after(span: Span) -> Span:
    return span[0], span[2], span[2] + 1


def _put(lines: list[list[str]], span: Span, text: str) -> None:
    line, start, end = span
    if len(text) > end - start:
        raise ValueError(f"this field has {end - start} characters")
    lines[line][start : start + len(text)] = text


def _put_check(lines: list[list[str]], at: Span, over: tuple[Span, ...]) -> None:
    text = "".join("".join(lines[line][start:end]) for line, start, end in over)
    _put(lines, at, check_digit(text))
