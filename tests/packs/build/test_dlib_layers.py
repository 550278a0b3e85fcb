from __future__ import annotations

import numpy as np
import pytest

from lineproof.packs.build.dlib_layers import Convolution, Matrix, read_network
from lineproof.packs.build.fault import MalformedModel
from tests.packs.build.pinned import source
from tests.packs.build.tiny_dlib import SIZE, Net

NET = Net(5)


def test_reads_every_layer_with_its_weights() -> None:
    """Layers come in the order they are run, weights as they were written."""
    network = read_network("net", NET.file())
    assert network.mean == (122.75, 117.0, 104.25)
    assert network.size == SIZE
    assert [type(layer).__name__ for layer in network.layers] == [
        *["Convolution", "Affine", "Relu", "Pool"],
        *["Convolution", "Affine", "Relu", "Convolution", "Affine", "AddPrevious", "Relu"],
        *["Convolution", "Affine", "Relu", "Convolution", "Affine", "Pool", "AddPrevious", "Relu"],
        *["Pool", "Matrix"],
    ]
    convolutions = [layer for layer in network.layers if isinstance(layer, Convolution)]
    assert [(layer.stride, layer.padding) for layer in convolutions] == [
        *[(2, 0), (1, 1), (1, 1), (2, 0), (1, 1)]
    ]
    for layer, (weights, bias) in zip(convolutions, NET.convolutions, strict=True):
        assert np.array_equal(layer.weights, weights)
        assert np.array_equal(layer.bias, bias)
    last = network.layers[-1]
    assert isinstance(last, Matrix)
    assert np.array_equal(last.weights, NET.matrix)


def test_a_file_cut_anywhere_is_refused() -> None:
    """No prefix of a network is a network."""
    whole = NET.file()
    for end in range(0, len(whole), 3):
        with pytest.raises(MalformedModel, match=r"net: expected .* at byte"):
            read_network("net", whole[:end])


def test_a_changed_byte_never_gets_further_than_the_reader() -> None:
    """A flipped byte is a fault, or a network of the same form: weights carry no check sum."""
    whole = NET.file()
    form = [type(layer) for layer in read_network("net", whole).layers]
    refused = 0
    for place in range(0, len(whole), 3):
        changed = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            network = read_network("net", changed)
        except MalformedModel:
            refused += 1
        else:
            assert [type(layer) for layer in network.layers] == form
    assert refused > 150


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (NET.file(nesting="22222 11 22222 1 2222222 222 3"), "nested"),
        (NET.file(nesting="22222 11 22222 1 222222 1 2222 3"), "nested"),
        (NET.file(nesting="22222 11 22222 1 2222222 4 222 3"), "version of a layer"),
        (NET.file().replace(b"relu_", b"prelu", 1), r"one of the layers .*'prelu'"),
        (NET.file().replace(b"loss_metric_2", b"loss_metric_1"), "the text loss_metric_2"),
        (NET.file() + b"\0", "the end of the file"),
        (b"", "version of the loss layer 1 at byte 0|version of the loss layer"),
    ],
)
def test_refuses_another_network(data: bytes, words: str) -> None:
    """What is not nested or called as expected is named."""
    with pytest.raises(MalformedModel, match=words):
        read_network("net", data)


def test_the_real_network_has_its_29_convolutions() -> None:
    """The pinned file holds 29 convolutions and ends in 256 x 128."""
    network = read_network("real", source("dlib_face_recognition_resnet_model_v1.dat"))
    assert sum(isinstance(layer, Convolution) for layer in network.layers) == 29
    assert network.size == 150
    last = network.layers[-1]
    assert isinstance(last, Matrix)
    assert last.weights.shape == (256, 128)
