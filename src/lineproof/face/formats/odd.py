"""PNG in all its modes, CMYK JPEG and transparency, by Pillow.

Apart because importing Pillow costs a tenth of a second that an ordinary JPEG need not pay.
Its plugin classes are opened directly: ``Image.open`` would try every format there is, and judge
sizes by a limit that belongs to the whole process.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, JpegImagePlugin, PngImagePlugin

from lineproof.face.formats.raster import faults_refused, reduced

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

# What Pillow's parsers raise on damaged files.
_FAULTS = (
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, OverflowError, EOFError),
    *(struct.error, zlib.error),
)
# Pixels that are converted at a time, so that a large picture never exists in two modes at once.
_BAND = 1_000_000
_WHITE = (255, 255, 255)


def cmyk_jpeg(data: bytes, factor: int) -> NDArray[np.uint8]:
    """Decode a CMYK or YCCK JPEG to RGB (H, W, 3) as stored, reduced by 1, 2, 4 or 8."""
    with faults_refused(*_FAULTS):
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
        image.draft(None, (max(1, image.width // factor), max(1, image.height // factor)))
        return _rgb(image, 1)


def png(data: bytes, factor: int) -> tuple[NDArray[np.uint8], bool]:
    """Decode a PNG of any mode to RGB (H, W, 3), reduced by any whole ``factor``.

    Also tells whether one of the last two rows, the last of an interlaced picture's last pass
    among them, is all zeros: as Pillow leaves rows that never came.
    """
    with faults_refused(*_FAULTS):
        image = PngImagePlugin.PngImageFile(io.BytesIO(data))
        ends = (image.crop((0, row, image.width, row + 1)) for row in _last_two(image.height))
        blank = not all(np.asarray(end).any() for end in ends)
        return _rgb(image, factor), blank


def _last_two(height: int) -> range:
    return range(max(0, height - 2), height)


def on_white(bgra: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Lay BGRA pixels (H, W, 4) on white: RGB (H, W, 3), reduced by any whole ``factor``."""

    def band(top: int, bottom: int) -> Image.Image:
        return Image.fromarray(cv2.cvtColor(bgra[top:bottom], cv2.COLOR_BGRA2RGBA))

    return _banded(band, (bgra.shape[1], bgra.shape[0]), factor)


def _rgb(image: Image.Image, factor: int) -> NDArray[np.uint8]:
    """Convert a picture of any mode to RGB, reduced by ``factor``."""

    def band(top: int, bottom: int) -> Image.Image:
        if bottom - top == image.height:
            return image
        return image.crop((0, top, image.width, bottom))

    return _banded(band, image.size, factor)


def _banded(
    band: Callable[[int, int], Image.Image], size: tuple[int, int], factor: int
) -> NDArray[np.uint8]:
    """Convert ``band(top, bottom)`` after band to RGB (H // factor, W // factor, 3)."""
    width, height = size[0] // factor, size[1] // factor
    step = max(1, _BAND // (size[0] * factor))
    if height <= step:
        return reduced(_flat(band(0, height * factor)), factor)
    pixels = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, step):
        bottom = min(top + step, height)
        pixels[top:bottom] = reduced(_flat(band(top * factor, bottom * factor)), factor)
    return pixels


def _flat(image: Image.Image) -> NDArray[np.uint8]:
    """Give RGB pixels (H, W, 3): 16 bit by the upper 8, transparency laid on white."""
    if image.mode == "I;16":
        grey = (np.asarray(image) >> 8).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        image = Image.new("RGB", clear.size, _WHITE)
        image.paste(clear, mask=clear)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
