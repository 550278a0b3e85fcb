"""JPEG (ISO/IEC 10918-1): header, completeness, encoder quality, decoding at reduced scale."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.face.formats import exif, raster
from lineproof.face.picture import Colour, Header, ImageFormat, RefusedError, UnreadableCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

MAGIC = b"\xff\xd8\xff"

_SOI, _EOI, _SOS, _DQT, _APP1, _TEM = 0xD8, 0xD9, 0xDA, 0xDB, 0xE1, 0x01
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = 0xC2
_READ_FRAMES = (0xC0, 0xC1, _PROGRESSIVE)
_COLOURS = {1: Colour.GREY, 3: Colour.RGB, 4: Colour.CMYK}
_SAMPLING = range(1, 5)

# Neither a stuffed zero, nor fill bytes, nor a restart: the only bytes that end coded data.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")

_MAX_SEGMENTS = 10_000
# Each scan costs a pass over the whole picture and may itself be empty: a few kilobytes of scans
# would otherwise keep a core busy for minutes. Encoders write about ten.
_MAX_SCANS = 100
_MAX_SCANNED_PIXELS = 600_000_000
# Coefficients of a picture in several scans are held at once, two bytes each, before any row is
# out: 50 million pixels without chroma subsampling pass, the same in CMYK does not.
_MAX_COEFFICIENT_BYTES = 320_000_000

# The decoder's own reductions; OpenCV names them after grey, IMREAD_COLOR_RGB makes them RGB.
_REDUCED = {
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
    1: cv2.IMREAD_GRAYSCALE,
}

# Annex K.1, luminance, in zigzag order: what the IJG encoder scales by its quality.
_IJG_LUMINANCE = (
    *(16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40),
    *(26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51),
    *(56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87),
    *(95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99),
)
_PERCENT = (*(5000 // low for low in range(1, 50)), *(200 - 2 * high for high in range(50, 101)))
_IJG_QUALITY = {
    tuple(min(max((value * percent + 50) // 100, 1), 255) for value in _IJG_LUMINANCE): quality
    for quality, percent in enumerate(_PERCENT, start=1)
}
"""The quality that each luminance table of the IJG formula stands for."""


@dataclass(frozen=True, slots=True)
class _Component:
    """One colour component of a frame: sampling factors and number of its quantisation table."""

    across: int
    down: int
    table: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame header (ISO/IEC 10918-1, B.2.2) and where the first scan's header begins."""

    kind: int
    width: int
    height: int
    components: tuple[_Component, ...]

    @property
    def coefficient_bytes(self) -> int:
        """Bytes that all DCT coefficients take at once."""
        samples = [part.across * part.down for part in self.components]
        return 2 * self.width * self.height * sum(samples) // max(samples)


def read(data: bytes) -> Header:
    """Read the header of a whole JPEG; RefusedError where it is cut, broken or of a rare kind."""
    frame: _Frame | None = None
    tables: dict[int, tuple[int, ...]] = {}
    orientation = exif.UPRIGHT
    for marker, start, end in _segments(data, len(MAGIC) - 1):
        body = data[start:end]
        if marker in _FRAMES:
            if frame is not None:
                raise RefusedError(UnreadableCode.CORRUPT)
            frame = _frame(marker, body)
        elif marker == _DQT:
            tables |= _tables(body)
        elif marker == _APP1 and body.startswith(exif.PREFIX):
            orientation = exif.orientation(body)
        elif marker == _SOS and frame is not None:
            _check_scans(data, frame, start, end)
            return _header(frame, tables, orientation)
    raise RefusedError(UnreadableCode.CORRUPT)


