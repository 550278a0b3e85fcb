"""The 468 points of FaceMesh, and the head's pose from them.

Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs" (2019).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from lineproof.face.align import apply, cut, similarity
from lineproof.face.view import ALIGNED_EYES, ALIGNED_SIZE, Pose

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lineproof.face.detect import Network
    from lineproof.face.view import Detection

INPUT_SIDE = 192
ENLARGE = 1.5
"""The mesh looks at the detector's box, enlarged by this much (the model card's own figure)."""

EYES = ((33, 133), (362, 263))
"""Outer and inner corners of the eye at the image's left, then of the one at its right."""

FOREHEAD, CHIN = 10, 152


def mesh(
    pixels: NDArray[np.uint8], face: Detection, network: Network
) -> tuple[NDArray[np.float32], float]:
    """Give the (468, 3) points of a face in pixels of the picture, and 0..1 that it is a face.

    The depth z has the unit of x and y; smaller is nearer to the camera.
    """
    transform = _crop_of(face)
    crop = cut(pixels, transform, (INPUT_SIDE, INPUT_SIDE))
    outputs = network(crop[None])
    by_width = {array.size: array.reshape(-1) for array in outputs}
    points = by_width[468 * 3].reshape(468, 3)
    presence = float(by_width[1][0])
    return _to_picture(points, transform), presence


def _crop_of(face: Detection) -> NDArray[np.float64]:
    """Give the transform from the picture to the mesh's crop: the box, enlarged and upright."""
    left, top, right, bottom = face.box
    centre = np.array([(left + right) / 2, (top + bottom) / 2], dtype=np.float32)
    half = max(right - left, bottom - top) / 2 * ENLARGE
    across = face.points[1] - face.points[0]
    across = across / max(float(np.hypot(*across)), 1e-6) * half
    down = np.array([-across[1], across[0]], dtype=np.float32)
    corners = np.stack([centre - across - down, centre + across + down])
    target = np.array([[0, 0], [INPUT_SIDE, INPUT_SIDE]], dtype=np.float32)
    return similarity(corners, target)


def _to_picture(points: NDArray[np.float32], transform: NDArray[np.float64]) -> NDArray[np.float32]:
    scale = math.hypot(transform[0, 0], transform[1, 0])
    turn = transform[:, :2]
    flat = (points[:, :2].astype(np.float64) - transform[:, 2]) @ np.linalg.inv(turn).T
    return np.concatenate([flat, points[:, 2:] / scale], axis=1).astype(np.float32)


def pose(points: NDArray[np.float32]) -> Pose:
    """Give the head's pose in degrees from its (468, 3) points; see ``Pose`` for the signs."""
    across = _unit(points[[362, 263]].mean(axis=0) - points[[33, 133]].mean(axis=0))
    down = points[CHIN] - points[FOREHEAD]
    down = _unit(down - across * float(down @ across))
    ahead = np.cross(across, down)
    yaw = math.degrees(math.atan2(float(across[2]), math.hypot(float(across[0]), float(across[1]))))
    pitch = math.degrees(math.atan2(float(down[2]), float(ahead[2])))
    roll = -math.degrees(math.atan2(float(across[1]), float(across[0])))
    return Pose(yaw=yaw, pitch=pitch, roll=roll)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float64]:
    return vector.astype(np.float64) / max(float(np.linalg.norm(vector)), 1e-9)


def eye_centres(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the (2, 2) centres of the eyes, the one at the image's left first."""
    return np.stack([points[list(pair), :2].mean(axis=0) for pair in EYES])


def upright(
    pixels: NDArray[np.uint8], points: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Cut the head out upright as every measure sees it; also carry the points there, (468, 2)."""
    transform = similarity(eye_centres(points), np.array(ALIGNED_EYES, dtype=np.float32))
    crop = cut(pixels, transform, (ALIGNED_SIZE, ALIGNED_SIZE))
    return crop, apply(transform, points[:, :2])
