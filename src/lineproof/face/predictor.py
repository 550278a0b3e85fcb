"""Finds five points of a face from its box, as dlib's shape predictor does.

An ensemble of regression trees (Kazemi and Sullivan, CVPR 2014): cascades of trees compare the
brightness of pairs of pixels near the points found so far, and each adds a small step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_POINTS = 5
_SPLITS, _LEAVES = 15, 16
_ARRAYS = ("initial", "splits", "thresholds", "leaves", "anchors", "deltas")


@dataclass(frozen=True, slots=True)
class ShapePredictor:
    """The ensemble, laid out for speed: C cascades of T trees of 15 splits over P pixels.

    ``initial`` (10,) are the points, x and y in turn, in a box that is 0..1 on both axes.
    ``pairs`` (C, 2, T * 16) are the pixels that a split compares; where the first is brighter by
    more than ``thresholds`` (C, T * 16) the way goes left; every 16th is filled in and never true.
    ``leaves`` (C, T * 16, 10) are the steps, ``roots`` (T,) the place of each tree's first leaf.
    ``anchors`` (C, 2, P) are places in a shape like ``initial`` and ``deltas`` (C, 2, P) what is
    added there to find a pixel, x and y. ``base`` (2, 10) measures a shape's size and turn.
    """

    initial: NDArray[np.float32]
    pairs: NDArray[np.intp]
    thresholds: NDArray[np.int16]
    leaves: NDArray[np.float32]
    roots: NDArray[np.intp]
    anchors: NDArray[np.intp]
    deltas: NDArray[np.float32]
    base: NDArray[np.float64]


def read_predictor(arrays: Mapping[str, NDArray[np.generic]]) -> ShapePredictor:
    """Take the arrays of a pack's predictor file; ``ValueError`` where they do not fit together."""
    _check_arrays(arrays)
    cascades, trees, _ = arrays["thresholds"].shape
    pairs = np.zeros((cascades, 2, trees, _LEAVES), np.intp)
    pairs[..., :_SPLITS] = np.moveaxis(arrays["splits"], -1, 1)
    # Brightness is a whole number, so "more than 3.7 brighter" is "more than 3 brighter".
    thresholds = np.full((cascades, trees, _LEAVES), 32767, np.int16)
    thresholds[..., :_SPLITS] = np.floor(arrays["thresholds"]).clip(-32768, 32767)
    initial = arrays["initial"].astype(np.float32)
    anchors = 2 * arrays["anchors"].astype(np.intp)
    return ShapePredictor(
        initial=initial.reshape(-1),
        pairs=pairs.reshape(cascades, 2, -1),
        thresholds=thresholds.reshape(cascades, -1),
        leaves=arrays["leaves"].astype(np.float32).reshape(cascades, -1, 2 * _POINTS),
        roots=np.arange(trees) * _LEAVES,
        anchors=np.stack([anchors, anchors + 1], axis=1),
        deltas=np.ascontiguousarray(np.moveaxis(arrays["deltas"].astype(np.float32), -1, 1)),
        base=_base(initial),
    )


def _check_arrays(arrays: Mapping[str, NDArray[np.generic]]) -> None:
    missing = [name for name in _ARRAYS if name not in arrays]
    if missing:
        raise ValueError(f"The predictor lacks {', '.join(missing)}.")
    cascades, trees = (*arrays["thresholds"].shape, 0, 0)[:2]
    pixels = (*arrays["anchors"].shape, 0, 0)[1]
    expected = {
        "initial": (_POINTS, 2),
        "splits": (cascades, trees, _SPLITS, 2),
        "thresholds": (cascades, trees, _SPLITS),
        "leaves": (cascades, trees, _LEAVES, 2 * _POINTS),
        "anchors": (cascades, pixels),
        "deltas": (cascades, pixels, 2),
    }
    wrong = [
        name for name in _ARRAYS if arrays[name].shape != expected[name] or not arrays[name].size
    ]
    if wrong:
        raise ValueError(f"The predictor's {', '.join(wrong)} do not have the expected shape.")
    if not all(np.isfinite(arrays[name]).all() for name in _ARRAYS):
        raise ValueError("The predictor holds numbers that are not finite.")
    splits, hooks = (arrays[name].astype(np.int64) for name in ("splits", "anchors"))
    if int(splits.min()) < 0 or int(splits.max()) >= pixels:
        raise ValueError("The predictor's splits name pixels that it does not place.")
    if int(hooks.min()) < 0 or int(hooks.max()) >= _POINTS:
        raise ValueError("The predictor's pixels hang on points that it does not have.")


