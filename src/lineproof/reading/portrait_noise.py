"""A sign that a portrait was pasted into a photograph: its noise is not the page's.

A camera leaves the same noise wherever its light is alike. What was pasted in brings the noise,
the sharpness and the compression of another picture, or none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured

if TYPE_CHECKING:
    from numpy.typing import NDArray

SQUARE: Final = 16
"""The side of the squares whose noise is measured, pixels: two of JPEG's."""

FACE, HEAD = 1.5, 3.2
"""How much larger than the face's box is what surely belongs to the portrait, and what may."""

LIT: Final = (70, 245)
"""Grey levels between which noise is neither swallowed nor cut off."""

QUIETEST: Final = 0.02
"""The share of a region's squares that have nothing but noise: the rest has texture as well."""

FEWEST: Final = (20, 40)
"""Squares of the portrait, and of the page, without which nothing is said."""

NO_NOISE: Final = 0.2
"""Grey levels below which a page has no noise to compare with: it is drawn, or was smoothed."""

_NOISE_ONLY: Final = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32) / 6
"""What slopes and edges do not answer to (Immerkaer, "Fast noise variance estimation", 1996)."""


def noise_apart(
    grey: NDArray[np.uint8], face: NDArray[np.float32], corners: NDArray[np.float32]
) -> Finding[float]:
    """Give how far apart the noise of portrait and page is, in halvings or doublings, 0 for equal.

    ``face`` is (4, 2), the corners of the face's box in (h, w) ``grey``, and ``corners`` those of
    the page. Unmeasured: ``page_without_noise``, or ``too_little_page`` where one of the two is too
    small, too dark or too bright.
    """
    size = (grey.shape[1] // SQUARE, grey.shape[0] // SQUARE)
    if 0 in size:
        return Unmeasured("too_little_page")
    whole = grey[: size[1] * SQUARE, : size[0] * SQUARE]
    rest = np.abs(cv2.filter2D(whole, cv2.CV_32F, _NOISE_ONLY))
    noise = cv2.resize(rest, size, interpolation=cv2.INTER_AREA) * np.sqrt(np.pi / 2)
    light = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    lit = (light > LIT[0]) & (light < LIT[1])
    middle = face.mean(axis=0)
    portrait = covered(middle + (face - middle) * FACE, size, -1)
    page = covered(corners, size, -1) & ~covered(middle + (face - middle) * HEAD, size, 1)
    inside, outside = noise[portrait & lit], noise[page & lit]
    if len(inside) < FEWEST[0] or len(outside) < FEWEST[1]:
        return Unmeasured("too_little_page")
    here, there = np.quantile(inside, QUIETEST), np.quantile(outside, QUIETEST)
    if there < NO_NOISE:
        return Unmeasured("page_without_noise")
    return Measured(float(abs(np.log2(max(here, 0.01) / there))))


def covered(
    corners: NDArray[np.floating], size: tuple[int, int], more: int, side: int = SQUARE
) -> NDArray[np.bool_]:
    """Give the squares inside ``corners``, and those at its edge as well or (-1) without them.

    ``size`` is how many squares lie across and down, and ``side`` how many pixels each has.
    """
    mask = np.zeros((size[1], size[0]), dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(corners / side - 0.5).astype(np.int32)], 1)
    around = np.ones((3, 3), np.uint8)
    mask = np.asarray(cv2.dilate(mask, around) if more > 0 else cv2.erode(mask, around))
    return np.asarray(mask > 0, dtype=np.bool_)
