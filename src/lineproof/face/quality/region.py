"""The face as every measure sees it, prepared once per picture.

Luminance here is the luma of JPEG and of cameras (ITU-R BT.601, gamma-coded), not linear light:
in linear light the darkest tenth of the scale holds most of dark skin, however well lit it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.domain.finding import Measured, Unmeasured
from lineproof.face.align import similarity
from lineproof.face.landmarks import CHIN, EYES, eye_centres
from lineproof.face.view import ALIGNED_SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lineproof.domain.finding import Finding
    from lineproof.face.view import FaceView

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""The outline of the face, from the forehead's top round to it again."""
CHEEKS = ((117, 118, 119, 36, 205, 187, 123), (346, 347, 348, 266, 425, 411, 352))
"""Skin that neither hair, beard, brow nor lips cover: the person's right cheek, then the left."""

_EYE_ENDS = list(EYES[0] + EYES[1])

LEAST_FACE = 0.5
"""With less of the face than this inside the picture, its pixels say little about the face."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the face lies in the picture, in decoded pixels.

    ``middle`` is the point half-way between the eyes, ``eye_distance`` the distance between their
    centres, ``chin_distance`` the one from ``middle`` to the chin: T of ISO/IEC 29794-5.
    """

    middle: tuple[float, float]
    eye_distance: float
    chin_distance: float


@dataclass(frozen=True, slots=True)
class Surface:
    """What the aligned crop shows of the face.

    ``luma`` is (256, 256) uint8; ``face`` is (256, 256) uint8, 1 inside the face's outline and
    inside the picture; ``histogram`` is (256,) int64, how many pixels of the face have each luma.
    """

    luma: NDArray[np.uint8]
    face: NDArray[np.uint8]
    histogram: NDArray[np.int64]

    def share(self, lowest: int, highest: int) -> float:
        """Give the share of the face's pixels whose luma is ``lowest`` to ``highest``."""
        return int(self.histogram[lowest : highest + 1].sum()) / int(self.histogram.sum())


@dataclass(frozen=True, slots=True)
class Scene:
    """A view, and what several measures need of it: each part computed once, or not there."""

    view: FaceView
    shape: Finding[Shape]
    surface: Finding[Surface]


def prepare(view: FaceView) -> Scene:
    """Compute what the measures share. Never raises for a face that lies badly in the picture."""
    return Scene(view=view, shape=_shape_of(view), surface=_surface_of(view))


def _shape_of(view: FaceView) -> Finding[Shape]:
    if not np.isfinite(view.mesh).all():
        return Unmeasured("points_not_finite")
    eyes = eye_centres(view.mesh).astype(np.float64)
    height, width = view.pixels.shape[:2]
    if not all(0 <= x < width and 0 <= y < height for x, y in eyes):
        return Unmeasured("eyes_outside_picture")
    middle = (eyes[0] + eyes[1]) / 2
    chin = view.mesh[CHIN, :2].astype(np.float64) - middle
    eye_distance, chin_distance = math.hypot(*(eyes[1] - eyes[0])), math.hypot(*chin)
    if eye_distance < 1 or chin_distance < 1:
        return Unmeasured("face_too_small")
    return Measured(Shape((float(middle[0]), float(middle[1])), eye_distance, chin_distance))


def _surface_of(view: FaceView) -> Finding[Surface]:
    if not (np.isfinite(view.mesh).all() and np.isfinite(view.aligned_mesh).all()):
        return Unmeasured("points_not_finite")
    if np.ptp(view.aligned_mesh[_EYE_ENDS], axis=0).max() < 1:
        return Unmeasured("face_too_small")
    face = area(view.aligned_mesh, OVAL) & _inside_picture(view)
    if int(face.sum()) <= LEAST_FACE * _extent(view.aligned_mesh):
        return Unmeasured("face_outside_picture")
    luma = np.asarray(cv2.cvtColor(view.aligned, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    return Measured(Surface(luma, face, histogram(luma, face)))


def area(points: NDArray[np.float32], indices: Sequence[int]) -> NDArray[np.uint8]:
    """Give a (256, 256) uint8 mask: 1 inside the convex hull of these aligned points, else 0."""
    # Points far outside are kept near, so that they fit OpenCV's integers.
    near = np.clip(np.rint(points[list(indices)]), -4 * ALIGNED_SIZE, 4 * ALIGNED_SIZE)
    mask = np.zeros((ALIGNED_SIZE, ALIGNED_SIZE), dtype=np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(near.astype(np.int32)), 1)
    return mask


def _extent(points: NDArray[np.float32]) -> float:
    """Give the area of the face's outline, also of the part that lies beyond the crop."""
    return float(cv2.contourArea(cv2.convexHull(points[list(OVAL)])))


def _inside_picture(view: FaceView) -> NDArray[np.uint8]:
    """Give a mask of what the crop shows of the picture; beyond it the crop is plain black."""
    height, width = view.pixels.shape[:2]
    back = similarity(view.aligned_mesh[_EYE_ENDS], view.mesh[_EYE_ENDS, :2])
    last = ALIGNED_SIZE - 1
    corners = np.array([[0, 0, 1], [last, 0, 1], [0, last, 1], [last, last, 1]]) @ back.T
    if (corners >= 0).all() and (corners <= (width - 1, height - 1)).all():
        # A crop whose corners lie inside lies inside: the usual case, and the quick one.
        return np.ones((ALIGNED_SIZE, ALIGNED_SIZE), dtype=np.uint8)
    steps = np.arange(ALIGNED_SIZE)
    across, down = (
        row[0] * steps[None, :] + row[1] * steps[:, None] + row[2] for row in (back[0], back[1])
    )
    inside = (across >= 0) & (across <= width - 1) & (down >= 0) & (down <= height - 1)
    return np.asarray(inside, dtype=np.uint8)


def histogram(luma: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count how many pixels of ``mask`` have each luma, (256,) int64."""
    return np.bincount(luma[mask != 0], minlength=256).astype(np.int64)
