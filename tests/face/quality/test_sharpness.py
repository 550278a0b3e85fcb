from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality import sharpness
from tests.face.quality.synthetic import (
    Head,
    assert_falls,
    finding_of,
    found,
    picture_of,
    smaller,
    view_of,
)

if TYPE_CHECKING:
    from tests.face.quality.synthetic import Pixels

HEAD = Head()
SHARP = picture_of(HEAD)


def test_it_falls_as_the_focus_goes() -> None:
    """A lens further and further out of focus."""
    blurred = [SHARP] + [
        np.asarray(cv2.GaussianBlur(SHARP, (0, 0), sigma), dtype=np.uint8)
        for sigma in (2, 3, 4.5, 7)
    ]
    assert_falls(sharpness, [view_of(HEAD, pixels) for pixels in blurred], by=60)


@pytest.mark.parametrize("degrees", [0, 45, 90])
def test_it_falls_as_the_camera_shakes_in_any_direction(degrees: float) -> None:
    """A hand moving one way leaves the lines along that way sharp, and still blurs the face."""
    shaken = [shake(SHARP, length, degrees) for length in (1, 7, 11, 15)]
    assert_falls(sharpness, [view_of(HEAD, pixels) for pixels in shaken], by=15)


def test_it_falls_as_the_face_gets_too_small() -> None:
    """Enlarging a small face into the crop brings no detail back."""
    assert_falls(sharpness, [smaller(HEAD, factor) for factor in (0.4, 0.25, 0.16, 0.1)], by=25)


def test_grain_is_not_taken_for_detail() -> None:
    """Noise on a blurred face does not make it sharp."""
    blurred = cv2.GaussianBlur(SHARP, (0, 0), 4)
    grain = np.random.default_rng(3).normal(0, 12, SHARP.shape)
    noisy = np.clip(blurred + grain, 0, 255).astype(np.uint8)
    quiet = found(sharpness, view_of(HEAD, np.asarray(blurred, dtype=np.uint8))).value
    assert found(sharpness, view_of(HEAD, noisy)).value <= quiet + 5


def test_contrast_is_not_taken_for_sharpness() -> None:
    """Half the contrast shows the same edges."""
    dull = np.rint(128 + (SHARP.astype(np.float64) - 128) / 2).astype(np.uint8)
    assert (
        abs(found(sharpness, view_of(HEAD, dull)).native - found(sharpness, view_of(HEAD)).native)
        < 1
    )


def test_a_face_of_one_grey_has_no_sharpness() -> None:
    """Where there is no detail of any size, nothing can be compared."""
    assert finding_of(sharpness, view_of(HEAD, np.full_like(SHARP, 90))) == Unmeasured("flat_face")


def shake(pixels: Pixels, length: int, degrees: float) -> Pixels:
    """Move the camera over ``length`` pixels while the shutter is open."""
    line = np.zeros((length, length), dtype=np.float32)
    line[length // 2] = 1
    turn = cv2.getRotationMatrix2D((length // 2, length // 2), degrees, 1)
    kernel = cv2.warpAffine(line, turn, (length, length))
    return np.asarray(cv2.filter2D(pixels, -1, np.asarray(kernel) / np.sum(kernel)), dtype=np.uint8)
