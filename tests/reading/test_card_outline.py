from __future__ import annotations

import cv2
import numpy as np
import pytest

from lineproof.domain.document import MrzFormat
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.face.view import Detection
from lineproof.reading import page_portrait
from lineproof.reading.card_outline import find_outline, flatten
from lineproof.reading.page_portrait import cut_portrait
from lineproof.specimen import specimen_document
from lineproof.specimen_page import MM
from lineproof.specimen_zone import Holder
from tests.photographed import photographed

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Corners = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
ZONE_MM = {
    MrzFormat.TD3: [(6.6, 71.0), (118.4, 71.0), (118.4, 81.4), (6.6, 81.4)],
    MrzFormat.TD2: [(6.8, 57.0), (98.2, 57.0), (98.2, 67.4), (6.8, 67.4)],
}


def taken(kind: MrzFormat, seed: int, **knobs: float) -> tuple[Pixels, Corners]:
    """Photograph a specimen; give the picture and where the page's corners are."""
    grey = np.full((90, 70, 3), 90, dtype=np.uint8)
    side = np.asarray(specimen_document(kind, Holder(), grey)[0])
    stored, corners = photographed(side, seed=seed, **knobs)  # type: ignore[arg-type]
    picture = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR_RGB)
    return np.asarray(picture, dtype=np.uint8), corners


def zone_of(kind: MrzFormat, corners: Corners) -> Corners:
    """Give where the specimen's zone is in the picture."""
    page = np.asarray(specimen_document(kind, Holder(), np.zeros((9, 7, 3), np.uint8))[0])
    edges = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * np.array(page.shape[1::-1])
    way = cv2.getPerspectiveTransform(edges.astype(np.float32), corners)
    place = np.array([ZONE_MM[kind]], dtype=np.float32) * MM
    return np.asarray(cv2.perspectiveTransform(place, way)[0], dtype=np.float32)


def off(found: Corners, true: Corners) -> float:
    """Give how far the worst corner is off, as a share of the page's width."""
    return float(np.hypot(*(found - true).T).max() / np.hypot(*(true[1] - true[0])))


@pytest.mark.parametrize("seed", range(4))
def test_the_corners_are_found_where_they_are(seed: int) -> None:
    """Without a zone, a page's edges are placed to half a hundredth of its width."""
    picture, corners = taken(MrzFormat.TD3, seed, tilt=14)
    found = find_outline(picture)
    assert isinstance(found, Measured)
    assert min(off(np.roll(found.value.corners, k, axis=0), corners) for k in range(4)) < 0.005


@pytest.mark.parametrize("quarters", range(4))
def test_the_zone_says_which_corner_is_first(quarters: int) -> None:
    """However the picture is held, the corners begin with the document's own top left."""
    picture, corners = taken(MrzFormat.TD3, 7, quarters=quarters)
    zone = zone_of(MrzFormat.TD3, corners)
    found = find_outline(picture, zone=zone, kind=MrzFormat.TD3)
    assert isinstance(found, Measured)
    assert off(found.value.corners, corners) < 0.005


def test_an_outline_that_the_zone_contradicts_is_not_believed() -> None:
    """A rectangle too large for the zone on it is something else, such as a folder below."""
    picture, corners = taken(MrzFormat.TD3, 7)
    shrunk = zone_of(MrzFormat.TD3, corners)
    shrunk = shrunk.mean(axis=0) + (shrunk - shrunk.mean(axis=0)) * 0.8
    found = find_outline(picture, zone=shrunk.astype(np.float32), kind=MrzFormat.TD3)
    assert found == Unmeasured("no_outline")


@pytest.mark.parametrize("fill", [0, 255])
def test_nothing_has_no_outline(fill: int) -> None:
    """An even picture and mere noise have no edges."""
    even = np.full((300, 400, 3), fill, dtype=np.uint8)
    noise = np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    assert find_outline(even) == Unmeasured("no_outline")
    assert find_outline(noise) == Unmeasured("no_outline")


def test_what_is_laid_flat_has_the_formats_proportions() -> None:
    """The page fills what was laid flat, in the proportions of its format."""
    picture, corners = taken(MrzFormat.TD3, 3, lean=0.08)
    flat = flatten(picture, corners, MrzFormat.TD3)
    height, width = flat.shape[:2]
    assert width / height == pytest.approx(125 / 88, abs=0.01)
    plain = np.asarray(
        specimen_document(MrzFormat.TD3, Holder(), np.full((90, 70, 3), 90, np.uint8))[0]
    )
    seen, drawn = (
        cv2.cvtColor(cv2.resize(each, (160, 112)), cv2.COLOR_RGB2GRAY) for each in (flat, plain)
    )
    assert np.corrcoef(seen.ravel(), drawn.ravel())[0, 1] > 0.8


@pytest.mark.parametrize("quarters", range(4))
def test_the_portrait_is_cut_from_what_lies_flat(
    quarters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leaning page gives an upright portrait, and its face's place in the picture is kept."""
    picture, corners = taken(MrzFormat.TD3, 5, lean=0.08, quarters=quarters)

    def dark(pixels: Pixels, _: object) -> tuple[Detection, ...]:
        # Stands for the detector: the specimen's even grey portrait, where it is upright.
        height, width = pixels.shape[:2]
        if height > width:
            return ()
        left, top, right, bottom = (round(s * width) for s in (0.05, 0.11, 0.31, 0.44))
        grey = pixels[top:bottom, left:right].std() < 20
        points = np.zeros((6, 2), dtype=np.float32)
        box = (float(left), float(top), float(right), float(bottom))
        return (Detection(box, points, 1.0),) if grey else ()

    monkeypatch.setattr(page_portrait, "detect", dark)
    found = cut_portrait(
        picture, lambda _: (), upright=90 * quarters, outline=corners, kind=MrzFormat.TD3
    )
    assert isinstance(found, Measured)
    way = cv2.getPerspectiveTransform(
        corners, np.array([[0, 0], [125, 0], [125, 88], [0, 88]], np.float32)
    )
    place = cv2.perspectiveTransform(found.value.face[None], way)[0]
    assert place[0] == pytest.approx([6.25, 13.75], abs=0.5)
    assert place[2] == pytest.approx([38.75, 55], abs=0.5)
