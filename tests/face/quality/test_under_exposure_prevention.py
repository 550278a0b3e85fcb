from __future__ import annotations

import pytest

from lineproof.face.quality import under_exposure_prevention
from tests.face.quality.synthetic import Head, assert_falls, exposed, found, picture_of, view_of
from tests.face.quality.tones import TONES

HEAD = Head()


def test_it_falls_as_the_light_goes() -> None:
    """From a dim room (5 stops) to darkness (6 stops) the value goes from good to nothing."""
    assert_falls(
        under_exposure_prevention,
        [view_of(HEAD, exposed(picture_of(HEAD), -stops)) for stops in (5, 5.2, 5.3, 5.5, 6)],
        by=80,
    )


@pytest.mark.parametrize("tone", TONES)
def test_no_skin_is_too_dark_in_good_light(tone: tuple[int, int, int]) -> None:
    """The darkest skin in the light of a portrait does not read as under-exposed."""
    assert found(under_exposure_prevention, view_of(Head(skin=tone))).value >= 95


def test_a_black_frame_beside_the_face_does_not_count() -> None:
    """Where the crop reaches beyond the picture it is black; the face is not."""
    cut = Head(middle=(74, 190))
    assert found(under_exposure_prevention, view_of(cut)).native < 0.01
