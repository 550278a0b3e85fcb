"""Cuts the portrait from a photograph of a document: laid flat, where its edges were found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.face.detect import detect
from lineproof.reading.card_outline import flatten, flattening

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lineproof.domain.document import MrzFormat
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


@dataclass(frozen=True, slots=True)
class PagePortrait:
    """The portrait on a page, in memory only, and where in the picture its face is.

    ``image`` is (h, w, 3) uint8 RGB, upright; ``face`` is (4, 2) float32, the corners of the
    face's box in the picture, clockwise from the face's own top left.
    """

    image: NDArray[np.uint8] = field(repr=False)
    face: NDArray[np.float32] = field(repr=False)


def cut_portrait(
    pixels: NDArray[np.uint8],
    detector: Network,
    *,
    upright: int | None,
    outline: NDArray[np.float32] | None = None,
    kind: MrzFormat | None = None,
) -> Finding[PagePortrait]:
    """Cut the portrait, upright, out of (h, w, 3) uint8 RGB ``pixels``.

    ``upright`` is by how many degrees clockwise the page must be turned to stand upright, where the
    printed zone told so; None tries all four. ``outline`` is (4, 2), the corners of the document,
    where they were found, beginning with its own top left where ``upright`` is known: then it is
    laid flat first, in the proportions of its format ``kind``. Where no face is found on what lies
    flat, the picture is looked at as it is. Unmeasured: ``no_face``, or ``several_faces`` where two
    faces are as large.
    """
    if outline is not None:
        flat = flatten(pixels, outline, kind)
        found = _cut_from(flat, detector, upright=None if upright is None else 0)
        if isinstance(found, Measured):
            back = np.linalg.inv(flattening(outline, (flat.shape[1], flat.shape[0])))
            face = cv2.perspectiveTransform(found.value.face[None].astype(np.float64), back)[0]
            return Measured(replace(found.value, face=face.astype(np.float32)))
    return _cut_from(pixels, detector, upright=upright)


def _cut_from(
    pixels: NDArray[np.uint8], detector: Network, *, upright: int | None
) -> Finding[PagePortrait]:
    """Cut the portrait out of a picture that is turned by quarters, if at all."""
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
        face = faces[0].scaled(1 / scale)
        return Measured(PagePortrait(_cut(page, face), _turned_back(face, quarter, page)))
    return Unmeasured("no_face")


def _turned_back(face: Detection, quarter: int, page: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Give the corners of a face's box where they were before the page was turned clockwise."""
    left, top, right, bottom = face.box
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    height, width = page.shape[:2]
    for _ in range(quarter):
        corners = np.stack([corners[:, 1], width - corners[:, 0]], axis=1)
        width, height = height, width
    return corners.astype(np.float32)


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
