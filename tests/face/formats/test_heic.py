from __future__ import annotations

import pytest

from lineproof.domain.finding import Unreadable
from lineproof.face.formats.heic import is_heic
from lineproof.face.image import DEFAULT_LIMITS, Header, read_header
from tests.face.drawn import heic


def branded(main: bytes, *others: bytes) -> bytes:
    """Make the first box of a file of these brands."""
    brands = main + bytes(4) + b"".join(others)
    return (8 + len(brands)).to_bytes(4) + b"ftyp" + brands


@pytest.mark.parametrize(
    ("beginning", "expected"),
    [
        (branded(b"heic", b"mif1"), True),
        (branded(b"mif1", b"heic"), True),
        (branded(b"mif1", b"avif"), False),
        (branded(b"avif", b"mif1"), False),
        (branded(b"isom", b"mp42"), False),
        (branded(b"msf1", b"hevc"), True),
    ],
)
def test_the_brands_tell_heic_from_its_relatives(
    beginning: bytes,
    expected: bool,  # noqa: FBT001
) -> None:
    """Films and AVIF share the container."""
    assert is_heic(beginning + heic()[28:]) is expected


def test_avif_under_a_general_brand_is_refused_by_name() -> None:
    """It is called what it is."""
    answer = read_header(branded(b"mif1", b"mif1", b"avif") + bytes(100), DEFAULT_LIMITS)
    assert isinstance(answer, Unreadable)
    assert answer.sentence.startswith("This is an AVIF picture")


def test_a_picture_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder is slow, so fewer pixels pass than in other formats."""
    data = heic()
    assert isinstance(read_header(data, DEFAULT_LIMITS), Header)
    monkeypatch.setattr("pillow_heif.HeifFile.size", property(lambda _: (6000, 5000)))
    answer = read_header(data, DEFAULT_LIMITS)
    assert isinstance(answer, Unreadable)
    assert answer.code == "image_too_large"
