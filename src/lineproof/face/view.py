"""One face in one picture, as every measure and every check sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Detection:
    """One detected face: ``box`` is left, top, right, bottom and ``score`` is 0..1.

    ``points`` is (6, 2): right eye, left eye, nose tip, mouth, right ear, left ear of the person,
    x and y. Everything is in pixels of the picture it was found in and may lie outside it.
    """

    box: tuple[float, float, float, float]
    points: NDArray[np.float32] = field(repr=False)
    score: float

    @property
    def area(self) -> float:
        """The box's area in square pixels."""
        left, top, right, bottom = self.box
        return max(0.0, right - left) * max(0.0, bottom - top)

    @property
    def centre(self) -> tuple[float, float]:
        """The box's centre, x and y."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2

    def moved(self, right: float, down: float) -> Detection:
        """Give the same face in a picture whose origin lies elsewhere."""
        x0, y0, x1, y1 = self.box
        shift = np.array([right, down], dtype=self.points.dtype)
        box = (x0 + right, y0 + down, x1 + right, y1 + down)
        return Detection(box=box, points=self.points + shift, score=self.score)

    def scaled(self, factor: float) -> Detection:
        """Give the same face in a picture ``factor`` times as large."""
        left, top, right, bottom = (edge * factor for edge in self.box)
        points = (self.points * factor).astype(self.points.dtype)
        return Detection(box=(left, top, right, bottom), points=points, score=self.score)


@dataclass(frozen=True, slots=True)
class Pose:
    """Head pose in degrees; 0, 0, 0 looks into the camera (ISO/IEC 39794-5, pose angles).

    Yaw is positive when the person turns to their own left, pitch when they look down, roll when
    the head tilts towards their own right shoulder, as seen in an unmirrored picture.
    """

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class FaceView:
    """One face, its surroundings and its alignment: all that a quality measure may look at.

    ``pixels`` is (height, width, 3) uint8 RGB, upright. ``scale`` is decoded pixels per stored
    pixel, below 1 where the picture was decoded at reduced size. ``mesh`` is (468, 3) float32:
    FaceMesh points, x and y in pixels of ``pixels``, z in the same unit, smaller is nearer.
    ``aligned`` is (256, 256, 3) uint8 RGB: the head upright with the eye centres at
    ``ALIGNED_EYES``, and ``aligned_mesh`` is (468, 2), the same points in it.
    ``faces`` holds every detection in the picture, the one that counts first.
    ``jpeg_quality`` is the encoder's quality 1..100 estimated from the quantisation table, or
    None where the picture was not stored as JPEG.
    """

    # Not in its repr: what ends in a log or a traceback must not hold a face.
    pixels: NDArray[np.uint8] = field(repr=False)
    scale: float
    mesh: NDArray[np.float32] = field(repr=False)
    pose: Pose
    aligned: NDArray[np.uint8] = field(repr=False)
    aligned_mesh: NDArray[np.float32] = field(repr=False)
    faces: tuple[Detection, ...]
    jpeg_quality: int | None


ALIGNED_SIZE = 256
ALIGNED_EYES = ((96.0, 112.0), (160.0, 112.0))
"""Centres of the eye at the image's left and right in an aligned crop, x and y in pixels."""
