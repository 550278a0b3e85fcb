from __future__ import annotations

import zlib

import numpy as np
import pytest
from PIL import Image

from lineproof.domain.finding import Unreadable
from lineproof.face.image import DEFAULT_LIMITS, Header, Picture, decode, read_header
from tests.face.drawn import PNG_MAGIC, chunk, drawing, interlaced_png, oriented, png, png_of, saved


def answer(data: bytes) -> Picture | Unreadable:
    """Read and decode."""
    header = read_header(data, DEFAULT_LIMITS)
    return decode(data, header, longest_side=None) if isinstance(header, Header) else header


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1", "I;16"])
def test_black_pictures_are_pictures(mode: str) -> None:
    """Rows of zeros are told from rows that never came."""
    picture = answer(saved(Image.new(mode, (64, 48)), "PNG"))
    assert isinstance(picture, Picture)
    assert picture.pixels.max() == (255 if mode in ("LA", "RGBA") else 0)


def test_an_interlaced_black_picture_is_a_picture() -> None:
    """The rows of all seven passes are counted."""
    for width, height in ((64, 48), (61, 43), (33, 97)):
        picture = answer(interlaced_png(np.zeros((height, width, 3), np.uint8)))
        assert isinstance(picture, Picture)


@pytest.mark.parametrize("interlaced", [False, True])
def test_rows_that_never_came_are_refused(interlaced: bool) -> None:  # noqa: FBT001
    """Coded data that ends early in good order is damage, wherever it ends."""
    whole = interlaced_png(drawing(64, 48)) if interlaced else png(64, 48)
    at = whole.index(b"IDAT")
    rows = zlib.decompress(whole[at + 4 : at + 4 + int.from_bytes(whole[at - 4 : at])])
    for kept in (0, 1, len(rows) // 2, len(rows) - 193 * 2, len(rows) - 193, len(rows) - 1):
        cut = answer(png_of((64, 48), zlib.compress(rows[:kept]), interlaced=interlaced))
        assert isinstance(cut, Unreadable)
        assert cut.code == "image_corrupt"
    assert isinstance(answer(png_of((64, 48), zlib.compress(rows), interlaced=interlaced)), Picture)


def test_orientation_counts_before_and_after_the_picture() -> None:
    """An EXIF chunk may stand anywhere."""
    exif = chunk(b"eXIf", oriented(6).removeprefix(b"Exif\x00\x00"))
    data = png()
    for at in (33, len(data) - 12):
        header = read_header(data[:at] + exif + data[at:], DEFAULT_LIMITS)
        assert isinstance(header, Header)
        assert header.orientation == 6


def test_one_frame_is_no_animation() -> None:
    """A picture that says it has one frame is still."""
    data = png()
    for frames, expected in ((1, Header), (2, Unreadable)):
        control = chunk(b"acTL", frames.to_bytes(4) + bytes(4))
        assert isinstance(read_header(data[:33] + control + data[33:], DEFAULT_LIMITS), expected)


def test_damage_beside_the_picture_is_passed_over() -> None:
    """A wrong checksum counts only where the picture is."""
    data = png()
    text = chunk(b"tEXt", b"Comment\x00drawn")[:-4] + bytes(4)
    assert isinstance(answer(data[:33] + text + data[33:]), Picture)


def test_endless_chunks_are_refused() -> None:
    """A million empty chunks are not walked through."""
    data = png()
    empty = answer(data[:33] + chunk(b"tEXt", b"") * 150_000 + data[33:])
    assert isinstance(empty, Unreadable)
    assert empty.code == "image_corrupt"


def test_a_png_of_a_header_alone_is_damaged() -> None:
    """Without a picture there is none."""
    head = png()[8:33]
    nothing = answer(PNG_MAGIC + head + chunk(b"IEND", b""))
    assert isinstance(nothing, Unreadable)
    assert nothing.code == "image_corrupt"
