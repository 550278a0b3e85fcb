from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from lineproof.packs.build.fault import UnsupportedGraph
from lineproof.packs.build.source_answers import run_network
from lineproof.packs.build.tfjs import convert
from lineproof.packs.build.tfjs_source import read_graph
from tests.packs.build.tiny import FLAT, WINDOW, model, node, run_image

RNG = np.random.default_rng(11)
Floats = NDArray[np.float32]


def _noise(*shape: int) -> Floats:
    return RNG.normal(size=shape).astype(np.float32)


def _windows(image: Floats, size: int, stride: int, *, fill: float) -> Floats:
    """Cut (N, H, W, C) into SAME windows (N, rows, columns, size, size, C), TensorFlow's way."""
    spans = []
    for length in image.shape[1:3]:
        out = -(-length // stride)
        total = max((out - 1) * stride + size - length, 0)
        spans.append((total // 2, total - total // 2))
    wide = np.pad(image, ((0, 0), *spans, (0, 0)), constant_values=fill)
    rows, columns = (-(-length // stride) for length in image.shape[1:3])
    cut = [
        wide[:, r * stride : r * stride + size, c * stride : c * stride + size]
        for r, c in product(range(rows), range(columns))
    ]
    return np.stack(cut, axis=1).reshape(len(image), rows, columns, size, size, -1)


def _strides(stride: int) -> dict[str, object]:
    return {**WINDOW, "strides": [1, stride, stride, 1]}


@pytest.mark.parametrize(
    ("height", "width", "size", "stride"), [(6, 5, 3, 2), (7, 6, 2, 2), (5, 5, 5, 3), (4, 6, 3, 1)]
)
def test_conv2d_same(height: int, width: int, size: int, stride: int) -> None:
    """SAME puts the odd row of padding at the end, whatever size and stride make it odd."""
    image, weights = _noise(2, height, width, 3), _noise(size, size, 3, 4)
    expected = np.einsum("nrcijk,ijko->nrco", _windows(image, size, stride, fill=0), weights)
    step = node("last", "Conv2D", ["x", "w"], **_strides(stride))
    found = run_image(image, [step], {"w": weights}, shape=expected.shape[1:])
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_conv2d_valid() -> None:
    """VALID drops what the window does not reach."""
    image, weights = _noise(1, 6, 6, 2), _noise(3, 3, 2, 5)
    expected = np.einsum(
        "nrcijk,ijko->nrco", _windows(image, 3, 1, fill=0)[:, 1:-1:3, 1:-1:3], weights
    )
    step = node("last", "Conv2D", ["x", "w"], **{**_strides(3), "padding": "VALID"})
    found = run_image(image, [step], {"w": weights}, shape=(2, 2, 5))
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("times", [1, 3])
def test_depthwise_keeps_the_order_of_channels(times: int) -> None:
    """Output channel c * times + m is filter m over input channel c."""
    image, weights = _noise(2, 5, 6, 4), _noise(3, 3, 4, times)
    expected = np.einsum("nrcijk,ijkm->nrckm", _windows(image, 3, 2, fill=0), weights)
    step = node("last", "DepthwiseConv2dNative", ["x", "w"], **_strides(2))
    shape = (3, 3, 4 * times)
    found = run_image(image, [step], {"w": weights}, shape=shape)
    np.testing.assert_allclose(found, expected.reshape(2, *shape), atol=1e-5)


def _fused(inputs: list[str], fused: list[str], arguments: int) -> dict[str, object]:
    attrs = {**WINDOW, "fused_ops": fused, "num_args": arguments}
    return node("last", "_FusedConv2D", inputs, **attrs)


def test_fused_relu_and_prelu_come_after_the_bias() -> None:
    """Bias first, then the activation; PReLU has a slope for each channel."""
    image, weights, bias = _noise(2, 4, 4, 3), _noise(1, 1, 3, 4), _noise(4)
    slope = np.array([0.25, -0.5, 1.0, 3.0], np.float32)
    linear = image @ weights[0, 0] + bias
    relu = _fused(["x", "w", "b"], ["BiasAdd", "Relu"], 1)
    prelu = _fused(["x", "w", "b", "s"], ["BiasAdd", "Prelu"], 2)
    stored = {"w": weights, "b": bias, "s": slope.reshape(1, 1, 4)}
    found = run_image(image, [relu], stored, shape=(4, 4, 4))
    np.testing.assert_allclose(found, np.maximum(linear, 0), atol=1e-5)
    found = run_image(image, [prelu], stored, shape=(4, 4, 4))
    np.testing.assert_allclose(found, np.where(linear > 0, linear, slope * linear), atol=1e-5)


def test_prelu_and_sigmoid() -> None:
    """The two activations that stand alone."""
    image = _noise(1, 3, 5, 2)
    slope = np.array([[[0.1, -2.0]]], np.float32)
    steps = [node("p", "Prelu", ["x", "s"]), node("last", "Sigmoid", ["p"])]
    bent = np.where(image > 0, image, slope * image)
    found = run_image(image, steps, {"s": slope}, shape=(3, 5, 2))
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-bent)), atol=1e-6)


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2)])
def test_max_pool_same_never_takes_the_padding(size: int, stride: int) -> None:
    """Where all values are negative the padding must not win."""
    image = -np.abs(_noise(2, 5, 7, 3))
    expected = _windows(image, size, stride, fill=-np.inf).max(axis=(3, 4))
    attrs = {**_strides(stride), "ksize": [1, size, size, 1]}
    del attrs["dilations"]
    step = node("last", "MaxPool", ["x"], **attrs)
    found = run_image(image, [step], {}, shape=expected.shape[1:])
    assert np.array_equal(found, expected)


