"""A sign that a portrait was pasted into a photograph: it is sharper than the page's own print.

One lens drew every edge of a photographed page, and none is sharper than it can draw. A crisp
portrait that was laid over has sharper edges about it. Softer ones mean nothing: documents let
their portraits fade. It finds next to nothing; the figures stand in docs/measurements.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured

if TYPE_CHECKING:
    from numpy.typing import NDArray

INNER, OUTER = 1.5, 3.4
"""Between how many times the face's box a portrait's border is looked for: heads are printed with
the shoulders (ISO/IEC 39794-5, annex D)."""

EVERY: Final = 4
"""Edges are long: every fourth line of pixels across them tells enough."""

BORDER_RUN, PRINT_RUN = 9, 3
"""How many of those lines an edge must go on for: a border is straight, letters are short."""

STEEP: Final = 7
"""Grey levels from one pixel to the next, less of which is noise or shade."""

BESIDE: Final = 5
"""Pixels on either side of an edge in which it rises from its foot to its top."""

SHARPEST: Final = 0.25
"""The share of the edges that counts: the others are soft in print, or by a shadow."""

FEWEST: Final = (25, 100)
"""Points of the border, and of the page's print, without which nothing is said."""

MOST: Final = 1500
"""Points that are looked at in each direction."""


def edge_apart(
    grey: NDArray[np.uint8], face: NDArray[np.float32], corners: NDArray[np.float32]
) -> Finding[float]:
    """Give how much sharper the portrait's border is than the page's print, in halvings of width.

    Borders are not told from other straight edges about the face, nor from coarse noise there.

    ``face`` is (4, 2), the corners of the face's box in (h, w) ``grey``, and ``corners`` those of
    the page. 0 is for equal and for softer. Unmeasured: ``no_border`` where nothing straight
    surrounds the portrait, ``too_little_page`` where the page has no print.
    """
    middle = face.mean(axis=0)
    inner, outer = (middle + (face - middle) * times for times in (INNER, OUTER))
    page = corners.mean(axis=0) + (corners - corners.mean(axis=0)) * 0.97
    border, print_ = [], []
    for picture, order in ((grey, 1), (cv2.transpose(grey), -1)):
        slope = _slope(face[:, ::order])
        lines = np.asarray(picture[::EVERY]).astype(np.int16)
        within, about, whole = (
            _covered(points[:, ::order], lines.shape) for points in (inner, outer, page)
        )
        steps = _steps(lines) & whole
        border.append(_widths(lines, _running(steps & about & ~within, BORDER_RUN, slope)))
        print_.append(_widths(lines, _running(steps & ~about, PRINT_RUN, slope)))
    here, there = np.concatenate(border), np.concatenate(print_)
    if len(there) < FEWEST[1]:
        return Unmeasured("too_little_page")
    if len(here) < FEWEST[0]:
        return Unmeasured("no_border")
    sharper = np.quantile(there, SHARPEST) / np.quantile(here, SHARPEST)
    return Measured(max(0.0, float(np.log2(sharper))))


def _covered(points: NDArray[np.floating], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Give 1 inside corners, in a picture of which every fourth line was kept."""
    mask = np.zeros(shape, dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(points / np.array([1, EVERY])).astype(np.int32)], 1)
    return mask


def _steps(lines: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Mark (1) where brightness changes most along a line of pixels, and less from line to line."""
    along, across = np.zeros_like(lines), np.zeros_like(lines)
    along[:, :-1] = np.abs(lines[:, 1:] - lines[:, :-1])
    across[1:-1] = np.abs(lines[2:] - lines[:-2])
    top = along >= cv2.dilate(along, np.ones((1, 5), np.uint8))
    # The two lines are eight pixels apart: an edge turned by 14 degrees moves by two there.
    return np.asarray(top & (along > STEEP) & (across < 2 * along), dtype=np.uint8)


def _slope(face: NDArray[np.float32]) -> float:
    """Give by how many pixels a face's box moves aside with each line of pixels down its side."""
    sides = np.array([face[3] - face[0], face[1] - face[0]])
    along = sides[np.abs(sides[:, 1]).argmax()]
    return float(along[0] / along[1]) if along[1] else 0.0


def _running(steps: NDArray[np.uint8], run: int, slope: float) -> NDArray[np.uint8]:
    """Keep the steps that go on over so many lines, moving aside as ``slope`` says, or nearly."""
    aside = np.rint(slope * EVERY * (np.arange(run) - run // 2)).astype(np.int32)
    reach = int(np.abs(aside).max())
    way = np.zeros((run, 2 * reach + 1), dtype=np.uint8)
    way[np.arange(run), reach + aside] = 1
    wide = cv2.dilate(steps, np.ones((1, 3), np.uint8))
    return steps & np.asarray(cv2.morphologyEx(wide, cv2.MORPH_OPEN, way), dtype=np.uint8)


def _widths(lines: NDArray[np.int16], steps: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Give how many pixels each step would take if it rose as steeply throughout."""
    y, x = np.nonzero(steps[:, BESIDE : -BESIDE - 1])
    thin = max(1, len(y) // MOST)
    y, x = y[::thin, None], x[::thin, None] + BESIDE
    rise = lines[y, x + 1] - lines[y, x]
    seen = lines[y, x + np.arange(-BESIDE, BESIDE + 2)] * np.sign(rise)
    half = BESIDE + 1
    height = seen[:, half:].max(axis=1) - seen[:, :half].min(axis=1)
    return np.asarray(height / np.abs(rise[:, 0]), dtype=np.float64)
