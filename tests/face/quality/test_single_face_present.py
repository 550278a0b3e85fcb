from __future__ import annotations

from dataclasses import replace

import pytest

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality import single_face_present
from tests.face.quality.synthetic import Head, assert_falls, beside, finding_of, found, view_of

ALONE = view_of(Head())


def test_it_falls_as_another_face_comes_nearer() -> None:
    """A second face counts by how large it is beside the first."""
    views = [ALONE, *(beside(ALONE, share=share) for share in (0.05, 0.25, 0.6, 1))]
    assert_falls(single_face_present, views, by=100)


def test_the_native_value_is_the_ratio_of_the_two_largest() -> None:
    """A third, smaller face changes nothing, and neither does the order."""
    crowd = beside(beside(ALONE, share=0.1), share=0.5)
    assert found(single_face_present, crowd).native == pytest.approx(0.5)
    assert found(single_face_present, replace(crowd, faces=crowd.faces[::-1])).native == (
        pytest.approx(0.5)
    )


def test_no_face_is_not_a_single_one() -> None:
    """Nothing found is nothing measured."""
    assert finding_of(single_face_present, replace(ALONE, faces=())) == Unmeasured("no_face")
