"""Builders of valid face records and DG2 groups, written from the standards and not from our code.

``data_group_2(jpeg)`` is what a test that only needs a chip's portrait wants.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from tests.samples import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RECORD_19794, RECORD_39794 = 0x5F2E, 0x7F2E


def drawing(width: int = 96, height: int = 120) -> Image.Image:
    """Draw soft colours that every codec keeps nearly as they are."""
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    picture = np.dstack([across, down, (across + down) / 2])
    return Image.fromarray(picture.astype(np.uint8))


def jpeg(picture: Image.Image | None = None) -> bytes:
    """Give a picture, or the drawing, as a JPEG."""
    return stored(picture or drawing(), "JPEG", quality=92)


def jpeg2000(picture: Image.Image | None = None, **options: object) -> bytes:
    """Give a picture, or the drawing, as a JP2 file; lossless unless told otherwise."""
    return stored(picture or drawing(), "JPEG2000", **options)


def codestream(picture: Image.Image | None = None, **options: object) -> bytes:
    """Give a picture, or the drawing, as a JPEG 2000 codestream without boxes."""
    return jpeg2000(picture, no_jp2=True, **options)


def record_2005(*images: bytes, points: int = 0, kind: int = 0) -> bytes:
    """Write ISO/IEC 19794-5:2005, clause 5, with one face an image and ``points`` in each."""
    faces = [
        struct.pack(">IH14x", 20 + 8 * points + 12 + len(image), points)
        + bytes(range(8)) * points
        + struct.pack(">BBHHBBHH", 1, kind, 96, 120, 1, 2, 0, 0)
        + image
        for image in images
    ]
    body = b"".join(faces)
    return b"FAC\x00010\x00" + struct.pack(">IH", 14 + len(body), len(images)) + body


def record_2011(
    *images: bytes, points: int = 0, qualities: int = 1, certificates: int | None = None
) -> bytes:
    """Write ISO/IEC 19794-5:2011, clause 8, with one representation an image."""
    faces = []
    for image in images:
        face = struct.pack(">9sBHH", bytes.fromhex("07e60c1c143310021e"), 5, 0, 1)
        face += bytes([qualities]) + b"\x28\x00\x01\x00\x01" * qualities
        if certificates is not None:
            face += bytes([certificates]) + b"\x00\x01\x02" * certificates
        face += struct.pack(">H15x", points) + bytes(range(8)) * points
        face += struct.pack(">BBHHBHBB", 1, 0, 96, 120, 0, 0, 0, 1)
        face += struct.pack(">I", len(image)) + image
        faces.append(struct.pack(">I", 4 + len(face)) + face)
    body = b"".join(faces)
    certified = certificates is not None
    header = struct.pack(">IHBH", 17 + len(body), len(images), certified, 0)
    return b"FAC\x00030\x00" + header + body


def record_39794(*images: bytes, tagged: bool = True) -> bytes:
    """Write ISO/IEC 39794-5, annex A, with one representation an image; ``tagged`` as in a DG2."""
    blocks = []
    for number, image in enumerate(images):
        information = tlv(0xA1, tlv(0xA0, tlv(0x80, b"\x02")))
        flat = tlv(0xA0, tlv(0x80, image) + information)
        blocks.append(tlv(0x30, tlv(0x80, bytes([number])) + tlv(0xA1, tlv(0xA0, flat))))
    version = tlv(0xA0, tlv(0x80, b"\x03") + tlv(0x81, b"\x07\xe3"))
    data = tlv(0x65, version + tlv(0xA1, b"".join(blocks)))
    return tlv(0xA1, data) if tagged else data


def data_group_2(
    image: bytes | None = None,
    record: Callable[[bytes], bytes] = record_2005,
    tag: int | None = None,
) -> bytes:
    """Write EF.DG2 with one face: ``image`` (the drawing's JPEG where it is None) in ``record``."""
    if tag is None:
        tag = RECORD_39794 if record is record_39794 else RECORD_19794
    return group_of([instance(record(image or jpeg()), tag)])


def instance(record: bytes, tag: int = RECORD_19794, kind: bytes = b"\x02") -> bytes:
    """Write one biometric information template (ICAO 9303-10, table 40)."""
    number = b"\x00\x2a" if tag == RECORD_39794 else b"\x00\x08"
    header = tlv(0x80, b"\x01\x01") + tlv(0x81, kind)
    header += tlv(0x87, b"\x01\x01") + tlv(0x88, number)
    return tlv(0x7F60, tlv(0xA1, header) + tlv(tag, record))


def group_of(instances: Sequence[bytes], stated: int | None = None) -> bytes:
    """Write EF.DG2 round templates, with their number or the one ``stated``."""
    count = len(instances) if stated is None else stated
    return tlv(0x75, tlv(0x7F61, tlv(0x02, bytes([count])) + b"".join(instances)))


def tlv(tag: int, body: bytes) -> bytes:
    """Write a data object with the shortest length (ISO/IEC 8825-1, 10.1)."""
    head = tag.to_bytes(2 if tag > 0xFF else 1)
    if len(body) < 0x80:
        return head + bytes([len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return head + bytes([0x80 | len(length)]) + length + body