def test_pad_grows_the_axis_that_the_source_means() -> None:
    """Rows, columns and channels are padded as in TensorFlow's order of axes."""
    image = _noise(1, 2, 3, 2)
    amounts = np.array([[0, 0], [1, 0], [0, 2], [0, 3]])
    step = node("last", "Pad", ["x", "p"], Tpaddings="DT_INT32")
    found = run_image(image, [step], {"p": amounts}, shape=(3, 5, 5))
    assert np.array_equal(found, np.pad(image, amounts.tolist()))


def test_arithmetic_with_constants_and_between_images() -> None:
    """Constants go along the channels; relu6 as its three parts is a clamp."""
    image = _noise(2, 3, 3, 2) * 8
    weights = {
        "f": np.array([2.0, -1.0], np.float32),
        "o": np.array([[[0.5, 4.0]]], np.float32),
        "six": np.array(6, np.float32),
        "zero": np.array(0, np.float32),
    }
    steps = [
        node("m", "Mul", ["f", "x"]),
        node("a", "Add", ["m", "o"]),
        node("r", "Relu", ["a"]),
        node("n", "Minimum", ["r", "six"]),
        node("c", "Maximum", ["n", "zero"]),
        node("last", "AddV2", ["c", "x"]),
    ]
    expected = np.clip(image * weights["f"] + weights["o"][0, 0], 0, 6) + image
    found = run_image(image, steps, weights, shape=(3, 3, 2))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_mean_is_over_rows_and_columns() -> None:
    """The mean keeps images and channels apart; the order of the axes does not matter."""
    image = _noise(2, 3, 4, 5)
    step = node("last", "Mean", ["x", "axes"], Tidx="DT_INT32", keep_dims=False)
    graph = read_graph(*model((3, 4, 5), [step], {"axes": np.array([2, 1])}))
    content = convert(graph, graph_name="tiny", outputs={"last": "y"})
    found = run_network(content, np.ascontiguousarray(image.transpose(0, 3, 1, 2)))["y"]
    np.testing.assert_allclose(found, image.mean(axis=(1, 2)), atol=1e-6)


