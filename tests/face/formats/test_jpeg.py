from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from lineproof.domain.finding import Unreadable
from lineproof.face.formats.jpeg import estimate_quality
from lineproof.face.image import DEFAULT_LIMITS, Header, Picture, decode, read_header
from tests.face.drawn import drawing, jpeg, png, saved


def quality(data: bytes) -> int:
    """Read the estimate from a JPEG's header."""
    header = read_header(data, DEFAULT_LIMITS)
    assert isinstance(header, Header)
    assert header.jpeg_quality is not None
    return header.jpeg_quality


@pytest.mark.parametrize("encoder", range(1, 101))
def test_the_ijg_quality_is_read_back_exactly(encoder: int) -> None:
    """Every quality of the common encoder is told from its tables."""
    assert quality(jpeg(64, 48, quality=encoder)) == encoder


@pytest.mark.parametrize("option", [("progressive", True), ("subsampling", 0), ("optimize", True)])
def test_the_quality_does_not_depend_on_other_settings(option: tuple[str, object]) -> None:
    """Only the tables count."""
    image = Image.fromarray(drawing(64, 48))
    assert quality(saved(image, "JPEG", quality=83, **dict([option]))) == 83


def test_grey_and_cmyk_have_a_quality_and_other_formats_none() -> None:
    """Where there is a luminance table, there is an estimate."""
    image = Image.fromarray(drawing(64, 48))
    for mode in ("L", "CMYK"):
        assert quality(saved(image.convert(mode), "JPEG", quality=66)) == 66
    header = read_header(png(), DEFAULT_LIMITS)
    assert isinstance(header, Header)
    assert header.jpeg_quality is None


def test_tables_of_another_formula_give_the_nearest_quality_in_order() -> None:
    """Coarser tables never look better."""
    with Image.open(io.BytesIO(jpeg(quality=50))) as image:
        tables = image.quantization  # type: ignore[attr-defined]
    estimates = []
    for strength in (0.1, 0.5, 1.3, 2.6, 6.0):
        other = {
            number: [min(255, int(value * strength) + at % 3 + 1) for at, value in enumerate(table)]
            for number, table in tables.items()
        }
        estimates.append(quality(saved(Image.fromarray(drawing(64, 48)), "JPEG", qtables=other)))
    assert estimates == sorted(estimates, reverse=True)
    assert len(set(estimates)) == len(estimates)


def test_sixteen_bit_tables_are_read() -> None:
    """Values above 255 stand for the lowest quality."""
    assert estimate_quality((4000,) * 64) == 1


def test_padding_between_segments_is_passed_over() -> None:
    """Fill bytes before a marker and stray bytes after a segment are common and harmless."""
    data = jpeg()
    at = data.index(b"\xff\xdb")
    header = read_header(data[:at] + b"\xff\xff\xff" + data[at:], DEFAULT_LIMITS)
    assert isinstance(header, Header)
    picture = decode(data[:at] + b"\xff\xff\xff" + data[at:], header, longest_side=None)
    plain = decode(data, header, longest_side=None)
    assert isinstance(picture, Picture)
    assert isinstance(plain, Picture)
    assert np.array_equal(picture.pixels, plain.pixels)


def test_endless_segments_are_refused() -> None:
    """Millions of empty comments are not walked through."""
    data = jpeg()
    answer = read_header(data[:2] + b"\xff\xfe\x00\x02" * 200_000 + data[2:], DEFAULT_LIMITS)
    assert isinstance(answer, Unreadable)
    assert answer.code == "image_corrupt"


def test_a_segment_longer_than_the_file_is_a_cut() -> None:
    """The length in a segment is believed before the marker bytes inside it."""
    data = jpeg()
    at = data.index(b"\xff\xfe" if b"\xff\xfe" in data else b"\xff\xdb") + 2
    answer = read_header(data[:at] + b"\xff\xff" + data[at + 2 :], DEFAULT_LIMITS)
    assert isinstance(answer, Unreadable)
    assert answer.code == "image_truncated"
