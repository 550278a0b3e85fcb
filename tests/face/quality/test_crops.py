"""The four edges a picture can cut a face with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality import leftward_crop, margin_above, margin_below, rightward_crop
from tests.face.quality.synthetic import Head, assert_falls, finding_of, found, view_of

if TYPE_CHECKING:
    from lineproof.face.quality import Measure

CROPS: dict[str, tuple[Measure, tuple[int, int], tuple[float, ...]]] = {
    "left": (leftward_crop, (-1, 0), (1.5, 1.2, 1.0, 0.8, 0.6)),
    "right": (rightward_crop, (1, 0), (1.5, 1.2, 1.0, 0.8, 0.6)),
    "above": (margin_above, (0, -1), (2.4, 1.6, 1.0, 0.7, 0.4)),
    "below": (margin_below, (0, 1), (3.1, 2.4, 1.9, 1.5, 1.1)),
}


def against(edge: tuple[int, int], distance: float) -> Head:
    """Put the middle of the eyes so many eye distances from one edge of the picture."""
    unit, (width, height) = 72.0, (400, 480)
    x, y = edge
    return Head(
        middle=(
            width / 2 if not x else distance * unit if x < 0 else width - distance * unit,
            height / 2 if not y else distance * unit if y < 0 else height - distance * unit,
        )
    )


@pytest.mark.parametrize("edge", CROPS)
def test_it_falls_as_the_face_leaves_the_picture(edge: str) -> None:
    """The face moves out over one edge; that edge's measure sees it at each step."""
    measure, direction, distances = CROPS[edge]
    assert_falls(measure, [view_of(against(direction, distance)) for distance in distances], by=70)


@pytest.mark.parametrize("edge", CROPS)
def test_the_other_edges_stay_as_they_are(edge: str) -> None:
    """Cutting on one side is not reported on another."""
    _, direction, distances = CROPS[edge]
    view = view_of(against(direction, distances[-1]))
    others = [measure for name, (measure, _, _) in CROPS.items() if name != edge]
    assert all(found(measure, view).value >= 90 for measure in others)


@pytest.mark.parametrize("edge", CROPS)
def test_eyes_beyond_the_edge_are_not_measured(edge: str) -> None:
    """A face whose eyes are not in the picture is not a badly cropped one, it is not there."""
    measure, direction, _ = CROPS[edge]
    finding = finding_of(measure, view_of(against(direction, 0.4 if direction[0] else -0.1)))
    assert finding == Unmeasured("eyes_outside_picture")
