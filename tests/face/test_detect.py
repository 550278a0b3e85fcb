from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.face.detect import detect

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 256


@dataclass(slots=True)
class Drawn:
    """A detector that finds bright squares: a stand-in for BlazeFace with its outputs' layout.

    It answers on the 8 x 8 grid's first anchor of the cell in which a square's centre lies.
    """

    sizes: dict[int, float]
    """The side of the square, in input pixels, for each brightness that marks one."""
    seen: list[NDArray[np.uint8]] = field(default_factory=list)

    def __call__(self, chips: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
        """Give scores and boxes as BlazeFace does: 512 and 384 anchors."""
        self.seen.append(chips)
        scores = np.full((1, 384, 1), -20, dtype=np.float32)
        boxes = np.zeros((1, 384, 16), dtype=np.float32)
        for mark, least in self.sizes.items():
            rows, columns = np.nonzero(np.abs(chips[0, :, :, 0].astype(int) - mark) <= 2)
            if len(rows) < least**2:
                continue
            x, y = columns.mean() + 0.5, rows.mean() + 0.5
            size = np.sqrt(len(rows))
            cell = int(y // 32) * 8 + int(x // 32)
            anchor = np.array([(x // 32 + 0.5) * 32, (y // 32 + 0.5) * 32])
            scores[0, cell * 6] = 4
            boxes[0, cell * 6, :2] = np.array([x, y]) - anchor
            boxes[0, cell * 6, 2:4] = size
            boxes[0, cell * 6, 4:] = np.tile(np.array([x, y]) - anchor, 6)
        empty = np.full((1, 512, 1), -20, dtype=np.float32)
        return scores, empty, np.zeros((1, 512, 16), dtype=np.float32), boxes


def picture(width: int, height: int, *squares: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """Give a black picture with squares: left, top, side, brightness."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    for left, top, side, mark in squares:
        pixels[top : top + side, left : left + side] = mark
    return pixels


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (2000, 1400), (128, 100)])
def test_a_box_comes_back_in_pixels_of_the_picture(size: tuple[int, int]) -> None:
    """Whatever the picture's size and shape, the box lies where the face is."""
    width, height = size
    side = height // 3
    left, top = width // 2, height // 4
    (face,) = detect(picture(width, height, (left, top, side, 200)), Drawn({200: 5}))
    tolerance = max(width, height) / SIDE * 1.5
    expected = (left, top, left + side, top + side)
    assert face.box == pytest.approx(expected, abs=tolerance)
    assert face.points[0] == pytest.approx((left + side / 2, top + side / 2), abs=tolerance)
    assert face.score > 0.9


def test_the_most_central_of_faces_as_large_comes_first() -> None:
    """People side by side: the picture is of the one in its middle, though another is larger."""
    faces = detect(
        picture(900, 600, (360, 200, 170, 100), (650, 200, 220, 200)), Drawn({100: 5, 200: 5})
    )
    assert len(faces) == 2
    assert faces[0].area < faces[1].area
    assert faces[0].box[0] < 400


def test_the_largest_face_comes_first() -> None:
    """A face far larger than the others counts wherever it is."""
    faces = detect(
        picture(900, 600, (60, 60, 90, 100), (500, 200, 260, 200)), Drawn({100: 5, 200: 5})
    )
    assert len(faces) == 2
    assert faces[0].area > faces[1].area
    assert faces[0].box[0] > 400


def test_tiles_are_looked_at_only_when_the_first_pass_finds_nothing() -> None:
    """One look where a face is seen at once; more, and the face, where it is too small for one."""
    near, far = Drawn({200: 20}), Drawn({200: 20})
    assert len(detect(picture(1000, 1000, (300, 300, 300, 200)), near)) == 1
    assert len(near.seen) == 1
    (face,) = detect(picture(1000, 1000, (700, 120, 50, 200)), far)
    assert len(far.seen) > 1
    assert face.box == pytest.approx((700, 120, 750, 170), abs=4)


def test_nothing_is_found_in_nothing() -> None:
    """No face is an answer."""
    assert detect(picture(300, 200), Drawn({200: 5})) == ()
