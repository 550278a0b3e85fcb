from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from lineproof.reading import face_record
from lineproof.reading.face_record import RecordFormat
from lineproof.reading.record_code import RecordCode, RefusedRecordError
from tests.reading import records
from tests.reading.records import record_2005, record_2011, record_39794, tlv
from tests.samples import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGE = b"\xff\xd8\xff an image"
WRITERS = {
    RecordFormat.ISO_19794_5_2005: record_2005,
    RecordFormat.ISO_19794_5_2011: record_2011,
    RecordFormat.ISO_39794_5: record_39794,
}


def refusal(record: bytes) -> RecordCode:
    """Give the code with which a record is refused."""
    with pytest.raises(RefusedRecordError) as caught:
        face_record.read(record)
    return caught.value.code


@pytest.mark.parametrize(("kind", "written"), WRITERS.items(), ids=WRITERS)
def test_each_format_gives_its_image(kind: RecordFormat, written: Callable[[bytes], bytes]) -> None:
    """The image comes out of every format byte for byte."""
    assert face_record.read(written(IMAGE)) == face_record.FaceRecord(kind, 1, IMAGE)


@pytest.mark.parametrize("written", WRITERS.values(), ids=WRITERS)
def test_of_several_faces_the_first_is_taken(written: Callable[..., bytes]) -> None:
    """A record of 255 faces gives the first, and says how many there are."""
    read = face_record.read(written(IMAGE, *[b"another"] * 254))
    assert (read.faces, read.image) == (255, IMAGE)


@pytest.mark.parametrize(("kind", "written"), WRITERS.items(), ids=WRITERS)
def test_a_record_of_no_face_is_refused(kind: str, written: Callable[[], bytes]) -> None:
    """No face is a reason of its own."""
    assert refusal(written()) == RecordCode.NO_FACE, kind


@pytest.mark.parametrize("written", WRITERS.values(), ids=WRITERS)
def test_a_record_cut_anywhere_is_refused(written: Callable[[bytes], bytes]) -> None:
    """Wherever a record ends early, some length says so."""
    whole = written(IMAGE)
    for end in range(len(whole)):
        assert refusal(whole[:end]) in (RecordCode.RECORD_MALFORMED, RecordCode.RECORD_UNKNOWN)


@pytest.mark.parametrize("written", WRITERS.values(), ids=WRITERS)
def test_trailing_bytes_are_refused(written: Callable[[bytes], bytes]) -> None:
    """A record is filled to its last byte."""
    assert refusal(written(IMAGE) + b"\x00") == RecordCode.RECORD_MALFORMED


def test_what_stands_before_the_image_is_stepped_over() -> None:
    """Points, quality and certificates may be many, and the image still comes out whole."""
    for record in (
        record_2005(IMAGE, points=300),
        record_2011(IMAGE, points=300, qualities=0),
        record_2011(IMAGE, points=2, qualities=255, certificates=3),
    ):
        assert face_record.read(record).image == IMAGE


