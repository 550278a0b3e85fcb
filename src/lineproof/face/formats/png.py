"""PNG (W3C PNG Specification, third edition): header, completeness, decoding.

The chunks are walked here, and the decoder sees only those that hold the picture: texts and
colour profiles, which may unpack to gigabytes, never reach it. The decoder is Pillow's because it
stops at the last row; libpng, OpenCV's, unpacks whatever comes after it, a second a gigabyte.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from lineproof.face.formats import exif, raster
from lineproof.face.picture import Colour, Header, ImageFormat, RefusedError, UnreadableCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

MAGIC = b"\x89PNG\r\n\x1a\n"

_GREY, _RGB, _PALETTE, _GREY_ALPHA, _RGB_ALPHA = 0, 2, 3, 4, 6
_COLOURS = {
    _GREY: Colour.GREY,
    _RGB: Colour.RGB,
    _PALETTE: Colour.PALETTE,
    _GREY_ALPHA: Colour.GREY,
    _RGB_ALPHA: Colour.RGB,
}
_DEPTHS = {
    _GREY: (1, 2, 4, 8, 16),
    _RGB: (8, 16),
    _PALETTE: (1, 2, 4, 8),
    _GREY_ALPHA: (8, 16),
    _RGB_ALPHA: (8, 16),
}
_IHDR_LENGTH = 13
_ONCE = {b"IHDR", b"PLTE", b"tRNS", b"IEND"}
_TOLD = _ONCE | {b"acTL", b"eXIf"}
_MAX_CHUNKS = 100_000
_SAMPLES = {_GREY: 1, _RGB: 3, _PALETTE: 1, _GREY_ALPHA: 2, _RGB_ALPHA: 4}
# Bytes of rows as they are unpacked, a second or so: 50 million pixels of RGB pass, with
# transparency or 16 bits a sample fewer.
_MAX_UNPACKED = 160_000_000
_STEP = 1 << 20
# Where the passes of an interlaced picture begin and how far apart their pixels are.
_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
_WHOLE = ((0, 0, 1, 1),)


def read(data: bytes) -> Header:
    """Read the header of a whole PNG; RefusedError where it is cut, broken or animated."""
    chunks = _told(data)
    head = chunks[b"IHDR"]
    width, height = int.from_bytes(head[:4]), int.from_bytes(head[4:8])
    bits, colour = head[8], head[9]
    if bits not in _DEPTHS.get(colour, ()) or (colour == _PALETTE and b"PLTE" not in chunks):
        raise RefusedError(UnreadableCode.CORRUPT)
    if int.from_bytes(chunks.get(b"acTL", b"")[:4]) > 1:
        raise RefusedError(UnreadableCode.ANIMATED)
    if width * height * _SAMPLES[colour] * bits // 8 > _MAX_UNPACKED:
        raise RefusedError(UnreadableCode.TOO_LARGE, width=width, height=height)
    return Header(
        format=ImageFormat.PNG,
        stored_width=width,
        stored_height=height,
        orientation=exif.orientation(chunks.get(b"eXIf", b"")),
        colour=_COLOURS[colour],
        alpha=colour in (_GREY_ALPHA, _RGB_ALPHA) or b"tRNS" in chunks,
        bits=bits,
        jpeg_quality=None,
    )


def decode(data: bytes, header: Header, factor: int) -> tuple[NDArray[np.uint8], int]:
    """Decode to RGB (H, W, 3) as stored, reduced by averaging ``factor`` x ``factor`` pixels."""
    from lineproof.face.formats import odd  # noqa: PLC0415 - Pillow: 0.1 s at start, rare

    keep_clear = header.bits == 8 or header.colour is Colour.PALETTE  # noqa: PLR2004
    pixels, ends_blank = odd.png(_picture_only(data, keep_clear=keep_clear), factor)
    if ends_blank:
        _check_rows(data)
    if pixels.shape != (header.stored_height // factor, header.stored_width // factor, 3):
        raise RefusedError(UnreadableCode.CORRUPT)
    return pixels, factor


def _told(data: bytes) -> dict[bytes, bytes]:
    """Collect what the chunks say that a header needs, IHDR among it, each kind at most once.

    A second IHDR could tell the decoder another size than the one held against the limits.
    """
    told: dict[bytes, bytes] = {}
    for kind, start, end in _chunks(data):
        if not told and (kind, end - start) != (b"IHDR", _IHDR_LENGTH):
            raise RefusedError(UnreadableCode.CORRUPT)
        if kind in told and kind in _ONCE:
            raise RefusedError(UnreadableCode.CORRUPT)
        if kind in _TOLD:
            told[kind] = data[start:end]
    return told


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, start and end of the contents of each chunk up to the last one, IEND."""
    at = len(MAGIC)
    for _ in range(_MAX_CHUNKS):
        kind, start = data[at + 4 : at + 8], at + 8
        end = start + int.from_bytes(data[at : at + 4])
        if end + 4 > len(data):
            raise RefusedError(UnreadableCode.TRUNCATED)
        yield kind, start, end
        if kind == b"IEND":
            return
        at = end + 4
    raise RefusedError(UnreadableCode.CORRUPT)


def _picture_only(data: bytes, *, keep_clear: bool) -> bytes:
    """Join the chunks that hold the picture, after their checksums were found right.

    ``keep_clear`` keeps the transparent colour, which 16-bit pictures cannot be compared with
    once they have 8 bits: there it shows as the colour it is.
    """
    wanted = _ONCE | {b"IDAT"} if keep_clear else (_ONCE | {b"IDAT"}) - {b"tRNS"}
    parts: list[bytes | memoryview] = [MAGIC]
    view = memoryview(data)
    for kind, start, end in _chunks(data):
        if kind in wanted:
            if zlib.crc32(view[start - 4 : end]) != int.from_bytes(view[end : end + 4]):
                raise RefusedError(UnreadableCode.CORRUPT)
            parts.append(view[start - 8 : end + 4])
    return b"".join(parts)


def _check_rows(data: bytes) -> None:
    """Refuse coded data that ends before the last row, well-formed though it is.

    Unpacks everything a second time, in small pieces; only pictures that end blank need it.
    """
    head = _told(data)[b"IHDR"]
    missing = _unpacked_bytes(head)
    unpacker = zlib.decompressobj()
    with raster.faults_refused(zlib.error):
        for kind, start, end in _chunks(data):
            packed = data[start:end] if kind == b"IDAT" else b""
            while packed and missing > 0:
                missing -= len(unpacker.decompress(packed, _STEP))
                packed = unpacker.unconsumed_tail
    if missing > 0:
        raise RefusedError(UnreadableCode.CORRUPT)


def _unpacked_bytes(head: bytes) -> int:
    """Count the bytes of all rows, each with its filter's number, from the header chunk."""
    width, height = int.from_bytes(head[:4]), int.from_bytes(head[4:8])
    bits, colour, interlaced = head[8], head[9], head[12]
    total = 0
    for left, top, across, down in _PASSES if interlaced else _WHOLE:
        columns, rows = -((left - width) // across), -((top - height) // down)
        if columns > 0:
            total += rows * (1 - columns * _SAMPLES[colour] * bits // -8)
    return total
