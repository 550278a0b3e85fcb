"""WebP (RFC 9649): header, completeness, decoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from lineproof.face.formats import exif, raster
from lineproof.face.picture import Colour, Header, ImageFormat, RefusedError, UnreadableCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

_MAX_CHUNKS = 1000
# OpenCV looks at no WebP below this length; a picture of one colour is shorter.
_SHORTEST = 32
_ALPHA, _ANIMATION = 0x10, 0x02
_LOSSLESS_SIGNATURE = b"\x2f"
_KEY_FRAME = b"\x9d\x01\x2a"
_SIDE_BITS = 14
_SIDE = (1 << _SIDE_BITS) - 1
_LOSSLESS_ALPHA = 1 << (2 * _SIDE_BITS)


def is_webp(data: bytes) -> bool:
    """Tell whether the file begins as WebP does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def read(data: bytes) -> Header:
    """Read the header of a whole WebP; RefusedError where it is cut, broken or animated."""
    chunks: dict[bytes, bytes] = {}
    for kind, start, end in _chunks(data):
        # The first of a kind counts, as it does for the decoder.
        chunks.setdefault(kind, data[start:end])
    extended = chunks.get(b"VP8X", b"")
    flags = extended[0] if extended else 0
    if flags & _ANIMATION or b"ANIM" in chunks:
        raise RefusedError(UnreadableCode.ANIMATED)
    width, height, alpha = _frame(chunks)
    if extended and (width, height) != (_canvas(extended[4:7]), _canvas(extended[7:10])):
        raise RefusedError(UnreadableCode.CORRUPT)
    return Header(
        format=ImageFormat.WEBP,
        stored_width=width,
        stored_height=height,
        orientation=exif.orientation(chunks.get(b"EXIF", b"")),
        colour=Colour.RGB,
        alpha=alpha or bool(flags & _ALPHA) or b"ALPH" in chunks,
        bits=8,
        jpeg_quality=None,
    )


def decode(data: bytes, header: Header, factor: int) -> tuple[NDArray[np.uint8], int]:
    """Decode to RGB (H, W, 3) as stored, reduced by averaging ``factor`` x ``factor`` pixels."""
    flags = cv2.IMREAD_UNCHANGED if header.alpha else cv2.IMREAD_COLOR_RGB
    pixels = raster.decoded(data.ljust(_SHORTEST, b"\x00"), flags)
    if pixels.shape[:2] != (header.stored_height, header.stored_width):
        raise RefusedError(UnreadableCode.CORRUPT)
    if header.alpha:
        from lineproof.face.formats import odd  # noqa: PLC0415 - Pillow: 0.1 s at start, rare

        return odd.on_white(pixels, factor), factor
    return raster.reduced(pixels, factor), factor


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, start and end of the contents of each chunk of the whole file."""
    whole = 8 + int.from_bytes(data[4:8], "little")
    if whole > len(data):
        raise RefusedError(UnreadableCode.TRUNCATED)
    at = 12
    for _ in range(_MAX_CHUNKS):
        if at + 8 > whole:
            return
        kind, start = data[at : at + 4], at + 8
        end = start + int.from_bytes(data[at + 4 : at + 8], "little")
        if end > whole:
            raise RefusedError(UnreadableCode.TRUNCATED)
        yield kind, start, end
        at = end + end % 2
    raise RefusedError(UnreadableCode.CORRUPT)


def _frame(chunks: dict[bytes, bytes]) -> tuple[int, int, bool]:
    """Give width, height and transparency of the one picture (RFC 9649, 2.5 and 2.6)."""
    kind = next((kind for kind in chunks if kind in (b"VP8 ", b"VP8L")), b"")
    frame = chunks.get(kind, b"")
    if kind == b"VP8 " and frame[3:6] == _KEY_FRAME:
        width, height = (int.from_bytes(frame[at : at + 2], "little") for at in (6, 8))
        return width & _SIDE, height & _SIDE, False
    if kind == b"VP8L" and frame[:1] == _LOSSLESS_SIGNATURE:
        bits = int.from_bytes(frame[1:5], "little")
        width, height = (bits & _SIDE) + 1, (bits >> _SIDE_BITS & _SIDE) + 1
        return width, height, bool(bits & _LOSSLESS_ALPHA)
    raise RefusedError(UnreadableCode.CORRUPT)


def _canvas(side: bytes) -> int:
    return int.from_bytes(side, "little") + 1
