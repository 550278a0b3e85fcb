"""The one EXIF fact that is needed: which way up the picture is (EXIF 2.32, tag 0x0112).

Read by hand because a general EXIF reader warns process-wide on odd files and follows offsets
into maker notes; here at most one directory is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import cv2

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Turn = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]

UPRIGHT = 1

PREFIX = b"Exif\x00\x00"
_ORIENTATION = 0x0112
_SHORT = 3
_ENTRY = 12


def orientation(exif: bytes) -> int:
    """Give the orientation 1..8 that an EXIF block names, 1 where it names none or is broken.

    ``exif`` is a TIFF structure, with or without the ``Exif`` prefix that JPEG puts before it.
    """
    tiff = exif.removeprefix(PREFIX)
    order: Literal["little", "big"]
    if tiff[:2] == b"II":
        order = "little"
    elif tiff[:2] == b"MM":
        order = "big"
    else:
        return UPRIGHT

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    directory = number(4, 4)
    entries = min(number(directory, 2), max(0, len(tiff) - directory) // _ENTRY)
    for at in range(directory + 2, directory + 2 + entries * _ENTRY, _ENTRY):
        if number(at, 2) == _ORIENTATION and number(at + 2, 2) == _SHORT:
            value = number(at + 8, 2)
            return value if value in _TURNS else UPRIGHT
    return UPRIGHT


def turn_upright(pixels: NDArray[np.uint8], exif_orientation: int) -> NDArray[np.uint8]:
    """Turn stored rows and columns (H, W, 3) so that the picture stands upright."""
    return _TURNS[exif_orientation](pixels)


def _as_it_is(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return pixels


def _flip(axis: int) -> Turn:
    return lambda pixels: cv2.flip(pixels, axis)  # type: ignore[return-value]


def _rotate(how: int) -> Turn:
    return lambda pixels: cv2.rotate(pixels, how)  # type: ignore[return-value]


def _transpose(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.transpose(pixels)  # type: ignore[return-value]


def _transverse(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return _transpose(cv2.rotate(pixels, cv2.ROTATE_180))  # type: ignore[arg-type]


_TURNS: dict[int, Turn] = {
    1: _as_it_is,
    2: _flip(1),
    3: _rotate(cv2.ROTATE_180),
    4: _flip(0),
    5: _transpose,
    6: _rotate(cv2.ROTATE_90_CLOCKWISE),
    7: _transverse,
    8: _rotate(cv2.ROTATE_90_COUNTERCLOCKWISE),
}
