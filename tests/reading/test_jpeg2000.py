from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from lineproof.domain.finding import Unreadable
from lineproof.face.image import Limits
from lineproof.reading import jpeg2000 as module
from lineproof.reading.biometric_group import PORTRAIT_LIMITS
from tests.reading.codestreams import coding, deep, segment, size, steps, stream, tile_part
from tests.reading.records import codestream, drawing, jpeg2000
from tests.samples import SHARED, pixels, stored

ROOM = Limits(file_bytes=2**20, pixels=1_000_000, side=2000, min_side=8)
LEVELS = 5


def code(data: bytes, limits: Limits = PORTRAIT_LIMITS) -> str:
    """Give the code of the refusal that there must be."""
    answer = module.as_png(data, limits)
    assert isinstance(answer, Unreadable)
    return answer.code


def decoded(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Give the pixels that there must be."""
    answer = module.as_png(data, ROOM)
    assert isinstance(answer, bytes), answer
    return pixels(answer)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"no_jp2": True},
        {"tile_size": (64, 64)},
        {"num_resolutions": 1},
        {"precinct_size": (64, 64), "codeblock_size": (16, 16), "progression": "RPCL"},
        {"quality_mode": "rates", "quality_layers": [8, 4, 1]},
        {"plt": True},
    ],
    ids=str,
)
def test_lossless_pictures_keep_every_pixel(options: dict[str, object]) -> None:
    """Whatever way an encoder cuts a picture, it comes out as it was."""
    assert np.array_equal(decoded(jpeg2000(drawing(), **options)), np.asarray(drawing()))


def test_grey_becomes_grey_rgb() -> None:
    """One component gives three equal channels."""
    grey = drawing().convert("L")
    assert np.array_equal(decoded(jpeg2000(grey)), np.asarray(grey.convert("RGB")))


def test_irreversible_pictures_are_near() -> None:
    """A lossy picture comes out as the codec's own reader gives it."""
    data = jpeg2000(irreversible=True, quality_mode="dB", quality_layers=[40])
    assert np.array_equal(decoded(data), pixels(data))


def test_luma_and_chroma_become_rgb() -> None:
    """A file whose header box says sYCC is turned to RGB."""
    ycc = drawing().convert("YCbCr")
    data = jpeg2000(Image.frombytes("RGB", ycc.size, ycc.tobytes()))
    said = data.replace(b"colr\x01\x00\x00\x00\x00\x00\x10", b"colr\x01\x00\x00\x00\x00\x00\x12")
    assert said != data
    assert np.array_equal(decoded(said), np.asarray(ycc.convert("RGB")))


def test_lengths_that_mean_to_the_end() -> None:
    """A last box or tile-part whose length is 0 goes to the end of the file."""
    data = jpeg2000()
    box, part = data.index(b"jp2c") - 4, data.index(b"\xff\x90") + 6
    for at in (box, part):
        open_ended = data[:at] + bytes(4) + data[at + 4 :]
        assert np.array_equal(decoded(open_ended), np.asarray(drawing()))


def test_a_colour_profile_never_reaches_the_decoder() -> None:
    """Boxes other than the codestream are not handed on, so what they hold does not matter."""
    data = jpeg2000()
    at = data.index(b"jp2h")
    head, colour = data[at - 4 : at + 26], b"\x00\x00\x00\x13colr\x02\x00\x00" + b"no icc.."
    length = int.from_bytes(head[:4]) + len(colour)
    profiled = data[: at - 4] + length.to_bytes(4) + data[at : at + 26] + colour + data[at + 26 :]
    assert np.array_equal(decoded(profiled), np.asarray(drawing()))


BOMBS = {
    "wide": stream(size(60_000, 60_000), coding(), steps()),
    "widest": stream(size(2**32 - 1, 2**32 - 1), coding(), steps()),
    "long": stream(size(1_000_000, 4), coding(), steps()),
    "tiles": stream(size(2000, 2000, tile=(1, 1)), coding(), steps()),
    "samples": stream(size(4000, 4000), coding(0), steps(0)),
    "many tiles": stream(size(2000, 2000, 1, tile=(32, 32)), coding(0), steps(0)),
    "layers": stream(size(2000, 2000), coding(layers=65535, precincts=b"\x88" * 6), steps()),
    "precincts": stream(size(2000, 2000), coding(precincts=b"\x00" + b"\x11" * 5), steps()),
    "code-blocks": stream(size(2000, 2000), coding(block=(0, 0)), steps()),
    "code-blocks of each component": stream(
        size(2000, 2000),
        coding(),
        *(segment(0x53, bytes([each, 0, LEVELS, 0, 0, 0, 1])) for each in range(3)),
        steps(),
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_before_they_are_decoded(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes that ask for gigabytes never reach the decoder."""
    monkeypatch.delattr(module, "_decoded")
    assert len(BOMBS[name]) < 5000
    assert code(BOMBS[name]) == "image_too_large"


@pytest.mark.parametrize(
    "data",
    [
        stream(size(100, 100, 2), coding(), steps()),
        stream(size(100, 100, 16_384), coding(), steps()),
        stream(size(100, 100, sample=(15, 1, 1)), coding(), steps()),  # 16 bits
        stream(size(100, 100, sample=(0x87, 1, 1)), coding(), steps()),  # signed
        stream(size(100, 100, sample=(7, 2, 2)), coding(), steps()),
        stream(size(100, 100, sample=(7, 0, 0)), coding(), steps()),
        stream(size(100, 100, offsets=(9, 0, 0, 0)), coding(), steps()),
        stream(size(100, 100, capabilities=0x8000), coding(), steps()),  # ISO/IEC 15444-2
        stream(size(100, 100, capabilities=0x4000), coding(), steps()),  # ISO/IEC 15444-15
        stream(size(100, 100), coding(kind=0x40), steps()),
        stream(size(100, 100), coding(levels=32), steps(32)),
        stream(size(100, 100), coding(), segment(0x5F, bytes(7))),  # another progression
        stream(size(100, 100), coding(), segment(0x60, bytes(7))),  # packed packet headers
    ],
)
def test_rare_kinds_are_refused(data: bytes) -> None:
    """What chips do not hold is not decoded."""
    assert code(data) == "image_format_unsupported"


@pytest.mark.parametrize("marker", [0x52, 0x53, 0x5E, 0x5F, 0x61])
def test_a_tile_may_not_change_the_coding(marker: int) -> None:
    """The bounds that the main header gives hold for every tile."""
    part = tile_part(0, bytes(99), segment(marker, bytes([0, 0, 0, 1, 0, 5, 0, 0, 0, 1])))
    data = stream(size(100, 100), coding(), steps(), tiles=())[:-2] + part + b"\xff\xd9"
    assert code(data) == "image_format_unsupported"


@pytest.mark.parametrize(
    "data",
    [
        stream(size(0, 100), coding(), steps()),
        stream(size(100, 100, tile=(0, 5)), coding(), steps()),
        stream(segment(0x51, size(100, 100)[4:-1]), coding(), steps()),
        stream(segment(0x51, b""), coding(), steps()),
        stream(size(100, 100), steps()),
        stream(size(100, 100), coding(), coding(), steps()),
        stream(size(100, 100), size(100, 100), coding(), steps()),
        stream(size(100, 100), coding(layers=0), steps()),
        stream(size(100, 100), coding(block=(8, 8)), steps()),
        stream(size(100, 100), coding(block=(9, 0)), steps()),
        stream(size(100, 100), coding(precincts=b"\x88"), steps()),
        stream(size(100, 100), coding(precincts=b"\x88" * 5 + b"\x80"), steps()),
        stream(size(100, 100), segment(0x52, b"\x00"), steps()),
        stream(size(100, 100), coding(), segment(0x53, b"\x00")),
        stream(size(100, 100), coding(), steps(), tiles=(b"", bytes(9))),
        stream(size(100, 100), coding(), steps(), b"no marker"),
        b"\xff\x4f\xff\x51" + b"\x00\x01" * 40,
    ],
)
def test_contradictions_are_refused(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments that contradict the standard or each other never reach the decoder."""
    monkeypatch.delattr(module, "_decoded")
    assert code(data) == "image_corrupt"


def test_a_codestream_cut_anywhere_is_refused() -> None:
    """Cut at any place, no part of a portrait is shown for the whole."""
    data = codestream(drawing(40, 40))
    codes = {code(data[:end], ROOM) for end in range(12, len(data) - 2)}
    assert codes == {"image_truncated"}


def test_a_missing_tile_is_seen() -> None:
    """A decoder would leave it black."""
    data = codestream(tile_size=(64, 64))
    last = data.rindex(b"\xff\x90\x00\x0a")
    assert code(data[:last] + b"\xff\xd9") == "image_truncated"


@pytest.mark.parametrize(
    ("find", "put"),
    [
        (b"ihdr\x00\x00\x00\x78", b"ihdr\x00\x00\x00\x79"),  # another height
        (b"ihdr", b"skip"),
        (b"colr", b"skip"),
        (b"jp2h", b"skip"),
        (b"jp2c", b"skip"),
        (b"jp2h", b"jp2c"),
        (b"\x00\x00\x00\x16ihdr", b"\x00\x00\x00\x07ihdr"),
    ],
)
def test_boxes_that_contradict_the_picture_are_refused(find: bytes, put: bytes) -> None:
    """The header box is held against the codestream."""
    data = jpeg2000()
    assert data.count(find) == 1
    assert code(data.replace(find, put)) == "image_corrupt"


def test_a_palette_and_other_colours_are_refused() -> None:
    """Their colours would come out wrong."""
    assert code(jpeg2000().replace(b"colr", b"pclr")) == "image_format_unsupported"
    space = b"colr\x01\x00\x00\x00\x00\x00"
    assert code(jpeg2000().replace(space + b"\x10", space + b"\x0c")) == "image_format_unsupported"


def test_many_boxes_and_huge_boxes_are_refused() -> None:
    """Boxes are counted, and a length of eight bytes is held against the file."""
    signature = jpeg2000()[:12]
    assert code(signature + b"\x00\x00\x00\x08free" * 500) == "image_corrupt"
    huge = struct.pack(">I4sQ", 1, b"jp2c", 2**63)
    assert code(signature + huge) == "image_truncated"
    assert code(signature + struct.pack(">I4sQ", 1, b"jp2c", 3)) == "image_corrupt"


def test_limits_are_the_caller_s() -> None:
    """Bytes, pixels and sides are held against what the caller allows."""
    data = jpeg2000()
    for limits, expected in (
        (Limits(file_bytes=99, pixels=10**9, side=9999, min_side=1), "image_too_many_bytes"),
        (Limits(file_bytes=10**9, pixels=999, side=9999, min_side=1), "image_too_large"),
        (Limits(file_bytes=10**9, pixels=10**9, side=99, min_side=1), "image_too_large"),
        (Limits(file_bytes=10**9, pixels=10**9, side=9999, min_side=97), "image_too_small"),
    ):
        assert code(data, limits) == expected


def test_the_most_work_a_byte_can_ask_for_is_done_within_bounds() -> None:
    """Every coding pass that there can be, over a small picture, ends with a picture."""
    assert decoded(deep(128, 128)).shape == (128, 128, 3)


def test_what_is_no_jpeg_2000_is_told_apart() -> None:
    """A JPEG and a PNG are none."""
    assert module.is_jpeg2000(jpeg2000())
    assert module.is_jpeg2000(codestream())
    assert not module.is_jpeg2000(stored(drawing(), "JPEG"))
    assert not module.is_jpeg2000(b"")


@pytest.mark.parametrize("name", ["ICAO_39794_5_AP_Face.jpg", "ICAO_39794_5_AP_DG2_Face.jpg"])
def test_published_portraits(name: str) -> None:
    """A portrait that others encoded gives the pixels of the codec's own reader."""
    path = SHARED / "data/face_records" / name
    if not path.is_file():
        pytest.skip("the published face records are not here")
    data = path.read_bytes()
    assert np.array_equal(decoded(data), pixels(data))
