from __future__ import annotations

from dataclasses import replace

import pytest

from lineproof.face.quality import head_size
from tests.face.quality.synthetic import Head, assert_falls, found, view_of


def test_it_falls_as_the_person_steps_back() -> None:
    """A head that fills less and less of the picture."""
    heads = [Head(eye_distance=size) for size in (54, 40, 25, 15, 8)]
    assert_falls(head_size, [view_of(head) for head in heads], by=80)


def test_it_falls_as_the_head_outgrows_the_picture() -> None:
    """A head too near is as wrong as one too far."""
    heads = [Head(eye_distance=size) for size in (136, 160, 180, 200)]
    assert_falls(head_size, [view_of(replace(head, middle=(200, 150))) for head in heads], by=50)


def test_the_native_value_is_the_standards_ratio() -> None:
    """T over the height: 1.76 eye distances of 72 px in 480 px."""
    assert found(head_size, view_of(Head())).native == pytest.approx(1.76 * 72 / 480, rel=0.01)
