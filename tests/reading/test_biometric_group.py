from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from lineproof.domain.finding import Measured, Unmeasured, Unreadable
from lineproof.reading.biometric_group import Portrait, portrait_of, ready
from lineproof.reading.face_record import read
from tests.reading.records import (
    RECORD_39794,
    codestream,
    data_group_2,
    drawing,
    group_of,
    instance,
    jpeg,
    jpeg2000,
    record_2005,
    record_2011,
    record_39794,
    tlv,
)
from tests.samples import SHARED, engine, pixels, stored
from tests.samples import photograph as document_photograph

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RECORDS = (record_2005, record_2011, record_39794)


def portrait(group: bytes) -> Portrait:
    """Give the portrait that there must be."""
    found = portrait_of(group)
    assert isinstance(found, Portrait), found
    return found


def why(group: bytes) -> str:
    """Give the reason why there is none."""
    found = portrait_of(group)
    assert isinstance(found, Unmeasured)
    return found.why


@pytest.mark.parametrize("record", RECORDS)
def test_a_jpeg_comes_out_as_it_is(record: Callable[[bytes], bytes]) -> None:
    """Nothing is re-encoded that an engine can read."""
    image = jpeg()
    found = portrait(data_group_2(image, record))
    assert (found.image, found.faces, found.notes) == (image, 1, ())


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("image", [jpeg2000(), codestream()], ids=["boxes", "codestream"])
def test_jpeg_2000_comes_out_with_the_same_pixels(
    image: bytes, record: Callable[[bytes], bytes]
) -> None:
    """A lossless JPEG 2000 becomes a PNG with every pixel as it was."""
    found = portrait(data_group_2(image, record))
    assert found.image.startswith(b"\x89PNG")
    assert np.array_equal(pixels(found.image), np.asarray(drawing()))


def test_png_is_a_format_of_the_newer_records() -> None:
    """A PNG passes as it is."""
    image = stored(drawing(), "PNG")
    assert portrait(data_group_2(image, record_2011)).image == image


def test_an_image_is_decoded_before_it_is_called_a_portrait() -> None:
    """A file whose structure is whole and whose picture is damaged is refused."""
    image = bytearray(stored(drawing(), "PNG"))
    image[image.index(b"IDAT") + 30] ^= 1
    assert why(data_group_2(bytes(image), record_2011)) == "image_corrupt"


def test_several_faces_are_noted() -> None:
    """Of several templates, or several faces in one, the first is taken and a note says so."""
    first, second = jpeg(), jpeg(drawing(64, 80))
    for group in (
        group_of([instance(record_2005(first, second))]),
        group_of([instance(record_2005(first)), instance(record_2005(second))]),
    ):
        found = portrait(group)
        assert (found.image, found.faces, found.notes) == (first, 2, ("dg2_several_faces",))
    assert portrait(group_of([instance(record_2005(first))] * 255, stated=255)).faces == 255


