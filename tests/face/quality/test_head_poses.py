"""The three ways a head can turn away from the camera."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lineproof.face.quality import head_pose_pitch, head_pose_roll, head_pose_yaw
from lineproof.face.view import Pose
from tests.face.quality.synthetic import Head, assert_falls, found, view_of

if TYPE_CHECKING:
    from lineproof.face.quality import Measure

AXES = ("yaw", "pitch", "roll")


def turned(axis: str, angle: float) -> Head:
    """Give a head that is turned about one axis only."""
    yaw, pitch, roll = (angle if axis == each else 0.0 for each in AXES)
    return Head(yaw=yaw, pitch=pitch, roll=roll)


POSES: dict[str, Measure] = {
    "yaw": head_pose_yaw,
    "pitch": head_pose_pitch,
    "roll": head_pose_roll,
}


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("axis", POSES)
def test_it_falls_as_the_head_turns(axis: str, sign: int) -> None:
    """The further the head turns, either way, the less its picture is worth."""
    heads = [turned(axis, sign * angle) for angle in (0, 15, 30, 45, 60)]
    assert_falls(POSES[axis], [view_of(head) for head in heads], by=70)


@pytest.mark.parametrize("axis", POSES)
def test_the_other_axes_stay_as_they_are(axis: str) -> None:
    """Turning one way is not reported as turning another."""
    view = view_of(turned(axis, 40))
    assert found(POSES[axis], view).native == 40
    assert all(found(POSES[other], view).value == 100 for other in POSES if other != axis)


@pytest.mark.parametrize("axis", POSES)
def test_the_back_of_a_head_is_worth_nothing(axis: str) -> None:
    """A cosine below zero is not made good by squaring it."""
    backwards = turned(axis, 180)
    pose = Pose(yaw=backwards.yaw, pitch=backwards.pitch, roll=backwards.roll)
    assert found(POSES[axis], replace(view_of(Head()), pose=pose)).value == 0
