"""Reads dlib's five-point shape predictor and writes it as plain arrays."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lineproof.packs.build.dlib_dat import Reader
from lineproof.packs.build.fault import MalformedModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

POINTS = 5
_VALUES = 2 * POINTS
_LEAF_BYTES = 4 + 4 * _VALUES
_SPLIT_BYTES = 2 + 2 + 4
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Forests:
    """An ensemble of regression trees over C cascades of T trees of S splits and S + 1 leaves.

    ``initial`` (5, 2) and ``leaves`` (C, T, S + 1, 10) are points in a box that is 0..1 on both
    axes; ``splits`` (C, T, S, 2) are two of the cascade's pixels, compared with ``thresholds``
    (C, T, S); ``anchors`` (C, P) and ``deltas`` (C, P, 2) place those pixels by the points.
    """

    initial: NDArray[np.float32]
    splits: NDArray[np.int16]
    thresholds: NDArray[np.float32]
    leaves: NDArray[np.float32]
    anchors: NDArray[np.int8]
    deltas: NDArray[np.float32]


def read_forests(name: str, data: bytes) -> Forests:
    """Read the predictor in ``data``; ``name`` stands in the fault.

    Raises ``MalformedModel`` with the offset wherever the file is not such a predictor, and where
    an index points outside its array.
    """
    reader = Reader(name, data)
    reader.exactly(1, "version of the shape predictor")
    initial = reader.column("initial shape", rows=_VALUES)
    cascades = reader.count("number of cascades", at_least_bytes=2)
    splits, thresholds, leaves = _trees(reader, cascades)
    anchors, deltas = _pixels(reader, cascades)
    reader.end()
    forests = Forests(
        initial=np.array(initial, np.float32).reshape(POINTS, 2),
        splits=splits,
        thresholds=thresholds,
        leaves=leaves,
        anchors=anchors,
        deltas=deltas,
    )
    if forests.splits.max() >= forests.anchors.shape[1]:
        raise MalformedModel(f"{name}: a split names a pixel that the predictor does not place.")
    return forests


def _trees(
    reader: Reader, cascades: int
) -> tuple[NDArray[np.int16], NDArray[np.float32], NDArray[np.float32]]:
    splits: list[int] = []
    thresholds: list[float] = []
    leaves: list[float] = []
    shape: tuple[int, int] | None = None
    for _ in range(cascades):
        trees = reader.count("number of trees", at_least_bytes=_LEAF_BYTES)
        for _ in range(trees):
            size = _tree(reader, splits, thresholds, leaves)
            shape = shape or (trees, size)
            if shape != (trees, size):
                reader.fail(f"trees like the first, {shape[0]} of {shape[1]} splits, before")
    if shape is None:
        reader.fail("at least one tree before")
    form = (cascades, *shape)
    return (
        np.array(splits, np.int16).reshape(*form, 2),
        np.array(thresholds, np.float32).reshape(form),
        np.array(leaves, np.float32).reshape(cascades, shape[0], shape[1] + 1, _VALUES),
    )


def _tree(reader: Reader, splits: list[int], thresholds: list[float], leaves: list[float]) -> int:
    """Read one full binary tree onto the lists; return its number of splits."""
    size = reader.count("number of splits", at_least_bytes=_SPLIT_BYTES)
    if size == 0 or size & (size + 1):
        reader.fail(f"a full binary tree, not {size} splits, before")
    for _ in range(size):
        splits += (_index(reader), _index(reader))
        thresholds.append(reader.number("threshold"))
    reader.exactly(size + 1, "number of leaves")
    for _ in range(size + 1):
        leaves += reader.column("leaf", rows=_VALUES)
    return size


def _index(reader: Reader) -> int:
    start = reader.offset
    value = reader.integer("index of a pixel")
    if not 0 <= value <= np.iinfo(np.int16).max:
        reader.offset = start
        reader.fail("index of a pixel")
    return value


def _pixels(reader: Reader, cascades: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    anchors: list[list[int]] = []
    reader.exactly(cascades, "number of cascades")
    for _ in range(cascades):
        pixels = reader.count("number of pixels", at_least_bytes=2)
        anchors.append([_anchor(reader) for _ in range(pixels)])
        if pixels == 0 or pixels != len(anchors[0]):
            reader.fail("as many pixels in each cascade before")
    reader.exactly(cascades, "number of cascades")
    deltas: list[float] = []
    for _ in range(cascades):
        reader.exactly(len(anchors[0]), "number of pixels")
        deltas += [reader.number("offset of a pixel") for _ in range(2 * len(anchors[0]))]
    return (
        np.array(anchors, np.int8),
        np.array(deltas, np.float32).reshape(cascades, len(anchors[0]), 2),
    )


def _anchor(reader: Reader) -> int:
    start = reader.offset
    value = reader.integer("point that a pixel hangs on")
    if not 0 <= value < POINTS:
        reader.offset = start
        reader.fail(f"point that a pixel hangs on (0 to {POINTS - 1})")
    return value


def forests_npz(forests: Forests) -> bytes:
    """Return ``forests`` as an ``.npz`` file, not compressed, of the same bytes each time."""
    arrays = {
        "initial": forests.initial.astype("<f4"),
        "splits": forests.splits.astype("<i2"),
        "thresholds": forests.thresholds.astype("<f4"),
        "leaves": forests.leaves.astype("<f4"),
        "anchors": forests.anchors,
        "deltas": forests.deltas.astype("<f4"),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, version=(1, 0), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), member.getvalue())
    return file.getvalue()