@pytest.mark.parametrize(
    ("record", "at", "layout"),
    [
        (record_2005(IMAGE), 8, ">I"),  # the record's length
        (record_2005(IMAGE), 12, ">H"),  # how many faces
        (record_2005(IMAGE), 14, ">I"),  # the face's length
        (record_2011(IMAGE), 8, ">I"),
        (record_2011(IMAGE), 12, ">H"),
        (record_2011(IMAGE), 14, ">B"),  # whether there are certificates
        (record_2011(IMAGE), 17, ">I"),
        (record_2011(IMAGE), 35, ">B"),  # how many qualities
        (record_2011(IMAGE), 41, ">H"),
        (record_2011(IMAGE), 69, ">I"),  # the image's length
    ],
)
def test_a_lying_number_is_refused(record: bytes, at: int, layout: str) -> None:
    """Each length and count is held against what remains, and against the others."""
    (true,) = struct.unpack_from(layout, record, at)
    most = 256 ** struct.calcsize(layout) - 1
    for lie in {true - 1, true + 1, true + 14, most, most // 2} - {true, -1}:
        lying = bytearray(record)
        struct.pack_into(layout, lying, at, lie)
        code = RecordCode.NO_FACE if (at, lie) == (12, 0) else RecordCode.RECORD_MALFORMED
        assert refusal(bytes(lying)) == code


def test_points_that_reach_beyond_the_face_are_refused() -> None:
    """In the format of 2005 points end where the image begins, so too many leave none."""
    record = bytearray(record_2005(IMAGE, IMAGE))
    for points in (2, 4, 1000, 0xFFFF):
        struct.pack_into(">H", record, 18, points)
        assert refusal(bytes(record)) == RecordCode.RECORD_MALFORMED


def test_a_record_longer_than_its_faces_is_refused() -> None:
    """A header that counts bytes after the last face does not make them part of it."""
    for record in (record_2005(IMAGE), record_2011(IMAGE)):
        longer = bytearray(record + b"\x00")
        struct.pack_into(">I", longer, 8, len(longer))
        assert refusal(bytes(longer)) == RecordCode.RECORD_MALFORMED


def test_what_follows_the_image_in_its_representation_is_refused() -> None:
    """In the format of 2011 three dimensions may follow the image; they are not read."""
    longer = bytearray(record_2011(IMAGE) + b"\x00")
    struct.pack_into(">I", longer, 8, len(longer))
    struct.pack_into(">I", longer, 17, len(longer) - 17)
    assert refusal(bytes(longer)) == RecordCode.RECORD_MALFORMED


def test_a_flag_that_is_neither_yes_nor_no_is_refused() -> None:
    """Certificates are there or not."""
    record = bytearray(record_2011(IMAGE, certificates=1))
    record[14] = 2
    assert refusal(bytes(record)) == RecordCode.RECORD_MALFORMED


def test_a_face_of_no_length_is_refused() -> None:
    """A length of nothing would let a record be walked for ever."""
    record = bytearray(record_2005(IMAGE, IMAGE))
    struct.pack_into(">I", record, 14, 0)
    assert refusal(bytes(record)) == RecordCode.RECORD_MALFORMED


def test_an_image_of_no_bytes_is_refused() -> None:
    """A face without its image is no face."""
    assert refusal(record_2005(b"")) == RecordCode.RECORD_MALFORMED
    assert refusal(record_2011(b"")) == RecordCode.RECORD_MALFORMED


def test_a_bare_block_is_read_as_well() -> None:
    """ISO/IEC 39794-5 outside a chip has no context tag round it."""
    assert face_record.read(record_39794(IMAGE, tagged=False)).image == IMAGE


def test_three_dimensions_and_extensions_are_unknown() -> None:
    """The alternatives of ISO/IEC 39794-5 that are no flat image are refused by name."""
    for path in (b"\xa1\x00", tlv(0xA0, b"\xa1\x00")):
        block = tlv(0x30, tlv(0x80, b"\x00") + tlv(0xA1, path))
        record = tlv(0x65, tlv(0xA0, b"") + tlv(0xA1, block))
        assert refusal(record) == RecordCode.RECORD_UNKNOWN


def block_39794(representations: bytes, extra: bytes = b"") -> bytes:
    """Write a block of ISO/IEC 39794-5 round representations."""
    return tlv(0x65, tlv(0xA0, b"") + tlv(0xA1, representations) + extra)


def test_what_stands_twice_or_in_the_wrong_place_is_refused() -> None:
    """A choice has one alternative, a sequence of blocks holds blocks, and a field stands once."""
    flat = tlv(0xA0, tlv(0xA0, tlv(0x80, IMAGE)))
    face = tlv(0x30, tlv(0xA1, flat))
    assert face_record.read(block_39794(face)).image == IMAGE
    assert face_record.read(block_39794(face, b"\x89\x00" * 9)).image == IMAGE
    for record in (
        block_39794(tlv(0x30, tlv(0xA1, flat + flat))),
        block_39794(tlv(0x30, tlv(0xA1, flat) + tlv(0xA1, flat))),
        block_39794(face + tlv(0x31, b"")),
        block_39794(face, tlv(0xA1, face)),
        block_39794(face, b"\x89\x00" * 1001),
        tlv(0x65, tlv(0xA1, face)),
    ):
        assert refusal(record) == RecordCode.RECORD_MALFORMED


@pytest.mark.parametrize(
    "record",
    [
        b"\x65\x80" + record_39794(IMAGE, tagged=False)[4:] + b"\x00\x00",  # indefinite
        b"\x65\x84\xff\xff\xff\xff" + bytes(100),  # four gigabytes
        b"\x65\x89" + b"\x01" * 20,  # a length of nine bytes
        tlv(0x65, b"\x02\x00" * 5000),  # more objects than any record has
        tlv(0x65, b"\x30\x80" * 5000),  # nested without an end
        tlv(0x65, b"\x1f\x81\x82\x03\x00"),  # a tag of four bytes
    ],
)
def test_asn1_that_asks_for_too_much_is_refused(record: bytes) -> None:
    """Indefinite, huge and endless encodings are refused at their head."""
    assert refusal(record) == RecordCode.RECORD_MALFORMED


@pytest.mark.parametrize("record", [b"", b"FAC", b"FAC\x00020\x00" + bytes(99), b"FIR\x00020\x00"])
def test_another_format_is_unknown(record: bytes) -> None:
    """What is of no known format is not guessed at."""
    assert refusal(record) == RecordCode.RECORD_UNKNOWN


def test_the_image_is_not_in_the_repr() -> None:
    """What ends in a log must not hold a face."""
    assert "image" not in repr(face_record.read(record_2005(records.jpeg())))


@pytest.mark.parametrize(
    ("name", "kind", "image"),
    [
        ("ISO19794_Test1_Data.bin", RecordFormat.ISO_19794_5_2005, "ISO19794_Test1_Face.jpg"),
        ("face01.iso2005", RecordFormat.ISO_19794_5_2005, None),
        ("mosip_face_19794-5_2011.iso", RecordFormat.ISO_19794_5_2011, None),
        (
            "ICAO_39794_5_AP_AllFields.dat",
            RecordFormat.ISO_39794_5,
            "ICAO_39794_5_AP_Face.jpg",
        ),
        (
            "ICAO_39794_5_AP_MandFields.dat",
            RecordFormat.ISO_39794_5,
            "ICAO_39794_5_AP_Face.jpg",
        ),
    ],
)
def test_published_records(name: str, kind: RecordFormat, image: str | None) -> None:
    """Records that others wrote give the image that was published beside them."""
    folder = SHARED / "data/face_records"
    if not folder.is_dir():
        pytest.skip("the published face records are not here")
    read = face_record.read((folder / name).read_bytes())
    assert (read.format, read.faces) == (kind, 1)
    assert image is None or read.image == (folder / image).read_bytes()
