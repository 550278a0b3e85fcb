"""Cuts the portrait from a photograph of the document's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.face.detect import detect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lineproof.face.detect import Network
    from lineproof.face.view import Detection

LOOKING_SIDE: Final = 1000
"""The page is looked at with about this many pixels on its longer side, and cut from the whole."""

ROOM: Final = 1.0
"""Room round the face's box on each side, in its sides: a printed portrait shows the whole head
with the shoulders (ISO/IEC 39794-5, annex D), and what is beyond is other print."""

GHOST: Final = 0.5
"""A second face with less than this share of the first one's area is the small ghost image that
modern documents repeat; a larger one is another person, and nobody's portrait is taken."""

_TURNS: Final = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)


def cut_portrait(
    pixels: NDArray[np.uint8], detector: Network, *, upright: int | None
) -> Finding[NDArray[np.uint8]]:
    """Cut the portrait, upright, out of (h, w, 3) uint8 RGB ``pixels``.

    ``upright`` is by how many degrees clockwise the page must be turned to stand upright, where the
    printed zone told so; None tries all four. Unmeasured: ``no_face``, or ``several_faces`` where
    two faces are as large.
    """
    quarters: Sequence[int] = range(4) if upright is None else [upright // 90]
    for quarter in quarters:
        turn = _TURNS[quarter]
        page = pixels if turn is None else np.asarray(cv2.rotate(pixels, turn), dtype=np.uint8)
        scale = min(1.0, LOOKING_SIDE / max(page.shape[:2]))
        small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        faces = sorted(detect(np.asarray(small, np.uint8), detector), key=_area, reverse=True)
        if not faces:
            continue
        if len(faces) > 1 and _area(faces[1]) >= GHOST * _area(faces[0]):
            return Unmeasured("several_faces")
        return Measured(_cut(page, faces[0].scaled(1 / scale)))
    return Unmeasured("no_face")


def _area(face: Detection) -> float:
    left, top, right, bottom = face.box
    return (right - left) * (bottom - top)


def _cut(page: NDArray[np.uint8], face: Detection) -> NDArray[np.uint8]:
    left, top, right, bottom = face.box
    room = ROOM * max(right - left, bottom - top)
    height, width = page.shape[:2]
    x = slice(max(0, round(left - room)), min(width, round(right + room)))
    y = slice(max(0, round(top - room)), min(height, round(bottom + room)))
    return page[y, x].copy()
