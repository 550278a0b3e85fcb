from __future__ import annotations

from dataclasses import replace

import pytest

from lineproof.face.quality import eyes_open
from tests.face.quality.synthetic import LEFT_EYE, Head, assert_falls, found, mesh_of, view_of


def test_it_falls_as_the_lids_close() -> None:
    """From wide open to closed, as the mesh shows closed eyes."""
    heads = [Head(lids=lids) for lids in (0.16, 0.1, 0.07, 0.05, 0.03)]
    assert_falls(eyes_open, [view_of(head) for head in heads], by=80)


def test_one_closed_eye_is_enough() -> None:
    """The less open eye counts."""
    view, winking = view_of(Head()), mesh_of(Head(lids=0.02))
    points = view.mesh.copy()
    points[list(LEFT_EYE)] = winking[list(LEFT_EYE)]
    assert found(eyes_open, replace(view, mesh=points)).value <= 10


@pytest.mark.parametrize("head", [Head(eye_distance=20), Head(roll=40), Head(yaw=25)])
def test_distance_and_pose_do_not_close_the_eyes(head: Head) -> None:
    """The opening is measured against the face, not in pixels or along the picture's edges."""
    assert found(eyes_open, view_of(head)).native == (
        pytest.approx(found(eyes_open, view_of(Head())).native, rel=0.05)
    )
