"""JPEG 2000 (ISO/IEC 15444-1) as chips hold portraits: bounds first, then pixels by OpenJPEG.

The boxes of a JP2 file are walked here (annex I), and the decoder sees only the codestream: colour
profiles and whatever else boxes hold never reach it.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.face.picture import Limits, RefusedError, UnreadableCode, unreadable
from lineproof.reading import j2k_codestream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from lineproof.domain.finding import Unreadable
    from lineproof.reading.j2k_codestream import Codestream

_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_MAX_BOXES = 200
_PALETTE = (b"pclr", b"cmap")
_IMAGE_HEADER = struct.Struct(">IIHB3x")
_ENUMERATED, _PROFILE = 1, 2
_SRGB, _GREY, _YCC = 16, 17, 18
_RARE = "a JPEG 2000 picture of a rare kind"
# What Pillow's parser and decoder raise on damaged files.
_FAULTS = (OSError, SyntaxError, ValueError, TypeError, LookupError, OverflowError, MemoryError)


def is_jpeg2000(data: bytes) -> bool:
    """Whether the file begins as a JP2 file or a bare codestream."""
    return data.startswith((_SIGNATURE, j2k_codestream.MAGIC))


def as_png(data: bytes, limits: Limits) -> bytes | Unreadable:
    """Decode a JP2 file or a codestream, and write the same pixels as a PNG in memory.

    Unreadable where it is cut, damaged, of a rare kind (not 8 bits, sub-sampled, with a palette,
    of ISO/IEC 15444-2 or -15), or beyond ``limits`` or those of ``j2k_codestream``.
    """
    if len(data) > limits.file_bytes:
        most = limits.file_bytes / 1e6
        return unreadable(UnreadableCode.TOO_MANY_BYTES, size=len(data) / 1e6, most=most)
    try:
        stream, in_ycc = _codestream(data)
        told = j2k_codestream.read(stream)
        _within(told, limits)
        pixels = _decoded(stream, told, in_ycc=in_ycc)
    except RefusedError as refused:
        return refused.unreadable
    done, png = cv2.imencode(".png", pixels[..., ::-1])
    if not done:
        return unreadable(UnreadableCode.CORRUPT)
    return png.tobytes()


def _codestream(data: bytes) -> tuple[bytes, bool]:
    """Take the codestream out of its boxes, and tell whether its colours are luma and chroma."""
    if not data.startswith(_SIGNATURE):
        return data, False
    header = None
    for kind, body in _boxes(data):
        if kind == b"jp2h":
            header = body
        if kind == b"jp2c":
            if header is None:
                break
            return body, _read_colours(header, j2k_codestream.read(body))
    raise RefusedError(UnreadableCode.CORRUPT)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and contents of each box (I.4)."""
    at = 0
    for _ in range(_MAX_BOXES):
        if at >= len(data):
            return
        length, kind, start = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], at + 8
        if length == 1:
            length, start = int.from_bytes(data[at + 8 : at + 16]), at + 16
        end = at + length if length else len(data)
        if end > len(data):
            raise RefusedError(UnreadableCode.TRUNCATED)
        if end < start:
            raise RefusedError(UnreadableCode.CORRUPT)
        yield kind, data[start:end]
        at = end
    raise RefusedError(UnreadableCode.CORRUPT)


def _read_colours(header: bytes, told: Codestream) -> bool:
    """Hold the header box (I.5.3) against the codestream; whether colours are sYCC."""
    sized, spaces = False, []
    for kind, body in _boxes(header):
        if kind == b"ihdr" and len(body) == _IMAGE_HEADER.size:
            height, width, components, _ = _IMAGE_HEADER.unpack(body)
            if (width, height, components) != (told.width, told.height, told.components):
                raise RefusedError(UnreadableCode.CORRUPT)
            sized = True
        elif kind == b"colr" and body:
            spaces.append(int.from_bytes(body[3:7]) if body[0] == _ENUMERATED else _SRGB)
        elif kind in _PALETTE:
            raise RefusedError(UnreadableCode.FORMAT_UNSUPPORTED, name=_RARE)
    if not sized or not spaces:
        raise RefusedError(UnreadableCode.CORRUPT)
    if spaces[0] not in (_SRGB, _GREY, _YCC):
        raise RefusedError(UnreadableCode.FORMAT_UNSUPPORTED, name=_RARE)
    return spaces[0] == _YCC and told.components > 1


def _within(told: Codestream, limits: Limits) -> None:
    width, height = told.width, told.height
    if max(width, height) > limits.side or width * height > limits.pixels:
        raise RefusedError(UnreadableCode.TOO_LARGE, width=width, height=height)
    if min(width, height) < limits.min_side:
        least = limits.min_side
        raise RefusedError(UnreadableCode.TOO_SMALL, width=width, height=height, least=least)


def _decoded(stream: bytes, told: Codestream, *, in_ycc: bool) -> NDArray[np.uint8]:
    """Decode a codestream that is within bounds to RGB (H, W, 3)."""
    from PIL import Image, Jpeg2KImagePlugin  # noqa: PLC0415 - 0.1 s at start, rare

    try:
        image: Image.Image = Jpeg2KImagePlugin.Jpeg2KImageFile(io.BytesIO(stream))
        image.load()
    except _FAULTS as fault:
        raise RefusedError(UnreadableCode.CORRUPT) from fault
    if image.size != (told.width, told.height) or image.mode not in ("L", "RGB"):
        raise RefusedError(UnreadableCode.CORRUPT)
    if in_ycc:
        image = Image.frombytes("YCbCr", image.size, image.tobytes())
    return np.asarray(image.convert("RGB"))
