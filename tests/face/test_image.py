from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from PIL import Image

from lineproof.face.image import (
    DEFAULT_LIMITS,
    Colour,
    Header,
    ImageFormat,
    Picture,
    decode,
    read_header,
)
from tests.face.drawn import (
    deep_png,
    drawing,
    every_kind,
    heic_of,
    jpeg,
    oriented,
    png,
    saved,
    webp,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVERY_KIND = every_kind()

STORED_FOR = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright picture is stored under each EXIF orientation (EXIF 2.32, tag 0x0112)."""


def opened(data: bytes, longest_side: int | None = None) -> Picture:
    """Decode a good file."""
    header = read_header(data, DEFAULT_LIMITS)
    assert isinstance(header, Header)
    picture = decode(data, header, longest_side=longest_side)
    assert isinstance(picture, Picture)
    return picture


def apart(one: NDArray[np.uint8], other: NDArray[Any]) -> float:
    """Measure the mean difference of two pictures of one size, in grey levels."""
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other).mean())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("jpeg", (ImageFormat.JPEG, Colour.RGB, False, 8)),
        ("jpeg grey", (ImageFormat.JPEG, Colour.GREY, False, 8)),
        ("jpeg cmyk", (ImageFormat.JPEG, Colour.CMYK, False, 8)),
        ("png", (ImageFormat.PNG, Colour.RGB, False, 8)),
        ("png grey alpha", (ImageFormat.PNG, Colour.GREY, True, 8)),
        ("png palette", (ImageFormat.PNG, Colour.PALETTE, False, 8)),
        ("png palette clear", (ImageFormat.PNG, Colour.PALETTE, True, 8)),
        ("png one bit", (ImageFormat.PNG, Colour.GREY, False, 1)),
        ("png 16 bit alpha", (ImageFormat.PNG, Colour.RGB, True, 16)),
        ("webp", (ImageFormat.WEBP, Colour.RGB, False, 8)),
        ("webp alpha", (ImageFormat.WEBP, Colour.RGB, True, 8)),
        ("webp alpha lossless", (ImageFormat.WEBP, Colour.RGB, True, 8)),
        ("heic", (ImageFormat.HEIC, Colour.RGB, False, 8)),
        ("heic alpha", (ImageFormat.HEIC, Colour.RGB, True, 8)),
    ],
)
def test_the_header_names_format_colour_transparency_and_depth(
    name: str, expected: tuple[ImageFormat, Colour, bool, int]
) -> None:
    """What a file says of itself is read from it."""
    header = read_header(EVERY_KIND[name], DEFAULT_LIMITS)
    assert isinstance(header, Header)
    assert (header.format, header.colour, header.alpha, header.bits) == expected
    assert (header.stored_width, header.stored_height) == (160, 120)


def test_the_header_is_read_without_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """No decoder is called for a header."""

    def decoder(*_: object) -> None:
        pytest.fail("the header was read by decoding")

    monkeypatch.setattr(cv2, "imdecode", decoder)
    monkeypatch.setattr(Image.Image, "load", decoder)
    monkeypatch.setattr("pillow_heif.HeifImage.load", decoder)
    for data in EVERY_KIND.values():
        assert isinstance(read_header(data, DEFAULT_LIMITS), Header)


@pytest.mark.parametrize(
    "name",
    [
        *("jpeg", "jpeg progressive", "jpeg restarts", "jpeg cmyk", "jpeg cmyk progressive"),
        *("png", "png interlaced", "png 16 bit", "webp", "webp lossless", "heic"),
    ],
)
def test_every_colour_kind_comes_out_as_the_drawing(name: str) -> None:
    """Whatever the format and mode, the drawing comes out as RGB."""
    pixels = opened(EVERY_KIND[name]).pixels
    assert pixels.dtype == np.uint8
    assert apart(pixels, drawing(160, 120)) < 4


def test_a_palette_comes_out_as_its_colours() -> None:
    """A palette's colours are looked up."""
    image = Image.fromarray(drawing(160, 120)).quantize(200)
    pixels = opened(saved(image, "PNG")).pixels
    assert np.array_equal(pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("name", ["jpeg grey", "png grey", "png 16 bit grey", "heic grey"])
def test_grey_comes_out_as_three_equal_channels(name: str) -> None:
    """Grey pictures become RGB of the same brightness."""
    pixels = opened(EVERY_KIND[name]).pixels
    assert pixels.shape == (120, 160, 3)
    assert np.array_equal(pixels[..., 0], pixels[..., 1])
    assert np.array_equal(pixels[..., 0], pixels[..., 2])
    grey = np.asarray(Image.fromarray(drawing(160, 120)).convert("L"))
    if "16 bit" in name:
        grey = drawing(160, 120)[..., 0]
    assert apart(pixels[..., 0], grey) < 3


def test_sixteen_bits_come_out_as_the_upper_eight() -> None:
    """16-bit samples lose their lower half, and nothing is clipped."""
    ramp = np.arange(0, 2**16, 16, dtype=np.uint16).reshape(64, 64, 1)
    for channels in (1, 3):
        pixels = opened(deep_png(ramp.repeat(channels, axis=2))).pixels
        assert np.array_equal(pixels, (ramp >> 8).repeat(3, axis=2))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIC"])
def test_transparency_is_laid_on_white(kind: str) -> None:
    """Clear parts come out white, half clear red comes out pink."""
    clear = np.zeros((64, 192, 4), np.uint8)
    clear[:, 64:128] = (255, 0, 0, 128)
    clear[:, 128:] = (255, 0, 0, 255)
    image = Image.fromarray(clear)
    lossless = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    data = heic_of(image) if kind == "HEIC" else saved(image, kind, **lossless)
    pixels = opened(data).pixels.astype(int)
    for column, expected in ((16, (255, 255, 255)), (96, (255, 127, 127)), (176, (255, 0, 0))):
        assert np.abs(pixels[32, column] - expected).max() <= 4


def test_a_clear_colour_is_laid_on_white() -> None:
    """The one colour that a PNG calls transparent comes out white."""
    pixels = opened(png(transparency=(240, 220, 30))).pixels
    assert pixels[5, 5].tolist() == [255, 255, 255]
    assert np.array_equal(pixels[60:], drawing(160, 120)[60:])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_gives_the_same_upright_picture(kind: str, orientation: int) -> None:
    """All eight EXIF orientations of one picture come out as that picture."""
    upright = drawing(160, 96)
    image = Image.fromarray(upright)
    if orientation > 1:
        image = image.transpose(STORED_FOR[orientation])
    quality = {"lossless": True} if kind == "WEBP" else {"quality": 95, "subsampling": 0}
    picture = opened(saved(image, kind, exif=oriented(orientation), **quality))
    assert picture.header.orientation == orientation
    assert (picture.header.width, picture.header.height) == (160, 96)
    assert apart(picture.pixels, upright) < 1.5


def test_heic_comes_out_upright() -> None:
    """HEIC pictures, which turn themselves when decoded, are not turned twice."""
    upright = drawing(160, 96)
    image = Image.fromarray(upright).transpose(STORED_FOR[6])
    picture = opened(heic_of(image, exif=oriented(6)))
    assert (picture.header.width, picture.header.height) == (160, 96)
    assert apart(picture.pixels, upright) < 3


@pytest.mark.parametrize(
    ("encode", "longest_side", "reduction"),
    [
        (jpeg, None, 1),
        (jpeg, 2000, 1),
        (jpeg, 1283, 1),
        (jpeg, 642, 1),
        (jpeg, 641, 2),
        (jpeg, 321, 2),
        (jpeg, 320, 4),
        (jpeg, 100, 8),
        (jpeg, 1, 8),
        (png, None, 1),
        (png, 642, 1),
        (png, 641, 2),
        (png, 427, 3),
        (png, 100, 12),
        (webp, 100, 12),
    ],
)
def test_longest_side_reduces_and_never_below_itself(
    encode: object, longest_side: int | None, reduction: int
) -> None:
    """The longer side stays at least as long as asked, and the scale is said."""
    assert callable(encode)
    picture = opened(encode(1283, 900), longest_side)
    assert picture.scale == 1 / reduction
    rows, columns, _ = picture.pixels.shape
    assert columns >= min(longest_side or 1283, 1283) or reduction == 8
    expected = cv2.resize(drawing(1283, 900), (columns, rows), interpolation=cv2.INTER_AREA)
    assert apart(picture.pixels, expected) < 4


@pytest.mark.parametrize("name", sorted(EVERY_KIND))
def test_every_kind_can_be_reduced(name: str) -> None:
    """Reduced pictures look as the whole ones, in every format and mode."""
    whole, reduced = opened(EVERY_KIND[name]), opened(EVERY_KIND[name], 50)
    factor = round(1 / reduced.scale)
    assert factor > 1
    sides = (reduced.pixels.shape[1] * factor, reduced.pixels.shape[0] * factor)
    cropped = whole.pixels[: sides[1], : sides[0]]
    expected = cv2.resize(cropped, reduced.pixels.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert apart(reduced.pixels, expected) < 3


def test_a_reduced_picture_is_turned_too() -> None:
    """Orientation and reduction go together."""
    picture = opened(jpeg(640, 480, exif=oriented(6)), 160)
    assert picture.pixels.shape == (160, 120, 3)


def test_a_long_thin_picture_keeps_a_row() -> None:
    """However far it is reduced, something is left of the shorter side."""
    assert opened(png(2000, 40), 10).pixels.shape == (1, 50, 3)


def test_large_pictures_are_converted_in_bands_without_a_seam() -> None:
    """A picture of more than one band comes out as the same pixels."""
    image = Image.fromarray(drawing(2300, 2000)).convert("RGBA")
    assert np.array_equal(opened(saved(image, "PNG", compress_level=1)).pixels, drawing(2300, 2000))


def test_the_pixels_cannot_be_changed() -> None:
    """A picture is a value."""
    for data in EVERY_KIND.values():
        with pytest.raises(ValueError, match="read-only"):
            opened(data).pixels[0, 0] = 0


def test_only_the_first_picture_of_several_in_a_jpeg_counts() -> None:
    """What phones append to a JPEG, a depth map or a film, is passed over."""
    picture = opened(jpeg() + jpeg(640, 480) + b"film" * 100)
    assert picture.pixels.shape == (120, 160, 3)
