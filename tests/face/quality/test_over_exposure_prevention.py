from __future__ import annotations

import pytest

from lineproof.face.quality import over_exposure_prevention
from tests.face.quality.synthetic import Head, assert_falls, exposed, found, picture_of, view_of
from tests.face.quality.tones import TONES

HEAD = Head()


def test_it_falls_as_the_face_burns_out() -> None:
    """Half a stop to two and a half too much burn out more and more of the face."""
    assert_falls(
        over_exposure_prevention,
        [view_of(HEAD, exposed(picture_of(HEAD), stops)) for stops in (0.5, 1, 1.5, 2, 2.5)],
        by=60,
    )


@pytest.mark.parametrize("tone", TONES)
def test_no_skin_is_too_light_in_good_light(tone: tuple[int, int, int]) -> None:
    """The lightest skin a third of a stop below white does not read as burnt out."""
    head = Head(skin=tone)
    view = view_of(head, exposed(picture_of(head), -1 / 3))
    assert found(over_exposure_prevention, view).value >= 95
