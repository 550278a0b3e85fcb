from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.face.landmarks import EYES, pose, upright
from lineproof.face.view import ALIGNED_EYES

if TYPE_CHECKING:
    from numpy.typing import NDArray


def head(*, yaw: float = 0, pitch: float = 0, roll: float = 0) -> NDArray[np.float32]:
    """Give 468 points of a head turned by these angles in degrees, about (300, 300).

    x to the right of the picture, y down, z away from the camera; yaw to the person's own left,
    pitch down, roll to the person's own right shoulder.
    """
    points = np.zeros((468, 3))
    points[list(EYES[0])] = [[-45, -30, 0], [-15, -30, 0]]
    points[list(EYES[1])] = [[15, -30, 0], [45, -30, 0]]
    points[10], points[152] = [0, -90, 0], [0, 90, 0]
    y, p, r = (math.radians(angle) for angle in (yaw, pitch, roll))
    about_y = np.array([[math.cos(y), 0, -math.sin(y)], [0, 1, 0], [math.sin(y), 0, math.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]])
    about_z = np.array([[math.cos(r), math.sin(r), 0], [-math.sin(r), math.cos(r), 0], [0, 0, 1]])
    turned = points @ (about_z @ about_y @ about_x).T + [300, 300, 0]
    return np.asarray(turned, dtype=np.float32)


@pytest.mark.parametrize("angle", [-40, -10, 0, 10, 40])
@pytest.mark.parametrize("which", ["yaw", "pitch", "roll"])
def test_each_angle_is_found_with_its_sign(which: str, angle: float) -> None:
    """A head turned about one axis has that angle and no other."""
    found = pose(head(**{which: angle}))
    for name in ("yaw", "pitch", "roll"):
        expected = angle if name == which else 0
        assert getattr(found, name) == pytest.approx(expected, abs=0.5), name


@pytest.mark.parametrize("roll", [-60, 0, 25, 170])
def test_the_upright_crop_has_the_eyes_where_it_says(roll: float) -> None:
    """However the head is tilted, the eyes lie at the same places of the crop."""
    points = head(roll=roll)
    picture = np.zeros((600, 600, 3), dtype=np.uint8)
    for x, y, _ in points[[*EYES[0], *EYES[1]]]:
        picture[
            round(float(y)) - 4 : round(float(y)) + 5, round(float(x)) - 4 : round(float(x)) + 5
        ] = 255
    crop, carried = upright(picture, points)
    eyes = np.stack([carried[list(pair)].mean(axis=0) for pair in EYES])
    assert np.allclose(eyes, ALIGNED_EYES, atol=1e-3)
    for point in carried[[*EYES[0], *EYES[1]]]:
        assert crop[round(float(point[1])), round(float(point[0]))].min() > 128
