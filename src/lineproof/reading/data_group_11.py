"""DG11: what an issuer adds about the holder (ICAO 9303-10, 4.7.11).

Name, personal number and date of birth are read; address, telephone, profession, title and what
else may stand there are left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.holder_details import HolderDetails
from lineproof.domain.partial_date import PartialDate
from lineproof.reading.data_objects import objects, only
from lineproof.reading.record_code import RecordCode, RefusedRecordError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_GROUP, _FULL_NAME, _PERSONAL_NUMBER, _DATE_OF_BIRTH = 0x6B, 0x5F0E, 0x5F10, 0x5F2B
_MALFORMED: Final = RecordCode.DETAILS_MALFORMED
_NOT_TOLD: Final = Unmeasured("dg11_not_told")
MOST_CHARACTERS = 200
"""Of a name: the standard sets no limit, and the longest one a passport prints has 39."""

_PACKED_BYTES = 4
_BROKEN = "\ufffd"


def holder_details(group: bytes) -> Finding[HolderDetails]:
    """Read DG11. Never raises: a field that is not sound is not told, a broken group says so."""
    try:
        found = _fields(group)
    except RefusedRecordError as refused:
        return Unmeasured(str(refused.code))
    return Measured(
        HolderDetails(
            full_name=_read(_name, found.get(_FULL_NAME)),
            personal_number=_read(_text, found.get(_PERSONAL_NUMBER)),
            date_of_birth=_read(_date, found.get(_DATE_OF_BIRTH)),
        )
    )


def _fields(group: bytes) -> dict[int, bytes]:
    """Give the fields by tag; RefusedRecordError where the group is broken or one stands twice."""
    within = objects(only(_GROUP, objects(group, _MALFORMED), _MALFORMED), _MALFORMED)
    found = {each.tag: each.body for each in within}
    if len(found) != len(within):
        raise RefusedRecordError(_MALFORMED)
    return found


def _read(parse: Callable[[bytes], T], body: bytes | None) -> Finding[T]:
    if body is None:
        return _NOT_TOLD
    try:
        return Measured(parse(body))
    except ValueError:
        return Unmeasured(str(_MALFORMED))


def _text(body: bytes) -> str:
    """Read UTF-8 without fillers at its end; ValueError for none, too much, or control codes."""
    # Replaced and not raised: Python's own error would carry the bytes.
    text = body.decode("utf-8", errors="replace").rstrip("< ")
    if not 0 < len(text) <= MOST_CHARACTERS or not text.isprintable() or _BROKEN in text:
        msg = "no text"
        raise ValueError(msg)
    return text


def _name(body: bytes) -> str:
    """Write the primary and secondary identifier with a comma between them."""
    primary, _, secondary = _text(body).partition("<<")
    parts = (re.sub("<+", " ", part).strip() for part in (primary, secondary))
    return ", ".join(part for part in parts if part)


def _date(body: bytes) -> PartialDate:
    """Read CCYYMMDD, in characters or packed two digits a byte; zeros stand for the unknown."""
    text = body.hex() if len(body) == _PACKED_BYTES else body.decode("ascii", errors="replace")
    if not re.fullmatch(r"[0-9]{8}", text):
        msg = "no date"
        raise ValueError(msg)
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    found = PartialDate(year=year or None, month=month or None, day=day or None)
    # Both raise ValueError for a day that no calendar has.
    _ = found.earliest, found.latest
    return found
