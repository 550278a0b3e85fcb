from __future__ import annotations

import cv2
import numpy as np
import pytest

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality import natural_colour
from tests.face.quality.synthetic import (
    Head,
    assert_falls,
    exposed,
    finding_of,
    found,
    picture_of,
    tinted,
    view_of,
)
from tests.face.quality.tones import TONES

HEAD = Head()
CASTS = {"green": (1, 0, 1), "blue": (1, 1, 0), "magenta": (0, 1, 0), "orange": (0, 0.4, 1)}
"""How strongly a coloured light takes red, green and blue away."""


@pytest.mark.parametrize("cast", CASTS)
def test_it_falls_as_the_light_takes_on_a_colour(cast: str) -> None:
    """A coloured lamp takes the other colours away, more at each step."""
    taken = np.array(CASTS[cast])
    views = [
        view_of(HEAD, tinted(picture_of(HEAD), *(1 - share * taken)))
        for share in (0.45, 0.6, 0.75, 0.9)
    ]
    assert found(natural_colour, view_of(HEAD)).value == 100
    assert_falls(natural_colour, views, by=25)


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("stops", [0, -1, -2])
def test_every_skin_is_natural_in_white_light(tone: tuple[int, int, int], stops: float) -> None:
    """From the lightest to the darkest skin, and in less light: only the light's colour counts."""
    head = Head(skin=tone)
    view = view_of(head, exposed(picture_of(head), stops))
    assert found(natural_colour, view).value >= 90


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("filtered", [(0.25, 1, 0.25), (0.2, 0.3, 1)])
def test_a_strong_cast_is_seen_on_every_skin(
    tone: tuple[int, int, int], filtered: tuple[float, float, float]
) -> None:
    """Strong green or blue light is as visible on dark as on light skin."""
    head = Head(skin=tone)
    view = view_of(head, tinted(picture_of(head), *filtered))
    assert found(natural_colour, view).value <= 40


def test_a_grey_portrait_has_no_colour_to_judge() -> None:
    """Many documents carry a grey portrait; that is no unnatural colour."""
    grey = cv2.cvtColor(cv2.cvtColor(picture_of(HEAD), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    view = view_of(HEAD, np.asarray(grey, dtype=np.uint8))
    assert finding_of(natural_colour, view) == Unmeasured("no_colour")


def test_a_black_picture_has_no_colour_to_judge() -> None:
    """In the dark rounding decides the hue."""
    view = view_of(HEAD, exposed(picture_of(HEAD), -9))
    assert finding_of(natural_colour, view) == Unmeasured("too_dark")
