from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lineproof.face.quality import no_compression_artifacts
from tests.face.quality.synthetic import Head, assert_falls, found, picture_of, recoded, view_of

HEAD = Head()
FINE = picture_of(HEAD)


def test_it_falls_with_the_quality_that_the_file_states() -> None:
    """The quantisation table of a JPEG is believed when it speaks against the picture."""
    views = [replace(view_of(HEAD), jpeg_quality=quality) for quality in (80, 60, 40, 20, 5)]
    assert_falls(no_compression_artifacts, views, by=60)


def test_it_falls_with_what_the_pixels_show_in_a_lossless_file() -> None:
    """A PNG made from a coarse JPEG states nothing and shows its blocks all the same."""
    views = [view_of(HEAD, recoded(FINE, quality)) for quality in (95, 50, 25, 12, 5)]
    assert_falls(no_compression_artifacts, views, by=50)


@pytest.mark.parametrize(("down", "right"), [(3, 5), (7, 0), (4, 4)])
def test_the_grid_is_found_wherever_a_crop_put_it(down: int, right: int) -> None:
    """Cutting or turning a picture moves the grid away from its corner."""
    coarse = recoded(FINE, 15)
    moved = np.ascontiguousarray(np.roll(coarse, (-down, -right), axis=(0, 1)))
    shifted = replace(HEAD, middle=(HEAD.middle[0] - right, HEAD.middle[1] - down))
    here = found(no_compression_artifacts, view_of(HEAD, coarse)).value
    assert abs(found(no_compression_artifacts, view_of(shifted, moved)).value - here) <= 5


def test_steps_count_the_same_both_ways() -> None:
    """Steps between rows are the same artefact as steps between columns."""
    rows = np.repeat(np.arange(30, 190, 10, dtype=np.uint8), 8)[:, None] * np.ones(
        (1, 128), dtype=np.uint8
    )
    upright, lying = (no_compression_artifacts.blockiness(each, 8) for each in (rows, rows.T))
    assert upright == lying
    assert upright > 1


def test_a_fine_copy_of_a_coarse_picture_is_judged_by_its_pixels() -> None:
    """Saving once more at a high quality does not wash the blocks away."""
    washed = replace(view_of(HEAD, recoded(recoded(FINE, 12), 95)), jpeg_quality=95)
    assert found(no_compression_artifacts, washed).value <= 60


def test_an_untouched_picture_has_no_blocks() -> None:
    """Texture alone is not taken for blocks."""
    assert found(no_compression_artifacts, view_of(HEAD)).value >= 95


def test_blocks_too_small_to_tell_are_left_to_what_the_file_states() -> None:
    """At a quarter of its size a JPEG shows blocks of two pixels, which texture has too."""
    view = replace(view_of(HEAD, recoded(FINE, 5)), scale=0.25, jpeg_quality=90)
    assert found(no_compression_artifacts, view).native == 90


def test_a_face_in_the_corner_is_measured() -> None:
    """The part looked at is cut to the picture, however little remains."""
    corner = Head(eye_distance=30, middle=(18, 6))
    assert found(no_compression_artifacts, view_of(corner)).value >= 50
