from __future__ import annotations

import io

import numpy as np
import pytest

from lineproof.packs.build.dlib_shapes import forests_npz, read_forests
from lineproof.packs.build.fault import MalformedModel
from tests.packs.build.pinned import source
from tests.packs.build.tiny_dlib import Trees

TREES = Trees(4)


def test_reads_every_array_as_written() -> None:
    """Nothing is rounded, reordered or dropped."""
    forests = read_forests("trees", TREES.file())
    assert np.array_equal(forests.initial, TREES.initial)
    assert np.array_equal(forests.splits, TREES.indices)
    assert np.array_equal(forests.thresholds, TREES.thresholds)
    assert np.array_equal(forests.leaves, TREES.leaves)
    assert np.array_equal(forests.anchors, TREES.anchors)
    assert np.array_equal(forests.deltas, TREES.deltas)


def test_the_file_written_is_the_same_each_time_and_needs_no_pickle() -> None:
    """Two runs give the same bytes, and plain arrays come back from them."""
    forests = read_forests("trees", TREES.file())
    content = forests_npz(forests)
    assert content == forests_npz(read_forests("trees", TREES.file()))
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        assert np.array_equal(arrays["leaves"], TREES.leaves)
        assert arrays["splits"].dtype == np.int16
        assert arrays["anchors"].dtype == np.int8


def test_a_file_cut_anywhere_is_refused() -> None:
    """No prefix of a predictor is a predictor."""
    whole = TREES.file()
    for end in range(0, len(whole), 29):
        with pytest.raises(MalformedModel, match=r"trees: expected .* at byte"):
            read_forests("trees", whole[:end])


def test_a_changed_byte_never_gets_further_than_the_reader() -> None:
    """A flipped byte is a fault, or a predictor of the same form with sound indices."""
    whole = TREES.file()
    refused = 0
    for place in range(0, len(whole), 29):
        changed = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            forests = read_forests("trees", changed)
        except MalformedModel:
            refused += 1
        else:
            assert forests.leaves.shape == TREES.leaves.shape
            assert 0 <= forests.splits.min() <= forests.splits.max() < TREES.pixels
    assert refused > 50


def test_refuses_a_split_over_a_pixel_that_is_not_there() -> None:
    """An index must point into its array."""
    trees = Trees(4)
    trees.indices[1, 2, 3, 1] = trees.pixels
    with pytest.raises(MalformedModel, match="does not place"):
        read_forests("trees", trees.file())


def test_refuses_trees_of_other_sizes() -> None:
    """All trees have the form of the first, and it is a full binary one."""
    whole = TREES.file()
    first = whole.index(TREES._tree(0, 0))  # noqa: SLF001 - the tests' own helper
    shorter = whole[:first] + b"\x01\x0e" + whole[first + 2 :]
    with pytest.raises(MalformedModel, match="full binary tree"):
        read_forests("trees", shorter)


def test_the_real_predictor_has_its_form() -> None:
    """The pinned file: 15 cascades of 500 trees of 15 splits over 800 pixels."""
    forests = read_forests("real", source("shape_predictor_5_face_landmarks.dat"))
    assert forests.splits.shape == (15, 500, 15, 2)
    assert forests.anchors.shape == (15, 800)
    assert (forests.initial > 0).all()
    assert (forests.initial < 1).all()
