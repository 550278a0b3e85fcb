"""Image intake: from a path or bytes to an upright RGB picture, or the reason why not.

Three steps, each of which answers with a value and never raises on bad input::

    data = read_file(path, DEFAULT_LIMITS)            # bytes | Unreadable
    header = read_header(data, DEFAULT_LIMITS)        # Header | Unreadable
    picture = decode(data, header, longest_side=1280) # Picture | Unreadable

``read_header`` decodes nothing, so that a small file cannot make large work: it walks the whole
file's structure, finds it cut or complete, and holds it against the limits.
"""

from __future__ import annotations

import errno
import stat
from typing import TYPE_CHECKING, Protocol

from lineproof.domain.finding import Unreadable
from lineproof.face.formats import exif, foreign, heic, jpeg, png, webp
from lineproof.face.picture import (
    DEFAULT_LIMITS,
    Colour,
    Header,
    ImageFormat,
    Limits,
    Picture,
    RefusedError,
    UnreadableCode,
    unreadable,
)

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "DEFAULT_LIMITS",
    "Colour",
    "Header",
    "ImageFormat",
    "Limits",
    "Picture",
    "Unreadable",
    "UnreadableCode",
    "decode",
    "read_file",
    "read_header",
]


class _Format(Protocol):
    """What each file of ``formats`` offers."""

    def read(self, data: bytes) -> Header: ...

    def decode(self, data: bytes, header: Header, factor: int) -> tuple[NDArray[np.uint8], int]: ...


_FORMATS: dict[ImageFormat, _Format] = {
    ImageFormat.JPEG: jpeg,
    ImageFormat.PNG: png,
    ImageFormat.WEBP: webp,
    ImageFormat.HEIC: heic,
}

_MEGABYTE = 1e6


def read_file(path: Path, limits: Limits) -> bytes | Unreadable:
    """Read a picture file, following links; nothing but an ordinary file is ever opened."""
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            return unreadable(UnreadableCode.IS_FOLDER)
        if not stat.S_ISREG(about.st_mode):
            return unreadable(UnreadableCode.NOT_A_FILE)
        if about.st_size > limits.file_bytes:
            return _too_many_bytes(about.st_size, limits)
        with path.open("rb") as file:
            # One byte more than the limit shows a file that grew since, and no more is held.
            data = file.read(limits.file_bytes + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the name
        return unreadable(UnreadableCode.MISSING)
    except OSError as error:
        # A name longer than the system allows is the name of no file.
        too_long = error.errno == errno.ENAMETOOLONG
        return unreadable(UnreadableCode.MISSING if too_long else UnreadableCode.NOT_READABLE)
    return data if len(data) <= limits.file_bytes else _too_many_bytes(len(data), limits)


def read_header(data: bytes, limits: Limits) -> Header | Unreadable:
    """Read what a picture file says of itself, with nothing decoded.

    Unreadable where it is no picture, of another format, cut, inconsistent, animated or beyond
    ``limits``.
    """
    if not data:
        return unreadable(UnreadableCode.EMPTY)
    if len(data) > limits.file_bytes:
        return _too_many_bytes(len(data), limits)
    kind = _recognised(data)
    if isinstance(kind, Unreadable):
        return kind
    try:
        header = _FORMATS[kind].read(data)
    except RefusedError as refused:
        return refused.unreadable
    return _beyond(header, limits) or header


def decode(data: bytes, header: Header, *, longest_side: int | None) -> Picture | Unreadable:
    """Decode ``data`` to upright RGB; ``header`` is what ``read_header`` gave for the same bytes.

    Where ``longest_side`` (pixels, at least 1) is given and the picture is at least twice as
    long, it comes out reduced: JPEG by 2, 4 or 8 inside the decoder, other formats by the
    average over any whole factor. The longer side is then still at least ``longest_side``; up to
    factor - 1 pixels at the far edges fall away. Nothing is resampled beyond that.
    Unreadable where the coded data is damaged.
    """
    factor = 1
    if longest_side is not None:
        sides = header.stored_width, header.stored_height
        factor = max(1, min(max(sides) // longest_side, *sides))
    try:
        stored, reduction = _FORMATS[header.format].decode(data, header, factor)
    except RefusedError as refused:
        return refused.unreadable
    pixels = exif.turn_upright(stored, header.orientation)
    pixels.flags.writeable = False
    return Picture(pixels=pixels, scale=1 / reduction, header=header)


def _recognised(data: bytes) -> ImageFormat | Unreadable:
    """Tell the format by the file's first bytes; its name is never asked."""
    if data.startswith(jpeg.MAGIC):
        return ImageFormat.JPEG
    if data.startswith(png.MAGIC):
        return ImageFormat.PNG
    if webp.is_webp(data):
        return ImageFormat.WEBP
    if heic.is_heic(data):
        return ImageFormat.HEIC
    name = foreign.name(data)
    if name is None:
        return unreadable(UnreadableCode.NOT_AN_IMAGE)
    return unreadable(UnreadableCode.FORMAT_UNSUPPORTED, name=name)


def _beyond(header: Header, limits: Limits) -> Unreadable | None:
    """Hold the stored size against the limits."""
    width, height = header.stored_width, header.stored_height
    if max(width, height) > limits.side or width * height > limits.pixels:
        return unreadable(UnreadableCode.TOO_LARGE, width=width, height=height)
    if min(width, height) < limits.min_side:
        least = limits.min_side
        return unreadable(UnreadableCode.TOO_SMALL, width=width, height=height, least=least)
    return None


def _too_many_bytes(size: int, limits: Limits) -> Unreadable:
    most = limits.file_bytes / _MEGABYTE
    return unreadable(UnreadableCode.TOO_MANY_BYTES, size=size / _MEGABYTE, most=most)
