"""Embeddings of a face, from one or several frames, and their comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lineproof.face.align import apply, cut, similarity
from lineproof.face.landmarks import eye_centres
from lineproof.face.predictor import predict_points
from lineproof.face.view import ALIGNED_EYES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineproof.face.detect import Network
    from lineproof.face.predictor import ShapePredictor
    from lineproof.face.view import FaceView

PREDICTOR_BOX: Final = np.array([[40.0, 60.0, 205.0, 225.0]])
"""Where the five-point predictor starts in an aligned crop: the box that dlib's detector would
draw, measured as the median over faces that it finds."""

Features: TypeAlias = tuple[NDArray[np.float32], ...]
"""One frame's features, (chips, d) for each network of a setting, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one network is shown a face: where points go in its chip, and which chips it sees.

    ``indices`` are the mesh points averaged for each target point; empty means the five points of
    ``predictor``. ``targets`` holds, for each chip, the (n, 2) places in pixels of ``size``
    (width, height). With ``mirror`` each chip is shown mirrored too. ``weight`` is the share of
    this network's cosine in the comparison score.
    """

    network: Network
    size: tuple[int, int]
    indices: tuple[tuple[int, ...], ...]
    predictor: ShapePredictor | None
    targets: tuple[NDArray[np.float32], ...]
    mirror: bool
    weight: float


def embed(frames: Sequence[FaceView], recipes: Sequence[Recipe]) -> NDArray[np.float32]:
    """Give one unit vector for one person's frames; see ``joined``."""
    return joined([features(view, recipes) for view in frames], recipes)


def features(view: FaceView, recipes: Sequence[Recipe]) -> Features:
    """Give what each network makes of one frame: for each, its chips' unit features, (chips, d)."""
    return tuple(
        np.stack([unit(row.reshape(-1)) for row in recipe.network(chips(view, recipe))[0]])
        for recipe in recipes
    )


def joined(frames: Sequence[Features], recipes: Sequence[Recipe]) -> NDArray[np.float32]:
    """Give one unit vector for one person's frames: their mean, each network weighted.

    Each network's features are summed over frames, chips and mirror images and made a unit vector;
    the vectors stand side by side, scaled by the roots of the weights, so that the dot product
    of two embeddings is the weighted mean of the networks' cosines. ``frames`` must not be empty.
    """
    if not frames:
        msg = "an embedding needs at least one frame"
        raise ValueError(msg)
    total = sum(recipe.weight for recipe in recipes)
    parts: list[NDArray[np.float32]] = [
        unit(_sum([row for frame in frames for row in frame[at]]))
        * np.float32(np.sqrt(recipe.weight / total))
        for at, recipe in enumerate(recipes)
    ]
    return np.concatenate(parts)


def _sum(rows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    # Added one after the other, so that the order of summing never depends on how many there are.
    total: NDArray[np.float32] = np.zeros_like(rows[0])
    for row in rows:
        total = total + row
    return total


def chips(view: FaceView, recipe: Recipe) -> NDArray[np.uint8]:
    """Cut the chips that a network is shown: (n, h, w, 3) uint8 RGB, then their mirror images."""
    points = _points(view, recipe)
    cuts = np.stack(
        [cut(view.pixels, similarity(points, target), recipe.size) for target in recipe.targets]
    )
    return np.concatenate([cuts, cuts[:, :, ::-1]]) if recipe.mirror else cuts


def _points(view: FaceView, recipe: Recipe) -> NDArray[np.float32]:
    """Give the points that a network's chips are aligned by, in pixels of the picture."""
    if recipe.predictor is None:
        mesh = view.mesh[:, :2]
        return np.stack([mesh[list(group)].mean(axis=0) for group in recipe.indices])
    found = predict_points(recipe.predictor, view.aligned, PREDICTOR_BOX)[0]
    to_aligned = similarity(eye_centres(view.mesh), np.array(ALIGNED_EYES, dtype=np.float32))
    back = np.asarray(cv2.invertAffineTransform(to_aligned), dtype=np.float64)
    return apply(back, found.astype(np.float32))


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the vector with length 1; a vector of zeros stays as it is and matches nothing."""
    # What is not finite stays so, and is refused where it would be compared.
    with np.errstate(all="ignore"):
        length = float(np.sqrt(np.dot(vector, vector)))
        return vector / np.float32(length) if length > 0 else vector


def comparison_score(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Give the comparison score of two embeddings, -1..1; higher is more alike."""
    return float(np.clip(np.dot(one.astype(np.float64), other.astype(np.float64)), -1.0, 1.0))
