"""What every format needs of OpenCV: a decoder that refuses, and reduction by whole factors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.face.picture import RefusedError, UnreadableCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@contextmanager
def faults_refused(*faults: type[Exception]) -> Iterator[None]:
    """Turn the exceptions that a library raises on damaged files into our refusal."""
    try:
        yield
    except faults as fault:
        raise RefusedError(UnreadableCode.CORRUPT) from fault


def decoded(data: bytes, flags: int) -> NDArray[np.uint8]:
    """Decode with OpenCV in the orientation as stored; RefusedError where it cannot.

    ``flags`` are OpenCV's IMREAD flags. Its codecs write a line of their own to standard error
    where coded data is damaged; nothing in OpenCV turns that off.
    """
    with faults_refused(cv2.error):
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None or pixels.dtype != np.uint8:
        raise RefusedError(UnreadableCode.CORRUPT)
    return pixels  # type: ignore[return-value]


def reduced(pixels: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Average ``factor`` x ``factor`` pixels into one; a remainder at the far edges falls away."""
    if factor == 1:
        return pixels
    rows, columns = pixels.shape[0] // factor, pixels.shape[1] // factor
    whole = pixels[: rows * factor, : columns * factor]
    return cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]
