"""HEIC (ISO/IEC 23008-12), as iPhones write it, by the extra ``pillow-heif``.

The decoder turns the picture upright itself, so stored and upright are the same here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from lineproof.face.formats import exif, raster
from lineproof.face.picture import Colour, Header, ImageFormat, RefusedError, UnreadableCode

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STILL = {b"heic", b"heix", b"heim", b"heis", b"mif1"}
_MOVING = {b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"}
_MAX_BOXES = 1000
_FLAT = 2
_MAX_BRANDS = 256
# What the decoder manages in two seconds; an iPhone's 12 and 24 million pixels pass.
_MAX_PIXELS = 25_000_000
# What pillow-heif raises on damaged files, by its documentation.
_FAULTS = (ValueError, EOFError, SyntaxError, RuntimeError, OSError, TypeError, LookupError)


def is_heic(data: bytes) -> bool:
    """Tell whether the file's main brand is one of HEIC's, still or moving.

    ``mif1`` is any picture of the family; where the brands also say AVIF, it is not HEIC.
    """
    brands = data[8 : min(int.from_bytes(data[:4]), _MAX_BRANDS)]
    return data[4:8] == b"ftyp" and brands[:4] in _STILL | _MOVING and b"avif" not in brands


def read(data: bytes) -> Header:
    """Read the header of a whole HEIC file; RefusedError where it is cut, broken or a film."""
    if data[8:12] in _MOVING:
        raise RefusedError(UnreadableCode.ANIMATED)
    _check_boxes(data)
    with raster.faults_refused(*_FAULTS):
        image = _opened(data)
        (width, height), mode, bits = image.size, image.mode, image.info["bit_depth"]
    if width * height > _MAX_PIXELS:
        raise RefusedError(UnreadableCode.TOO_LARGE, width=width, height=height)
    return Header(
        format=ImageFormat.HEIC,
        stored_width=width,
        stored_height=height,
        orientation=exif.UPRIGHT,
        colour=Colour.RGB if mode.startswith("RGB") else Colour.GREY,
        alpha="A" in mode,
        bits=bits,
        jpeg_quality=None,
    )


def decode(data: bytes, header: Header, factor: int) -> tuple[NDArray[np.uint8], int]:
    """Decode to upright RGB (H, W, 3), reduced by averaging ``factor`` x ``factor`` pixels."""
    with raster.faults_refused(*_FAULTS):
        pixels: NDArray[Any] = np.asarray(_opened(data))
    if pixels.shape[:2] != (header.stored_height, header.stored_width):
        raise RefusedError(UnreadableCode.CORRUPT)
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if pixels.ndim == _FLAT:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
    if header.alpha:
        from lineproof.face.formats import odd  # noqa: PLC0415 - Pillow: 0.1 s at start, rare

        return odd.on_white(pixels[..., [2, 1, 0, 3]], factor), factor
    return raster.reduced(pixels, factor), factor


def _opened(data: bytes) -> Any:  # noqa: ANN401 - pillow-heif has no types of its own
    """Open the file with pillow-heif, which decodes nothing yet."""
    try:
        import pillow_heif  # noqa: PLC0415 - an extra
    except ImportError as missing:
        raise RefusedError(UnreadableCode.NEEDS_HEIC) from missing
    return pillow_heif.open_heif(data)


def _check_boxes(data: bytes) -> None:
    """Refuse a file whose last box is cut (ISO/IEC 14496-12, 4.2)."""
    at = 0
    for _ in range(_MAX_BOXES):
        size = int.from_bytes(data[at : at + 4])
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16])
        at = len(data) if size == 0 else at + max(size, 8)
        if at == len(data):
            return
        if at > len(data):
            raise RefusedError(UnreadableCode.TRUNCATED)
    raise RefusedError(UnreadableCode.CORRUPT)