GOOD = node("last", "Conv2D", ["x", "w"], **WINDOW)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (node("last", "Softmax", ["x"]), r"last \(Softmax\).*not known"),
        (node("last", "Conv2D", ["x", "w"], **{**WINDOW, "data_format": "NCHW"}), "data_format"),
        (node("last", "Conv2D", ["x", "w"], **{**WINDOW, "padding": "EXPLICIT"}), "padding"),
        (node("last", "Conv2D", ["x", "w"], **{**WINDOW, "dilations": [1, 2, 2, 1]}), "dilations"),
        (node("last", "Conv2D", ["x", "w"], **{**WINDOW, "strides": [2, 1, 1, 1]}), "strides"),
        (node("last", "Conv2D", ["x", "w"], **{**WINDOW, "strides": [1, 0, 1, 1]}), "strides"),
        (node("last", "Conv2D", ["x", "w"], **WINDOW, alpha=True), "alpha is not known"),
        (node("last", "Conv2D", ["x", "x"], **WINDOW), "no stored constant"),
        (node("last", "Conv2D", ["x"], **WINDOW), "1 inputs, not 2"),
        (node("last", "Conv2D", ["x", "v"], **WINDOW), "do not fit"),
        (node("last", "Conv2D", ["x", "i"], **WINDOW), "int32"),
        (_fused(["x", "w", "b"], ["BiasAdd", "Elu"], 1), "Elu"),
        (_fused(["x", "w", "b"], ["BiasAdd"], 2), "num_args"),
        (_fused(["x", "w", "w"], ["BiasAdd"], 1), "bias of shape"),
        (node("last", "AddV2", ["x", "b3"]), r"constant of shape \(3,\)"),
        (node("last", "AddV2", ["b", "b"]), "both its inputs are constants"),
        (node("last", "Pad", ["x", "p"], Tpaddings="DT_INT32"), "padding"),
        (node("last", "Prelu", ["x", "b3"]), "slope"),
        (node("last", "Mean", ["x", "p"], Tidx="DT_INT32", keep_dims=False), "axes"),
        (node("last", "Mean", ["x", "p"], Tidx="DT_INT32", keep_dims=True), "keep_dims"),
    ],
)
def test_refuses_what_it_would_not_convert_exactly(step: dict[str, object], words: str) -> None:
    """Whatever is not known to be the same is refused, with the node's name and operator."""
    weights = {
        "w": _noise(1, 1, 2, 4),
        "v": _noise(1, 1, 3, 4),
        "i": np.ones((1, 1, 2, 4), np.int32),
        "b": _noise(2),
        "b3": _noise(3),
        "p": np.array([[1, 0], [0, 0], [0, 0], [0, 0]]),
        "flat/shape": np.array([1, 64]),
    }
    graph = read_graph(*model((4, 4, 2), [step, FLAT], weights))
    with pytest.raises(UnsupportedGraph, match=words) as fault:
        convert(graph, graph_name="tiny", outputs={"flat": "y"})
    assert "last" in str(fault.value)


def test_a_known_convolution_beside_the_refused_ones_passes() -> None:
    """The refusals above are about what was changed, not about the frame around it."""
    found = run_image(_noise(1, 4, 4, 2), [GOOD], {"w": _noise(1, 1, 2, 4)}, shape=(4, 4, 4))
    assert found.shape == (1, 4, 4, 4)


@pytest.mark.parametrize("target", [[1, 63], [2, 32], [-1, 32], [64], [1, 0]])
def test_refuses_a_reshape_that_mixes_images(target: list[int]) -> None:
    """The first axis must stay the batch."""
    weights = {"w": _noise(1, 1, 2, 4), "flat/shape": np.array(target)}
    graph = read_graph(*model((4, 4, 2), [GOOD, FLAT], weights))
    with pytest.raises(UnsupportedGraph, match="mixes images"):
        convert(graph, graph_name="tiny", outputs={"flat": "y"})
