from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.face.match import Recipe, chips, comparison_score, embed
from lineproof.face.view import FaceView, Pose

if TYPE_CHECKING:
    from numpy.typing import NDArray

TARGET = np.array([[20, 30], [44, 30]], dtype=np.float32)


def view(*, eyes: tuple[tuple[float, float], tuple[float, float]], shade: int) -> FaceView:
    """Give a face with eyes at these places in a picture brighter towards the right."""
    pixels = np.zeros((200, 200, 3), dtype=np.uint8)
    pixels[:, :, 0] = np.arange(200, dtype=np.uint8)[None]
    pixels[:, :, 1] = shade
    mesh = np.zeros((468, 3), dtype=np.float32)
    mesh[0, :2], mesh[1, :2] = eyes
    return FaceView(
        pixels=pixels,
        scale=1.0,
        mesh=mesh,
        pose=Pose(0, 0, 0),
        aligned=np.zeros((256, 256, 3), dtype=np.uint8),
        aligned_mesh=mesh[:, :2],
        faces=(),
        jpeg_quality=None,
    )


def means(shown: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
    """Stand in for a network: four means of each chip, left, right, shade and one."""
    half = shown.shape[2] // 2
    rows = [[c[:, :half, 0].mean(), c[:, half:, 0].mean(), c[:, :, 1].mean(), 50.0] for c in shown]
    return (np.array(rows, dtype=np.float32),)


def recipe(*, mirror: bool = False, weight: float = 1.0) -> Recipe:
    """Show one chip of 64 px, aligned by the two eyes."""
    return Recipe(
        network=means,
        size=(64, 64),
        indices=((0,), (1,)),
        predictor=None,
        targets=(TARGET,),
        mirror=mirror,
        weight=weight,
    )


FACE = view(eyes=((60, 100), (108, 100)), shade=40)
OTHER = view(eyes=((60, 100), (108, 100)), shade=220)


def test_a_chip_has_the_points_on_their_targets() -> None:
    """The red ramp tells the column: at the target of the left eye it is that of the left eye."""
    (chip,) = chips(FACE, recipe())
    assert chip[30, 20, 0] == pytest.approx(60, abs=1)
    assert chip[30, 44, 0] == pytest.approx(108, abs=1)


def test_mirrors_follow_their_chips() -> None:
    """With the mirror a network sees each chip and then its mirror image."""
    one, mirrored = chips(FACE, recipe(mirror=True))
    assert np.array_equal(mirrored, one[:, ::-1])
    embedded = embed([FACE], [recipe(mirror=True)])
    assert embedded[0] == pytest.approx(embedded[1], abs=1e-6), "left and right are averaged"


def test_the_score_is_the_weighted_mean_of_the_cosines() -> None:
    """Two networks at 3 to 1 score three quarters of one cosine and a quarter of the other."""
    first = recipe(weight=3.0)
    second = replace(recipe(mirror=True), weight=1.0)
    cosines = [
        comparison_score(embed([FACE], [each]), embed([OTHER], [each])) for each in (first, second)
    ]
    both = comparison_score(embed([FACE], [first, second]), embed([OTHER], [first, second]))
    assert both == pytest.approx(0.75 * cosines[0] + 0.25 * cosines[1], abs=1e-6)
    assert cosines[0] != pytest.approx(cosines[1], abs=1e-3)


def test_several_frames_are_one_person_between_them() -> None:
    """The mean of two frames lies between them, whatever their order."""
    mixed = embed([FACE, OTHER], [recipe()])
    apart = comparison_score(embed([FACE], [recipe()]), embed([OTHER], [recipe()]))
    assert comparison_score(mixed, embed([FACE], [recipe()])) > apart
    assert comparison_score(mixed, embed([OTHER], [recipe()])) > apart
    assert np.allclose(mixed, embed([OTHER, FACE], [recipe()]), atol=1e-6)


def test_no_frame_is_a_fault() -> None:
    """An embedding of nobody does not exist."""
    with pytest.raises(ValueError, match="at least one frame"):
        embed([], [recipe()])


def test_zeros_match_nothing() -> None:
    """A network that answers nothing scores 0 with everybody, and never 1 with itself."""
    silent = replace(recipe(), network=lambda c: (np.zeros((len(c), 4), dtype=np.float32),))
    nothing = embed([FACE], [silent])
    assert comparison_score(nothing, nothing) == 0.0