def _base(initial: NDArray[np.float32]) -> NDArray[np.float64]:
    """Two rows (2, 10) whose products with a shape are its size and turn against ``initial``.

    The similarity nearest to a shape in the sense of least squares (Umeyama 1991) has in two
    dimensions this closed form; the mean of the shape drops out, since each row adds up to 0.
    """
    centred = initial.astype(np.float64) - initial.mean(axis=0, dtype=np.float64)
    across = np.stack([-centred[:, 1], centred[:, 0]], axis=1)
    rows: NDArray[np.float64] = np.stack([centred.reshape(-1), across.reshape(-1)])
    return rows / float(np.square(centred).sum())


def _leaf_table() -> NDArray[np.uint8]:
    """Leaf 0..15 for each of 65,536 outcomes of a tree's splits, split 0 in the highest bit."""
    outcomes = np.arange(1 << _LEAVES)
    node = np.zeros_like(outcomes)
    for _ in range(_SPLITS.bit_length()):
        left = outcomes >> (_SPLITS - node) & 1
        node = 2 * node + 2 - left
    return (node - _SPLITS).astype(np.uint8)


_LEAF = _leaf_table()


def predict_points(
    predictor: ShapePredictor, picture: NDArray[np.uint8], boxes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the five points (K, 5, 2), x and y in pixels, for ``boxes`` (K, 4).

    ``picture`` is (height, width) grey or (height, width, 3) RGB; a box is left, top, right and
    bottom with the right and bottom pixel in it, as dlib's rectangles have it, and may lie outside
    the picture, where everything counts as black. The points are the outer and inner corner of
    the eye at the image's right, the outer and inner corner of the eye at its left, and the base
    of the nose. dlib rounds them to whole pixels; here they are not rounded. Each box's points are
    the same bits however many boxes are asked for together.
    """
    corner = boxes[:, :2, None]
    extent = boxes[:, 2:, None] - corner
    pixels = picture.reshape(picture.shape[0] * picture.shape[1], -1)
    shapes = np.repeat(predictor.initial[None], len(boxes), axis=0)
    for stage in range(len(predictor.leaves)):
        near = _near(predictor, stage, shapes)
        # dlib rounds a half upwards.
        places = np.floor(corner + extent * near + 0.5).astype(np.intp)
        bright = _brightness(pixels, picture.shape[0], picture.shape[1], places)
        shapes = _stepped(predictor, stage, bright, shapes)
    points = corner + extent * shapes.reshape(-1, _POINTS, 2).transpose(0, 2, 1)
    return np.ascontiguousarray(points.transpose(0, 2, 1))


def _near(
    predictor: ShapePredictor, stage: int, shapes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Where the cascade's pixels are (K, 2, P), in the box, when the points are ``shapes``."""
    # A product and a sum of their own for each shape: a matrix product's bits depend on K.
    turn = (shapes[:, None] * predictor.base).sum(axis=-1).astype(np.float32)
    along, across = turn[:, :1, None], turn[:, 1:, None]
    x, y = predictor.deltas[stage]
    near = np.concatenate([along * x - across * y, across * x + along * y], axis=1)
    near += shapes.take(predictor.anchors[stage], axis=1)
    return near


def _brightness(
    pixels: NDArray[np.uint8], height: int, width: int, places: NDArray[np.intp]
) -> NDArray[np.int16]:
    """Mean of the channels, rounded down, at ``places`` (K, 2, P); 0 outside the picture."""
    x, y = places[:, 0], places[:, 1]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    found = pixels.take((y * width + x) * inside, axis=0)
    total = found[..., 0].astype(np.int16)
    for channel in range(1, found.shape[-1]):
        total += found[..., channel]
    if found.shape[-1] > 1:
        total //= found.shape[-1]
    total *= inside
    return total


def _stepped(
    predictor: ShapePredictor, stage: int, bright: NDArray[np.int16], shapes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Walk every tree of one cascade down to its leaf and add the leaves to ``shapes`` (K, 10)."""
    first, second = predictor.pairs[stage]
    left = bright.take(first, axis=1) - bright.take(second, axis=1) > predictor.thresholds[stage]
    outcomes = np.packbits(left, axis=1).view(">u2")
    steps = predictor.leaves[stage].take(_LEAF.take(outcomes) + predictor.roots, axis=0)
    # One after the other in float32, as dlib adds them: another order moves a pixel now and then.
    total: NDArray[np.float32] = np.concatenate([shapes[:, None], steps], axis=1).sum(axis=1)
    return total
