"""BER-TLV data objects (ISO/IEC 7816-4, 6.2; ISO/IEC 8825-1, 8.1), one level at a time.

Nothing is entered unasked: the caller names the path, so depth is bounded by the caller's own code.
Lengths are definite and held against what remains; tags have one or two bytes, as ICAO 9303-10
uses them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineproof.reading.record_code import RefusedRecordError

if TYPE_CHECKING:
    from lineproof.reading.record_code import RecordCode

_MORE_TAG = 0x1F
_LONG = 0x80
_LENGTH_BYTES = range(1, 5)
_MAX_OBJECTS = 1000


@dataclass(frozen=True, slots=True)
class DataObject:
    """One data object: its tag as a number of one or two bytes, and its value."""

    tag: int
    body: bytes = field(repr=False)


def first_object(data: bytes, code: RecordCode) -> tuple[DataObject, int]:
    """Read the data object that ``data`` begins with, and where it ends.

    RefusedRecordError(code) where it is cut, of indefinite length, or its tag has three bytes.
    """
    tag, start, end = _head(data, 0, code)
    return DataObject(tag, data[start:end]), end


def objects(data: bytes, code: RecordCode) -> tuple[DataObject, ...]:
    """Read the data objects that fill ``data`` to its last byte; at most a thousand."""
    found: list[DataObject] = []
    at = 0
    while at < len(data):
        if len(found) == _MAX_OBJECTS:
            raise RefusedRecordError(code)
        tag, start, at = _head(data, at, code)
        found.append(DataObject(tag, data[start:at]))
    return tuple(found)


def only(tag: int, among: tuple[DataObject, ...], code: RecordCode) -> bytes:
    """Give the value of the one object of this tag; RefusedRecordError where none or two are."""
    bodies = [item.body for item in among if item.tag == tag]
    if len(bodies) != 1:
        raise RefusedRecordError(code)
    return bodies[0]


def number(body: bytes, code: RecordCode) -> int:
    """Read a whole number without a sign, of one to four bytes."""
    if len(body) not in _LENGTH_BYTES:
        raise RefusedRecordError(code)
    return int.from_bytes(body)


def _head(data: bytes, at: int, code: RecordCode) -> tuple[int, int, int]:
    """Read tag and length at ``at``: the tag, and where the value starts and ends."""
    tag = data[at : at + 1]
    if tag and tag[0] & _MORE_TAG == _MORE_TAG:
        tag = data[at : at + 2]
        if tag[-1] >= _LONG:
            raise RefusedRecordError(code)
    start = at + len(tag) + 1
    if start > len(data):
        raise RefusedRecordError(code)
    length = data[start - 1]
    if length >= _LONG:
        count = length - _LONG
        if count not in _LENGTH_BYTES or start + count > len(data):
            raise RefusedRecordError(code)
        length, start = int.from_bytes(data[start : start + count]), start + count
    if start + length > len(data):
        raise RefusedRecordError(code)
    return int.from_bytes(tag), start, start + length
