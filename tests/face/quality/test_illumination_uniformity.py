from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality import illumination_uniformity
from tests.face.quality.synthetic import (
    Head,
    assert_falls,
    coded,
    finding_of,
    found,
    linear,
    picture_of,
    view_of,
)

if TYPE_CHECKING:
    from tests.face.quality.synthetic import Pixels

HEAD = Head()


def lit_from_the_side(stops: float) -> Pixels:
    """Take so many stops of light away towards the right of the picture."""
    pixels = picture_of(HEAD)
    across = (np.arange(pixels.shape[1]) - HEAD.middle[0]) / HEAD.eye_distance
    return coded(linear(pixels) * 2.0 ** (-stops * (np.clip(across, -1, 1) + 1) / 2)[None, :, None])


def test_it_falls_as_the_light_moves_to_one_side() -> None:
    """A lamp that leaves one side of the face darker by 1 to 4 stops is seen at each step."""
    assert_falls(
        illumination_uniformity,
        [view_of(HEAD, lit_from_the_side(stops)) for stops in (0, 1, 2, 3, 4)],
        by=30,
    )


def test_less_light_on_both_sides_is_not_uneven_light() -> None:
    """Darkness is another component's business: it costs at most a point or two here."""
    dim = coded(linear(picture_of(HEAD)) / 4)
    even = found(illumination_uniformity, view_of(HEAD)).value
    assert abs(found(illumination_uniformity, view_of(HEAD, dim)).value - even) <= 3


def test_a_turned_head_in_even_light_stays_even() -> None:
    """The halves are split along the nose, so turning does not read as uneven light."""
    assert found(illumination_uniformity, view_of(replace(HEAD, yaw=25))).value >= 90


def test_halves_of_unequal_size_are_compared_by_their_shares() -> None:
    """On a face of one grey both halves agree, also when one of them shows much less of it."""
    view = view_of(HEAD, np.full_like(picture_of(HEAD), 120))
    shifted = view.aligned_mesh.copy()
    shifted[[10, 168, 2, 152], 0] -= 30
    uneven = replace(view, aligned_mesh=shifted)
    assert found(illumination_uniformity, uneven).native == 1


def test_half_a_face_is_not_compared() -> None:
    """A head in profile has no second half to compare with."""
    view = view_of(HEAD)
    squeezed = view.aligned_mesh.copy()
    squeezed[[10, 168, 2, 152], 0] = 300
    finding = finding_of(illumination_uniformity, replace(view, aligned_mesh=squeezed))
    assert finding == Unmeasured("half_face_hidden")
