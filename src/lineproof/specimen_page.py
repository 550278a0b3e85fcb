"""Where everything stands on a specimen's sides, in pixels at 16 a millimetre (ICAO 9303-3 to -7).

Sizes are those of ISO/IEC 7810 (ID-1, ID-2, ID-3) and of 9303-7; the zone has ten characters an
inch (9303-3, 4.2), its lines and margins as the parts of 9303 draw them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import ImageFont

from lineproof.domain.document import MrzFormat
from lineproof.reading.transliteration import spellings

if TYPE_CHECKING:
    from datetime import date

    from lineproof.specimen_zone import Holder

MM = 16
"""Pixels a millimetre."""

_PITCH = 2.54
_LINE = 6.35
_ABOVE_BOTTOM = 7.0
"""Millimetres from the lower edge to the foot of the last line."""

_TITLES = {
    MrzFormat.TD1: "IDENTITY CARD",
    MrzFormat.TD2: "IDENTITY CARD",
    MrzFormat.TD3: "PASSPORT",
    MrzFormat.MRV_A: "VISA",
    MrzFormat.MRV_B: "VISA",
}
_SIZES = {
    MrzFormat.TD1: (85.6, 54.0),
    MrzFormat.TD2: (105.0, 74.0),
    MrzFormat.TD3: (125.0, 88.0),
    MrzFormat.MRV_A: (120.0, 80.0),
    MrzFormat.MRV_B: (105.0, 74.0),
}
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One line of print; ``label`` where it names a field, in smaller and paler letters."""

    text: str
    left: int
    top: int
    size: int
    label: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a specimen: what is printed where, in pixels."""

    size: tuple[int, int]
    texts: tuple[Text, ...]
    portrait: tuple[int, int, int, int] | None
    zone: tuple[tuple[str, float, float], ...]
    """Each character of the zone with the middle of its foot."""
    zone_font: ImageFont.FreeTypeFont


def sides(kind: MrzFormat, holder: Holder, lines: tuple[str, ...]) -> tuple[Side, ...]:
    """Lay out a specimen: one side, or for TD1 the front and the back with the zone."""
    width, height = (round(side * MM) for side in _SIZES[kind])
    two = kind is MrzFormat.TD1
    portrait_height = 30 if two else min(45, height / MM - 41)
    top = 14 if two else 13
    box = _box(5, top, portrait_height * 35 / 45, portrait_height)
    texts = (*_titles(kind), *_fields(kind, holder, box[2] / MM + 4, width / MM, top))
    zone = _zone(lines, width, height)
    front = Side(
        size=(width, height),
        texts=texts,
        portrait=box,
        zone=() if two else zone,
        zone_font=_ocr_b(),
    )
    if not two:
        return (front,)
    back = Side(
        size=(width, height), texts=_titles(kind), portrait=None, zone=zone, zone_font=_ocr_b()
    )
    return front, back


def printed_date(day: date | None) -> str:
    """Write a date as passports print it: ``12 AUG 1974``; an unknown one as XX XXX XXXX."""
    if day is None:
        return "XX XXX XXXX"
    return f"{day.day:02} {_MONTHS.split()[day.month - 1]} {day.year}"


def _titles(kind: MrzFormat) -> tuple[Text, ...]:
    return (
        Text(text="UTOPIA", left=5 * MM, top=3 * MM, size=56),
        Text(
            text=f"{_TITLES[kind]}  ·  SPECIMEN, NOT A DOCUMENT", left=5 * MM, top=8 * MM, size=34
        ),
    )


def _fields(
    kind: MrzFormat, holder: Holder, left: float, width: float, top: float
) -> tuple[Text, ...]:
    """Lay out the printed fields: names over the whole width, the rest in two columns."""
    second = left + (width - left) * 0.55
    step = 6.6 if kind is not MrzFormat.TD3 else 8.2
    rows = (
        (("Surname", _drawable(holder.surname)), ("", "")),
        (("Given names", _drawable(holder.given_names)), ("", "")),
        (("Nationality", holder.nationality), ("Document No.", holder.number)),
        (
            ("Date of birth", printed_date(holder.date_of_birth)),
            ("Date of expiry", printed_date(holder.date_of_expiry)),
        ),
        (("Place of birth", "ZENITH"), ("Authority", "TOWN OF NADIR")),
    )
    return tuple(
        text
        for row, pair in enumerate(rows)
        for x, (label, value) in zip((left, second), pair, strict=True)
        if label
        for text in _pair(label, value, x, top + row * step)
    )


def _drawable(name: str) -> str:
    """Leave the marks off a name: Pillow's typeface has the letters of English only."""
    return name if name.isascii() else spellings(name)[-1]


def _pair(label: str, value: str, left: float, top: float) -> tuple[Text, Text]:
    x, y = round(left * MM), round(top * MM)
    return (
        Text(text=label, left=x, top=y, size=24, label=True),
        Text(text=value, left=x, top=y + 30, size=42),
    )


def _box(left: float, top: float, width: float, height: float) -> tuple[int, int, int, int]:
    edges = (left, top, left + width, top + height)
    x, y, right, bottom = (round(edge * MM) for edge in edges)
    return x, y, right, bottom


def _zone(lines: tuple[str, ...], width: int, height: int) -> tuple[tuple[str, float, float], ...]:
    """Set each character of the zone in its place, the lines in the middle of the side."""
    start = (width / MM - len(lines[0]) * _PITCH) / 2 + _PITCH / 2
    foot = height / MM - _ABOVE_BOTTOM - (len(lines) - 1) * _LINE
    return tuple(
        (letter, (start + column * _PITCH) * MM, (foot + row * _LINE) * MM)
        for row, line in enumerate(lines)
        for column, letter in enumerate(line)
    )


@lru_cache(maxsize=1)
def _ocr_b() -> ImageFont.FreeTypeFont:
    """Load OCR-B at the size whose characters are a pitch wide; see fonts/OCR-B.txt for whose."""
    path = Path(__file__).with_name("fonts") / "OCRB.otf"
    hundred = ImageFont.truetype(path, 100).getlength("0")
    return ImageFont.truetype(path, 100 * _PITCH * MM / hundred)
