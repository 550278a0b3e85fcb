"""DG2, the chip's portrait (ICAO 9303-10, 4.7.2): from the file's bytes to an image to look at.

One path: the group's templates, the face record in them, the image in that, and the image made
ready for ``Engine.look``. Nothing is written anywhere. Whether the bytes are the issuer's is for
passive authentication to say, over the same bytes, before anybody asks for the portrait.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured
from lineproof.face.image import Limits, Unreadable, UnreadableCode, decode, read_header
from lineproof.face.picture import unreadable
from lineproof.reading import face_record, jpeg2000
from lineproof.reading.data_objects import DataObject, first_object, number, objects, only
from lineproof.reading.record_code import RecordCode, RefusedRecordError

if TYPE_CHECKING:
    from lineproof.reading.face_record import RecordFormat

PORTRAIT_LIMITS = Limits(file_bytes=2 * 2**20, pixels=25_000_000, side=8000, min_side=32)
"""Chips hold portraits of about 20 kB and half a million pixels; this is fifty times as much."""

SEVERAL_FACES = "dg2_several_faces"
"""A note: more than one face is stored, and the first was taken."""

_GROUP, _INSTANCES, _COUNT, _INSTANCE = 0x75, 0x7F61, 0x02, 0x7F60
_HEADER, _RECORD, _RECORD_ASN1 = 0xA1, 0x5F2E, 0x7F2E
# The biometric header template's own tag for the kind of characteristic (ISO/IEC 7816-11, C.3.1).
_KIND, _FACIAL = 0x81, 2
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """The portrait that a chip holds, in memory only."""

    image: bytes = field(repr=False)
    """A file for ``Engine.look``: the JPEG or PNG as it is stored, or JPEG 2000 as PNG, with the
    same pixels."""
    record: RecordFormat
    faces: int
    """How many faces the group stores; the first is taken."""
    notes: tuple[str, ...]
    """Stable codes of what deserves a look, such as ``dg2_several_faces``."""


def portrait_of(group: bytes) -> Portrait | Unmeasured:
    """Take the portrait out of an EF.DG2; Unmeasured with the reason's code where there is none.

    The codes are those of ``RecordCode``, and of ``UnreadableCode`` for the image itself.
    """
    try:
        records = [face_record.read(record) for record in _records(group)]
    except RefusedRecordError as refused:
        return Unmeasured(refused.code)
    image = ready(records[0].image)
    if isinstance(image, Unreadable):
        return Unmeasured(image.code)
    faces = sum(record.faces for record in records)
    notes = (SEVERAL_FACES,) if faces > 1 else ()
    return Portrait(image=image, record=records[0].format, faces=faces, notes=notes)


def ready(image: bytes) -> bytes | Unreadable:
    """Give a stored image as a file that ``Engine.look`` reads, decoded once to be sure of it.

    Unreadable where it is damaged, beyond ``PORTRAIT_LIMITS``, or neither JPEG, JPEG 2000 nor
    PNG (the formats of ISO/IEC 39794-5, 7.40).
    """
    if jpeg2000.is_jpeg2000(image):
        return jpeg2000.as_png(image, PORTRAIT_LIMITS)
    if not image.startswith((_JPEG, _PNG)):
        return unreadable(UnreadableCode.NOT_AN_IMAGE)
    header = read_header(image, PORTRAIT_LIMITS)
    if isinstance(header, Unreadable):
        return header
    picture = decode(image, header, longest_side=None)
    return picture if isinstance(picture, Unreadable) else image


def _records(group: bytes) -> list[bytes]:
    """Walk the group's templates to the face records (ICAO 9303-10, table 40); at least one."""
    code = RecordCode.GROUP_MALFORMED
    if len(group) > PORTRAIT_LIMITS.file_bytes:
        raise RefusedRecordError(RecordCode.GROUP_TOO_LONG)
    outer, end = first_object(group, code)
    if outer.tag != _GROUP:
        raise RefusedRecordError(code)
    if end != len(group):
        raise RefusedRecordError(RecordCode.GROUP_TRAILING_BYTES)
    parts = objects(only(_INSTANCES, objects(outer.body, code), code), code)
    stated = number(only(_COUNT, parts, code), code)
    instances = [part.body for part in parts if part.tag == _INSTANCE]
    if stated != len(instances) or len(parts) != stated + 1:
        raise RefusedRecordError(code)
    if not instances:
        raise RefusedRecordError(RecordCode.NO_FACE)
    return [_record(objects(instance, code)) for instance in instances]


def _record(instance: tuple[DataObject, ...]) -> bytes:
    """Give the record of one biometric information template, which must be of a face."""
    code = RecordCode.GROUP_MALFORMED
    header = objects(only(_HEADER, instance, code), code)
    if any(part.tag == _KIND and number(part.body, code) != _FACIAL for part in header):
        raise RefusedRecordError(RecordCode.NOT_A_FACE)
    plain = [part.body for part in instance if part.tag in (_RECORD, _RECORD_ASN1)]
    if len(plain) != 1:
        raise RefusedRecordError(code)
    return plain[0]
