from __future__ import annotations

from dataclasses import replace

import pytest

from lineproof.face.quality import inter_eye_distance
from lineproof.face.view import Pose
from tests.face.quality.synthetic import Head, assert_falls, found, view_of


def test_it_falls_as_the_person_steps_back() -> None:
    """Fewer pixels between the eyes at each step."""
    heads = [Head(eye_distance=size) for size in (72, 50, 35, 20, 10)]
    assert_falls(inter_eye_distance, [view_of(head) for head in heads], by=60)


@pytest.mark.parametrize("yaw", [-50, -20, 35])
def test_turning_the_head_is_not_distance(yaw: float) -> None:
    """A turned head has its eyes nearer together in the picture, not in the person."""
    assert found(inter_eye_distance, view_of(Head(yaw=yaw))).native == pytest.approx(72, rel=0.02)


def test_it_counts_pixels_as_stored() -> None:
    """A picture decoded at a quarter of its size had four times the pixels."""
    view = replace(view_of(Head(eye_distance=20)), scale=0.25)
    assert found(inter_eye_distance, view).native == pytest.approx(80, rel=1e-3)


def test_a_profile_is_not_stretched_without_end() -> None:
    """Beyond 60 degrees the yaw is too uncertain to multiply with."""
    view = replace(view_of(Head(eye_distance=20)), pose=Pose(yaw=89, pitch=0, roll=0))
    assert found(inter_eye_distance, view).native == pytest.approx(40, rel=1e-3)