@pytest.mark.parametrize(
    ("group", "code"),
    [
        (b"", "dg2_malformed"),
        (b"\x75", "dg2_malformed"),
        (b"\x75\x80\x00\x00", "dg2_malformed"),
        (b"\x75\x84\xff\xff\xff\xff", "dg2_malformed"),
        (tlv(0x61, data_group_2()[4:]), "dg2_malformed"),  # another group's tag
        (b"\x75\x00" * 2, "dg2_trailing_bytes"),
        (data_group_2() + b"\x00", "dg2_trailing_bytes"),
        (bytes(3_000_000), "dg2_too_long"),
        (tlv(0x75, tlv(0x7F61, tlv(0x7F61, b"") * 5)), "dg2_malformed"),
        (group_of([]), "dg2_no_face"),
        (group_of([instance(record_2005())]), "dg2_no_face"),
        (group_of([], stated=1), "dg2_malformed"),
        (group_of([instance(record_2005(jpeg()))], stated=2), "dg2_malformed"),
        (group_of([instance(record_2005(jpeg()))], stated=0), "dg2_malformed"),
        (group_of([instance(record_2005(jpeg())), b"\x04\x00"], stated=1), "dg2_malformed"),
        (group_of([instance(record_2005(jpeg())), b"\x04\x00"], stated=2), "dg2_malformed"),
        (group_of([instance(record_2005(jpeg()), kind=b"\x08")]), "dg2_not_a_face"),
        (group_of([tlv(0x7F60, tlv(0x5F2E, record_2005(jpeg())))]), "dg2_malformed"),
        (group_of([tlv(0x7F60, tlv(0xA1, b""))]), "dg2_malformed"),
        (group_of([instance(b"no record")]), "face_record_unknown"),
        (group_of([instance(record_2005(jpeg())[:-1])]), "face_record_malformed"),
        (data_group_2(b"no image"), "image_not_an_image"),
        (data_group_2(stored(drawing(), "WEBP")), "image_not_an_image"),
        (data_group_2(jpeg()[:-700]), "image_truncated"),
        (data_group_2(jpeg2000()[:-700]), "image_truncated"),
        (data_group_2(jpeg(drawing(20, 20))), "image_too_small"),
        (data_group_2(jpeg2000(drawing(20, 20))), "image_too_small"),
        (data_group_2(stored(Image.new("L", (8200, 40)), "JPEG")), "image_too_large"),
    ],
)
def test_each_fault_has_its_code(group: bytes, code: str) -> None:
    """Whatever is wrong with a group, one stable code says what."""
    assert why(group) == code


def test_a_group_cut_anywhere_is_refused() -> None:
    """No beginning of a group gives a portrait."""
    whole = data_group_2(jpeg(drawing(32, 32)))
    assert {why(whole[:end]) for end in range(len(whole))} == {"dg2_malformed"}


def test_a_record_under_the_other_tag_is_read() -> None:
    """The record says itself what it is; the tag and the header only announce it."""
    group = group_of([instance(record_2005(jpeg()), RECORD_39794)])
    assert portrait(group).image == jpeg()


def test_nothing_of_a_portrait_is_shown_or_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No image stands in a repr, and no file is made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    found = portrait(data_group_2(jpeg2000()))
    assert "PNG" not in repr(found)
    assert len(repr(found)) < 200
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - shorter than a list of paths


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("data/face_records/ICAO_39794_5_AP_DG2_AllFields.dat", (413, 531)),
        ("data/face_records/ICAO_39794_5_AP_DG2_MandFields.dat", (413, 531)),
        ("data/emrtd/icao9303p10_sample/EF.DG2.bin", (148, 70)),
    ],
)
def test_published_groups(name: str, size: tuple[int, int]) -> None:
    """Groups that others wrote give a picture of the size that they say."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip("the published data groups are not here")
    assert Image.open(io.BytesIO(portrait(path.read_bytes()).image)).size == size


@pytest.mark.parametrize(
    "name", ["ICAO_39794_5_AP_MandFields_InvalidImage.dat", "ISO19794_Test2_Data_InvalidImage.bin"]
)
def test_published_records_with_a_damaged_image(name: str) -> None:
    """A record that is well-formed round what is no image is refused for the image."""
    path = SHARED / "data/face_records" / name
    if not path.is_file():
        pytest.skip("the published face records are not here")
    answer = ready(read(path.read_bytes()).image)
    assert isinstance(answer, Unreadable)
    assert answer.code == "image_not_an_image"


def test_another_data_group_is_refused() -> None:
    """DG7, a signature's picture, is no portrait whatever name its file has."""
    path = SHARED / "data/emrtd/icao9303p10_sample/EF.DG7.bin"
    if not path.is_file():
        pytest.skip("the published data groups are not here")
    assert why(path.read_bytes()) == "dg2_malformed"


def test_an_engine_finds_the_face_in_a_chip_s_portrait() -> None:
    """A portrait that was stored as JPEG 2000 is what an engine can look at."""
    photograph = Image.open(io.BytesIO(document_photograph("obama.jpg"))).convert("RGB")
    photograph.thumbnail((480, 600))
    group = data_group_2(jpeg2000(photograph, quality_mode="rates", quality_layers=[30]))
    look = engine().look(portrait(group).image)
    assert not isinstance(look, Unreadable)
    assert isinstance(look.finding, Measured)
    assert look.finding.value.faces == 1
