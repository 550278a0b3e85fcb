from __future__ import annotations

import pytest

from lineproof.face.quality import mouth_closed
from tests.face.quality.synthetic import Head, assert_falls, found, view_of


def test_it_falls_as_the_mouth_opens() -> None:
    """From closed lips over speaking to a yawn."""
    heads = [Head(lips=lips) for lips in (0.02, 0.2, 0.35, 0.5, 0.8)]
    assert_falls(mouth_closed, [view_of(head) for head in heads], by=80)


@pytest.mark.parametrize("head", [Head(eye_distance=20), Head(roll=40), Head(yaw=25)])
def test_distance_and_pose_do_not_open_the_mouth(head: Head) -> None:
    """The gap is measured against the face, not in pixels or along the picture's edges."""
    assert abs(found(mouth_closed, view_of(head)).native - 0.0113) < 0.001
