from __future__ import annotations

import numpy as np
import pytest

from lineproof.face.quality import dynamic_range
from tests.face.quality.synthetic import Head, assert_falls, found, picture_of, view_of

HEAD = Head()


def test_it_falls_as_contrast_goes() -> None:
    """Haze or a dirty lens takes one bit with each halving of the contrast."""
    plain = picture_of(HEAD).astype(np.float64)
    flat = [np.rint(128 + (plain - 128) * share).astype(np.uint8) for share in (1, 0.5, 0.25, 0.1)]
    assert_falls(dynamic_range, [view_of(HEAD, pixels) for pixels in flat], by=30)


@pytest.mark.parametrize(("levels", "bits"), [(1, 0.0), (2, 1.0), (4, 2.0)])
def test_the_native_value_is_the_entropy_in_bits(levels: int, bits: float) -> None:
    """A face striped in n equally frequent greys holds log2(n) bits, and 12.5 points for each."""
    stripes = (np.arange(480) // 2 % levels * 60).astype(np.uint8)
    pixels = np.broadcast_to(stripes[:, None, None], (480, 400, 3)).copy()
    # Eyes 64 px apart are not scaled on the way into the aligned crop: the greys stay as drawn.
    component = found(dynamic_range, view_of(Head(eye_distance=64), pixels))
    assert component.native == pytest.approx(bits, abs=0.02)
    assert component.value == pytest.approx(12.5 * bits, abs=1)
