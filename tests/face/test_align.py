from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.face.align import apply, cut, scale_of, similarity

POINTS = np.array([[10, 20], [60, 18], [35, 45], [15, 70], [58, 72]], dtype=np.float32)


@given(
    angle=st.floats(-180, 180),
    scale=st.floats(0.05, 20),
    shift=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
)
def test_a_similarity_is_found_again(
    angle: float, scale: float, shift: tuple[float, float]
) -> None:
    """Points that were turned, scaled and moved give back that turn, scale and move."""
    moved = apply(cv2.getRotationMatrix2D((0, 0), angle, scale).astype(np.float64), POINTS)
    moved = (moved + np.array(shift)).astype(np.float32)
    found = similarity(POINTS, moved)
    assert scale_of(found) == pytest.approx(scale, rel=1e-3)
    assert np.allclose(apply(found, POINTS), moved, atol=0.01 * max(1.0, scale))


@pytest.mark.parametrize("factor", [0.06, 0.2, 0.5, 1.0, 3.0])
def test_a_chip_shows_what_its_points_say_at_every_scale(factor: float) -> None:
    """The middle of a white spot lands on its target whether the chip is smaller or larger."""
    picture = np.zeros((800, 800, 3), dtype=np.uint8)
    picture[380:421, 480:521] = 255
    source = np.array([[500, 400], [100, 400]], dtype=np.float32)
    target = np.array([[80, 60], [80 - 400 * factor, 60]], dtype=np.float32)
    chip = cut(picture, similarity(source, target), (150, 120)).astype(np.float64)
    rows, columns = np.mgrid[0:120, 0:150]
    weight = chip[..., 0] / chip[..., 0].sum()
    middle = float((columns * weight).sum()), float((rows * weight).sum())
    assert middle == pytest.approx((80, 60), abs=0.75)


def test_fine_stripes_do_not_alias() -> None:
    """A chip far smaller than its source is averaged: stripes become grey and not a pattern."""
    picture = np.zeros((1000, 1000, 3), dtype=np.uint8)
    picture[:, ::2] = 255
    source = np.array([[0, 0], [1000, 0]], dtype=np.float32)
    target = np.array([[0, 0], [100, 0]], dtype=np.float32)
    chip = cut(picture, similarity(source, target), (100, 100))
    assert np.ptp(chip[5:-5, 5:-5]) <= 2


def test_outside_the_picture_is_black() -> None:
    """A chip of nothing is black, and no error."""
    picture = np.full((100, 100, 3), 255, dtype=np.uint8)
    far = np.array([[1, 0, 5000], [0, 1, 5000]], dtype=np.float64)
    assert not cut(picture, far, (150, 150)).any()
