from __future__ import annotations

import io
from typing import TYPE_CHECKING

import cv2
import dlib
import numpy as np
import pytest

from lineproof.face.predictor import ShapePredictor, predict_points, read_predictor
from lineproof.packs.build.dlib_shapes import forests_npz, read_forests
from lineproof.packs.build.pattern import pattern
from tests.packs.build.pinned import converted, shared_data, source_path
from tests.packs.build.tiny_dlib import Trees

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAT = "shape_predictor_5_face_landmarks.dat"


def _arrays(content: bytes) -> dict[str, NDArray[np.generic]]:
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return dict(stored)


def _tiny(trees: Trees) -> ShapePredictor:
    return read_predictor(_arrays(forests_npz(read_forests("trees", trees.file()))))


def _boxes(*boxes: tuple[float, float, float, float]) -> NDArray[np.float64]:
    return np.array(boxes, np.float64)


def _slowly(
    trees: Trees, picture: NDArray[np.uint8], box: tuple[float, float, float, float]
) -> NDArray[np.float64]:
    """Do what the paper says, one pixel and one split after the other."""
    corner, extent = np.array(box[:2]), np.array(box[2:]) - np.array(box[:2])
    start = trees.initial.astype(np.float64)
    shape = trees.initial.copy()
    for cascade in range(trees.cascades):
        turn, *_ = np.linalg.lstsq(_complex_rows(start), _complex_rows(shape)[:, 0], rcond=None)
        matrix = np.array([[turn[0], turn[1]], [-turn[1], turn[0]]])
        bright = []
        for anchor, delta in zip(trees.anchors[cascade], trees.deltas[cascade], strict=True):
            x, y = np.floor(corner + extent * (matrix @ delta + shape[anchor]) + 0.5).astype(int)
            inside = 0 <= x < picture.shape[1] and 0 <= y < picture.shape[0]
            bright.append(int(picture[y, x].astype(int).sum()) // 3 if inside else 0)
        for tree in range(trees.trees):
            place = 0
            while place < trees.splits:
                first, second = trees.indices[cascade, tree, place]
                above = bright[first] - bright[second] > trees.thresholds[cascade, tree, place]
                place = 2 * place + (1 if above else 2)
            shape = shape + trees.leaves[cascade, tree, place - trees.splits].reshape(5, 2)
    points: NDArray[np.float64] = corner + extent * shape
    return points


def _complex_rows(shape: NDArray[np.floating]) -> NDArray[np.float64]:
    """Rows whose least squares give the turn between two centred shapes."""
    x, y = (shape - shape.mean(axis=0)).T
    return np.concatenate([np.stack([x, y], axis=1), np.stack([y, -x], axis=1)])


@pytest.mark.parametrize("seed", range(8))
def test_small_forests_are_walked_as_the_paper_says(seed: int) -> None:
    """Turn, brightness, splits and leaves, also where the box leaves the picture."""
    trees = Trees(seed)
    for box in [(10.0, 8.0, 50.0, 60.0), (-20.0, 30.0, 40.0, 90.0), (200.0, 200.0, 220.0, 230.0)]:
        found = predict_points(_tiny(trees), pattern(64), _boxes(box))
        np.testing.assert_allclose(found[0], _slowly(trees, pattern(64), box), atol=1e-4)


def test_boxes_asked_for_together_get_the_same_bits() -> None:
    """What stands beside a box does not change its points by a bit."""
    predictor = _tiny(Trees(2))
    boxes = _boxes((10, 8, 50, 60), (-20, 30, 40, 90), (5, 5, 30.5, 31.25), (0, 0, 63, 63))
    together = predict_points(predictor, pattern(64), boxes)
    alone = [predict_points(predictor, pattern(64), box[None]) for box in boxes]
    assert together.shape == (4, 5, 2)
    assert together.tobytes() == np.concatenate(alone).tobytes()


def test_a_grey_picture_is_its_own_brightness() -> None:
    """Three equal channels and one channel give the same points."""
    grey = np.ascontiguousarray(pattern(64)[..., 1])
    colour = np.repeat(grey[..., None], 3, axis=-1)
    boxes = _boxes((10, 8, 50, 60))
    predictor = _tiny(Trees(3))
    found = predict_points(predictor, grey, boxes)
    assert np.array_equal(found, predict_points(predictor, colour, boxes))


def test_no_boxes_give_no_points() -> None:
    """An empty question has an empty answer."""
    assert predict_points(_tiny(Trees(3)), pattern(64), np.zeros((0, 4))).shape == (0, 5, 2)


@pytest.mark.parametrize("name", ["initial", "splits", "thresholds", "leaves", "anchors", "deltas"])
def test_refuses_arrays_that_do_not_fit_together(name: str) -> None:
    """A missing, shortened or empty array is named."""
    arrays = _arrays(forests_npz(read_forests("trees", Trees(1).file())))
    for changed in ({}, {name: arrays[name][1:]}, {name: arrays[name][:0]}):
        kept = {key: value for key, value in arrays.items() if key != name}
        with pytest.raises(ValueError, match="The predictor"):
            read_predictor({**kept, **changed})


@pytest.mark.parametrize(
    ("name", "value"),
    [("splits", 99), ("splits", -1), ("anchors", 5), ("anchors", -1), ("leaves", np.nan)],
)
def test_refuses_values_that_would_be_followed_astray(name: str, value: float) -> None:
    """An index outside its array, or a number that is none."""
    arrays = _arrays(forests_npz(read_forests("trees", Trees(1).file())))
    changed = arrays[name].copy()
    changed.flat[3] = value
    with pytest.raises(ValueError, match="The predictor"):
        read_predictor({**arrays, name: changed})


def _like_dlib(pictures: list[NDArray[np.uint8]], boxes: list[tuple[int, int, int, int]]) -> None:
    reference = dlib.shape_predictor(str(source_path(DAT)))
    predictor = read_predictor(_arrays(converted()["five-point.npz"]))
    for picture, box in zip(pictures, boxes, strict=True):
        parts = reference(picture, dlib.rectangle(*box)).parts()
        expected = np.array([[part.x, part.y] for part in parts])
        found = predict_points(predictor, picture, _boxes(box))[0]
        # dlib gives whole pixels: ours must be those, a half rounded upwards.
        assert np.array_equal(np.floor(found + 0.5), expected), box


def test_a_made_up_picture_gets_the_points_that_dlib_finds() -> None:
    """Colour and grey, inside and over the edge of the picture."""
    rng = np.random.default_rng(12)
    corners = rng.integers(-60, 140, (30, 2)).tolist()
    sides = rng.integers(60, 160, 30).tolist()
    boxes = [(x, y, x + s, y + s - 3) for (x, y), s in zip(corners, sides, strict=True)]
    colour = [pattern(200)] * 15
    grey = [np.ascontiguousarray(pattern(200)[..., 1])] * 15
    _like_dlib([*colour, *grey], boxes)


def test_photographs_get_the_points_that_dlib_finds() -> None:
    """Forty faces, from boxes round the middle that are not quite the same."""
    files = sorted(shared_data("lfw_dev").glob("**/*.jpg"))[:800:20]
    pictures = []
    for file in files:
        picture = cv2.imread(str(file))
        assert picture is not None
        pictures.append(np.ascontiguousarray(picture[..., ::-1]).astype(np.uint8))
    boxes = [(70 + i % 7, 68 + i % 5, 175 + i % 11, 176 - i % 3) for i in range(len(files))]
    _like_dlib(pictures, boxes)