def decode(data: bytes, header: Header, factor: int) -> tuple[NDArray[np.uint8], int]:
    """Decode to RGB as stored, reduced by the largest of 1, 2, 4, 8 that is at most ``factor``.

    Returns the pixels (H, W, 3) and the reduction. Each side is rounded up.
    """
    factor = next(able for able in _REDUCED if able <= factor)
    if header.colour is Colour.CMYK:
        from lineproof.face.formats import odd  # noqa: PLC0415 - Pillow: 0.1 s at start, rare

        pixels = odd.cmyk_jpeg(data, factor)
    else:
        pixels = raster.decoded(data, _REDUCED[factor] | cv2.IMREAD_COLOR_RGB)
    sides = (-(-header.stored_height // factor), -(-header.stored_width // factor), 3)
    if pixels.shape != sides:
        raise RefusedError(UnreadableCode.CORRUPT)
    return pixels, factor


def estimate_quality(table: tuple[int, ...]) -> int:
    """Estimate the encoder's quality 1..100 from a luminance table of 64 values in zigzag order.

    It is the quality whose table of the IJG formula differs least in sum; exact for encoders that
    use that formula, the nearest such quality for others.
    """
    if table in _IJG_QUALITY:
        return _IJG_QUALITY[table]
    differences = np.abs(np.array(list(_IJG_QUALITY)) - table).sum(axis=1)
    return int(differences.argmin()) + 1


def _segments(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment's body from ``at`` on, up to the end marker.

    Coded data is passed over. RefusedError where the file ends first: decoders fill what is
    missing with grey and call it a picture.
    """
    for _ in range(_MAX_SEGMENTS):
        found = _MARKER.search(data, at)
        if found is None:
            raise RefusedError(UnreadableCode.TRUNCATED)
        marker, at = data[found.start() + 1], found.end()
        if marker == _EOI:
            return
        if marker in (_SOI, _TEM):
            continue
        end = at + int.from_bytes(data[at : at + 2])
        if end > len(data) or at + 2 > len(data):
            raise RefusedError(UnreadableCode.TRUNCATED)
        yield marker, at + 2, end
        at = max(at, end)
    raise RefusedError(UnreadableCode.CORRUPT)


def _check_scans(data: bytes, frame: _Frame, start: int, end: int) -> None:
    """Refuse a file whose coded data is cut, or costs too much; ``start`` is of the first scan."""
    components = data[start] if start < end else 0
    if frame.kind != _PROGRESSIVE and components == len(frame.components):
        # The only scan: coded data holds no end marker, so any that follows is the picture's.
        if data.rfind(b"\xff\xd9", end) < 0:
            raise RefusedError(UnreadableCode.TRUNCATED)
        return
    scans = 1 + sum(marker == _SOS for marker, _, _ in _segments(data, end))
    pixels = frame.width * frame.height
    if scans > _MAX_SCANS:
        raise RefusedError(UnreadableCode.CORRUPT)
    if scans * pixels > _MAX_SCANNED_PIXELS or frame.coefficient_bytes > _MAX_COEFFICIENT_BYTES:
        raise RefusedError(UnreadableCode.TOO_LARGE, width=frame.width, height=frame.height)


def _frame(marker: int, body: bytes) -> _Frame:
    """Read a frame header; RefusedError for 12 bit, lossless, arithmetic and hierarchical JPEG."""
    fixed = 6
    if len(body) < fixed or len(body) < fixed + 3 * body[5]:
        raise RefusedError(UnreadableCode.CORRUPT)
    if marker not in _READ_FRAMES or body[0] != 8 or body[5] not in _COLOURS:  # noqa: PLR2004
        raise RefusedError(UnreadableCode.FORMAT_UNSUPPORTED, name="a JPEG of a rare kind")
    parts = tuple(
        _Component(body[at + 1] >> 4, body[at + 1] & 15, body[at + 2])
        for at in range(fixed, fixed + 3 * body[5], 3)
    )
    if any(part.across not in _SAMPLING or part.down not in _SAMPLING for part in parts):
        raise RefusedError(UnreadableCode.CORRUPT)
    height, width = int.from_bytes(body[1:3]), int.from_bytes(body[3:5])
    return _Frame(marker, width, height, parts)


def _tables(body: bytes) -> dict[int, tuple[int, ...]]:
    """Read the quantisation tables of one segment (B.2.4.1), each 64 values in zigzag order."""
    tables = {}
    at = 0
    while at < len(body):
        values = struct.Struct(">64H" if body[at] >> 4 else ">64B")
        if at + 1 + values.size > len(body):
            raise RefusedError(UnreadableCode.CORRUPT)
        tables[body[at] & 15] = values.unpack_from(body, at + 1)
        at += 1 + values.size
    return tables


def _header(frame: _Frame, tables: dict[int, tuple[int, ...]], orientation: int) -> Header:
    """Put together what the segments before the first scan said."""
    luminance = tables.get(frame.components[0].table)
    return Header(
        format=ImageFormat.JPEG,
        stored_width=frame.width,
        stored_height=frame.height,
        orientation=orientation,
        colour=_COLOURS[len(frame.components)],
        alpha=False,
        bits=8,
        jpeg_quality=None if luminance is None else estimate_quality(luminance),
    )
