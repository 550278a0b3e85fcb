from __future__ import annotations

import pytest

from lineproof.domain.finding import Unreadable
from lineproof.face.image import DEFAULT_LIMITS, Header, Picture, decode, read_header
from tests.face.drawn import oriented, webp


def wrapped(*chunks: tuple[bytes, bytes]) -> bytes:
    """Make a WebP of these chunks."""
    body = b"WEBP" + b"".join(
        kind + len(contents).to_bytes(4, "little") + contents + bytes(len(contents) % 2)
        for kind, contents in chunks
    )
    return b"RIFF" + len(body).to_bytes(4, "little") + body


FRAME = (b"VP8 ", webp()[20:])


def canvas(flags: int, width: int, height: int) -> tuple[bytes, bytes]:
    """Make the chunk that announces further ones."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X", bytes([flags, 0, 0, 0]) + sides


def test_the_first_frame_counts() -> None:
    """A second frame of another size cannot stand for the one that is decoded."""
    larger = (b"VP8 ", webp(640, 480)[20:])
    header = read_header(wrapped(FRAME, larger), DEFAULT_LIMITS)
    assert isinstance(header, Header)
    assert header.stored_width == 160


def test_orientation_is_read_behind_an_odd_chunk() -> None:
    """Chunks of odd length are padded."""
    data = wrapped(canvas(8, 160, 120), FRAME, (b"ICCP", b"odd"), (b"EXIF", oriented(6)))
    header = read_header(data, DEFAULT_LIMITS)
    assert isinstance(header, Header)
    assert (header.orientation, header.width) == (6, 120)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (wrapped(canvas(2, 160, 120), FRAME), "image_animated"),
        (wrapped(canvas(0, 160, 120), (b"ANIM", bytes(6)), FRAME), "image_animated"),
        (wrapped(canvas(0, 161, 120), FRAME), "image_corrupt"),
        (wrapped(canvas(0, 160, 120)), "image_corrupt"),
        (wrapped(*[(b"EXIF", b"")] * 2000, FRAME), "image_corrupt"),
        (wrapped(), "image_corrupt"),
        (wrapped(FRAME)[:-1], "image_truncated"),
    ],
)
def test_what_the_container_says_against_itself_is_refused(data: bytes, code: str) -> None:
    """Size, kind and length must agree with the frame."""
    answer = read_header(data, DEFAULT_LIMITS)
    assert isinstance(answer, Unreadable)
    assert answer.code == code


def test_the_shortest_picture_is_read(capfd: pytest.CaptureFixture[str]) -> None:
    """A picture of one colour takes fewer bytes than the decoder looks at by itself."""
    size = (63 | 47 << 14).to_bytes(4, "little")
    black = sum(1 << bit for bit in (3, 7, 11, 15, 19)).to_bytes(3, "little")
    data = wrapped((b"VP8L", b"\x2f" + size + black))
    assert len(data) < 32
    header = read_header(data, DEFAULT_LIMITS)
    assert isinstance(header, Header)
    picture = decode(data, header, longest_side=None)
    assert isinstance(picture, Picture)
    assert picture.pixels.shape == (48, 64, 3)
    assert not picture.pixels.any()
    assert capfd.readouterr().err == ""
