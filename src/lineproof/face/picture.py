"""What a picture file says of itself, what comes out of it, and why it could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from lineproof.domain.finding import Unreadable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ImageFormat(StrEnum):
    """The formats that are read."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    HEIC = "HEIC"


class Colour(StrEnum):
    """How the stored picture holds its colours; whatever it is, RGB comes out."""

    GREY = "grey"
    RGB = "rgb"
    CMYK = "cmyk"
    PALETTE = "palette"


class UnreadableCode(StrEnum):
    """Every reason why no picture comes out, stable for programs that call us."""

    MISSING = "image_missing"
    """There is no file of that name."""
    IS_FOLDER = "image_is_folder"
    """The name is a folder's."""
    NOT_A_FILE = "image_not_a_file"
    """The name is a device's, a pipe's or a socket's."""
    NOT_READABLE = "image_not_readable"
    """The file is there and the operating system does not hand it out."""
    EMPTY = "image_empty"
    """The file has no bytes."""
    NOT_AN_IMAGE = "image_not_an_image"
    """The bytes are of no picture format known here."""
    FORMAT_UNSUPPORTED = "image_format_unsupported"
    """The format is known and not read: GIF, TIFF, PDF, 12-bit JPEG and others, by name."""
    NEEDS_HEIC = "image_needs_heic"
    """The file is HEIC and the extra that reads it is not installed."""
    TOO_MANY_BYTES = "image_too_many_bytes"
    """The file is larger than ``Limits.file_bytes``."""
    TOO_LARGE = "image_too_large"
    """More pixels, a longer side or more working memory than the limits allow."""
    TOO_SMALL = "image_too_small"
    """A side is shorter than ``Limits.min_side``; 0 x 0 is one of these."""
    ANIMATED = "image_animated"
    """The file holds several pictures that play one after another."""
    TRUNCATED = "image_truncated"
    """The file ends before the picture does."""
    CORRUPT = "image_corrupt"
    """The file is whole and its contents contradict the format or each other."""


_SENTENCES = {
    UnreadableCode.MISSING: "There is no file of this name; check the name and the folder.",
    UnreadableCode.IS_FOLDER: "This is a folder; name one picture in it.",
    UnreadableCode.NOT_A_FILE: "This is not an ordinary file; save the picture to a file first.",
    UnreadableCode.NOT_READABLE: (
        "The file is there and may not be read; check its permissions and the disk."
    ),
    UnreadableCode.EMPTY: "The file is empty; save or send the picture again.",
    UnreadableCode.NOT_AN_IMAGE: "This file is not a picture; use a JPEG, PNG or WebP file.",
    UnreadableCode.FORMAT_UNSUPPORTED: (
        "This is {name}, which is not read; save the picture as JPEG, PNG or WebP."
    ),
    UnreadableCode.NEEDS_HEIC: (
        "This is a HEIC picture, which needs Lineproof's extra 'heic'; "
        "install it or save the picture as JPEG."
    ),
    UnreadableCode.TOO_MANY_BYTES: (
        "The file has {size:.1f} MB and at most {most:.1f} MB are read; use a smaller picture."
    ),
    UnreadableCode.TOO_LARGE: (
        "The picture is {width} x {height} pixels, too large to be read here; use a smaller one."
    ),
    UnreadableCode.TOO_SMALL: (
        "The picture is {width} x {height} pixels; use one of at least {least} pixels on each side."
    ),
    UnreadableCode.ANIMATED: "The picture is animated; use a still one.",
    UnreadableCode.TRUNCATED: (
        "The file ends before the picture does; copy or send the original file again."
    ),
    UnreadableCode.CORRUPT: "The file is damaged; take or save the picture again.",
}


def unreadable(code: UnreadableCode, **facts: object) -> Unreadable:
    """Word a refusal; ``facts`` fill the sentence that belongs to ``code``."""
    return Unreadable(code, _SENTENCES[code].format(**facts))


class RefusedError(Exception):
    """Carries an ``Unreadable`` out of the depths of a parser.

    It never leaves this floor: ``image.read_header`` and ``image.decode`` return what it carries.
    """

    def __init__(self, code: UnreadableCode, **facts: object) -> None:
        super().__init__(code)
        self.unreadable = unreadable(code, **facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a picture may be before anything of it is decoded."""

    file_bytes: int
    """Bytes of the file."""
    pixels: int
    """Stored width times stored height."""
    side: int
    """Pixels of the longer stored side."""
    min_side: int
    """Pixels of the shorter stored side."""


DEFAULT_LIMITS = Limits(file_bytes=20 * 2**20, pixels=50_000_000, side=12_000, min_side=32)
"""20 MiB, 50 million pixels (150 MB of RGB), 12,000 pixels a side; no face fits below 32 pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a whole file says of its picture before anything is decoded."""

    format: ImageFormat
    stored_width: int
    """Pixels in a row as stored."""
    stored_height: int
    """Rows as stored."""
    orientation: int
    """EXIF orientation 1..8 (EXIF 2.32, tag 0x0112); 1 where the file says nothing valid."""
    colour: Colour
    alpha: bool
    """Whether the file has transparency; it is laid on white."""
    bits: int
    """Bits a sample; 16 come out as the upper 8."""
    jpeg_quality: int | None
    """The encoder's quality 1..100 estimated from the quantisation table; None if not JPEG."""

    @property
    def width(self) -> int:
        """Pixels in a row when the picture stands upright."""
        return self.stored_height if self.orientation >= SIDEWAYS else self.stored_width

    @property
    def height(self) -> int:
        """Rows when the picture stands upright."""
        return self.stored_width if self.orientation >= SIDEWAYS else self.stored_height


SIDEWAYS = 5
"""From this EXIF orientation on, rows are stored as columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A decoded picture: ``pixels`` is (height, width, 3) uint8 RGB, upright, read-only.

    ``scale`` is decoded pixels per stored pixel: 1.0, or 1/2, 1/3, ... where it was decoded
    at reduced size.
    """

    # Not in its repr: what ends in a log or a traceback must not hold a face.
    pixels: NDArray[np.uint8] = field(repr=False)
    scale: float
    header: Header
