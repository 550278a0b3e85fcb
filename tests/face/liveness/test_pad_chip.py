from __future__ import annotations

import numpy as np
import pytest

from lineproof.face.liveness.pad_chip import pad_chip

PICTURE = np.random.default_rng(1).integers(1, 255, (120, 90, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    "box",
    [(30, 40, 60, 70), (0, 0, 20, 20), (80, 110, 130, 160), (-40, -40, 200, 200), (10, 10, 10, 10)],
)
def test_a_chip_shows_the_picture_and_nothing_beside_it(
    box: tuple[float, float, float, float],
) -> None:
    """Whatever box a detector gives, no black border is made up that a network could learn from."""
    chip = pad_chip(PICTURE, box, box_scale=2.7, size=(32, 32))
    assert chip.shape == (32, 32, 3)
    assert chip.min() > 0


def test_the_box_is_enlarged_about_its_middle() -> None:
    """A box of 10 enlarged twice shows 20 pixels, one for one at that size."""
    chip = pad_chip(PICTURE, (40, 50, 50, 60), box_scale=2.0, size=(20, 20))
    assert np.array_equal(chip, PICTURE[45:65, 35:55])
