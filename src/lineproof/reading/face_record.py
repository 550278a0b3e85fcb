"""Face records: where the image lies in ISO/IEC 19794-5:2005, 19794-5:2011 and ISO/IEC 39794-5.

Every length is held against what remains, and the record must be filled to its last byte. What a
record tells of the person beside the image is stepped over by its length and never read (DESIGN
promise 7).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import StrEnum

from lineproof.reading.data_objects import objects, only
from lineproof.reading.record_code import RecordCode, RefusedRecordError


class RecordFormat(StrEnum):
    """The formats that are read."""

    ISO_19794_5_2005 = "ISO/IEC 19794-5:2005"
    ISO_19794_5_2011 = "ISO/IEC 19794-5:2011"
    ISO_39794_5 = "ISO/IEC 39794-5"


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """The first face of a record: ``image`` as it is stored, of ``faces`` in all."""

    format: RecordFormat
    faces: int
    image: bytes = field(repr=False)


_MAGIC_2005 = b"FAC\x00010\x00"
_MAGIC_2011 = b"FAC\x00030\x00"

# 19794-5:2005, 5.4 to 5.7: magic, version, length, faces.
_HEADER_2005 = struct.Struct(">8xIH")
# Block length and number of feature points; the rest of the 20 bytes is of the person.
_FACE_2005 = struct.Struct(">IH14x")
_POINT = 8
_IMAGE_2005 = 12

# 19794-5:2011, clause 8: magic, version, length, representations, certification, semantics.
_HEADER_2011 = struct.Struct(">8xIHBH")
# Length, then date (9), technology (1), vendor (2) and type (2) of the capture.
_REPRESENTATION_2011 = struct.Struct(">I14x")
_QUALITY, _CERTIFICATION = 5, 3
# Number of landmarks; the rest of the 17 bytes is of the person.
_FACE_2011 = struct.Struct(">H15x")
_IMAGE_2011 = struct.Struct(">11xI")

# 39794-5, annex A: the application tag of FaceImageDataBlock and the context tags on the way.
_FACE_IMAGE_DATA, _CHOSEN, _FIRST, _BLOCK, _PLAIN = 0x65, 0xA1, 0xA0, 0x30, 0x80


def read(record: bytes) -> FaceRecord:
    """Find the first face's image in a face record of any of the three formats.

    RefusedRecordError where the format is unknown, or the record contradicts itself.
    """
    if record.startswith(_MAGIC_2005):
        return _read_2005(record)
    if record.startswith(_MAGIC_2011):
        return _read_2011(record)
    if record[:1] in (bytes([_CHOSEN]), bytes([_FACE_IMAGE_DATA])):
        return _read_39794(record)
    raise RefusedRecordError(RecordCode.RECORD_UNKNOWN)


def _read_2005(record: bytes) -> FaceRecord:
    """Read ISO/IEC 19794-5:2005, clause 5: header, then each face with its own length."""
    length, faces = _unpack(_HEADER_2005, record, 0)
    if length != len(record):
        raise _malformed()
    images = []
    at = _HEADER_2005.size
    for _ in range(_some(faces)):
        length, points = _unpack(_FACE_2005, record, at)
        start = at + _FACE_2005.size + points * _POINT + _IMAGE_2005
        at = _end(start, at + length, record)
        images.append((start, at))
    return _filled(record, at, RecordFormat.ISO_19794_5_2005, images)


def _read_2011(record: bytes) -> FaceRecord:
    """Read ISO/IEC 19794-5:2011, clause 8: header, then each representation with its length."""
    length, faces, certified, _ = _unpack(_HEADER_2011, record, 0)
    if length != len(record) or certified > 1:
        raise _malformed()
    images = []
    at = _HEADER_2011.size
    for _ in range(_some(faces)):
        (length,) = _unpack(_REPRESENTATION_2011, record, at)
        start = _after_counted(record, at + _REPRESENTATION_2011.size, _QUALITY)
        if certified:
            start = _after_counted(record, start, _CERTIFICATION)
        (points,) = _unpack(_FACE_2011, record, start)
        start += _FACE_2011.size + points * _POINT
        (size,) = _unpack(_IMAGE_2011, record, start)
        start += _IMAGE_2011.size
        if start + size != at + length:
            raise _malformed()
        at = _end(start, at + length, record)
        images.append((start, at))
    return _filled(record, at, RecordFormat.ISO_19794_5_2011, images)


def _read_39794(record: bytes) -> FaceRecord:
    """Read ISO/IEC 39794-5, annex A, as ICAO 9303-10 places it: in a context tag, or bare."""
    code = RecordCode.RECORD_MALFORMED
    if record[0] == _CHOSEN:
        record = only(_CHOSEN, objects(record, code), code)
    block = objects(only(_FACE_IMAGE_DATA, objects(record, code), code), code)
    only(_FIRST, block, code)  # the version block
    blocks = objects(only(_CHOSEN, block, code), code)
    if any(each.tag != _BLOCK for each in blocks):
        raise _malformed()
    _some(len(blocks))
    representation = only(_CHOSEN, objects(blocks[0].body, code), code)
    base = _chosen(_chosen(representation))
    image = only(_PLAIN, objects(base, code), code)
    return FaceRecord(RecordFormat.ISO_39794_5, len(blocks), image)


def _chosen(choice: bytes) -> bytes:
    """Take the first alternative of a choice; the others are extensions and three dimensions."""
    taken = objects(choice, RecordCode.RECORD_MALFORMED)
    if len(taken) != 1:
        raise _malformed()
    if taken[0].tag != _FIRST:
        raise RefusedRecordError(RecordCode.RECORD_UNKNOWN)
    return taken[0].body


def _unpack(layout: struct.Struct, record: bytes, at: int) -> tuple[int, ...]:
    if at + layout.size > len(record):
        raise _malformed()
    found: tuple[int, ...] = layout.unpack_from(record, at)
    return found


def _after_counted(record: bytes, at: int, size: int) -> int:
    """Step over a count of one byte and as many blocks of ``size`` bytes."""
    if at >= len(record):
        raise _malformed()
    return at + 1 + record[at] * size


def _some(faces: int) -> int:
    if not faces:
        raise RefusedRecordError(RecordCode.NO_FACE)
    return faces


def _end(start: int, end: int, record: bytes) -> int:
    """Give where a face ends, held against its own contents and what remains of the record."""
    if not start < end <= len(record):
        raise _malformed()
    return end


def _filled(
    record: bytes, at: int, kind: RecordFormat, images: list[tuple[int, int]]
) -> FaceRecord:
    """Give the first of the faces, whose lengths must fill the record."""
    if at != len(record):
        raise _malformed()
    start, end = images[0]
    return FaceRecord(kind, len(images), record[start:end])


def _malformed() -> RefusedRecordError:
    return RefusedRecordError(RecordCode.RECORD_MALFORMED)
