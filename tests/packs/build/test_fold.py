from __future__ import annotations

import numpy as np
import pytest

from lineproof.packs.build.fold import folded
from lineproof.packs.build.onnx_file import Layer

WEIGHTS = np.arange(1, 5, dtype=np.float32).reshape(2, 2, 1, 1)
BIAS = np.array([10, 20], np.float32)
CONV = Layer("conv", "Conv", ("input",), (WEIGHTS, BIAS))
MUL = Layer("mul", "Mul", ("conv",), (np.array([2, -1], np.float32).reshape(2, 1, 1),))
ADD = Layer("add", "Add", ("mul",), (np.array([3, 5], np.float32).reshape(2, 1, 1),))


def test_factor_and_offset_go_into_the_convolution() -> None:
    """The bias is scaled as well, and the offset comes after the factor."""
    (only,) = folded([CONV, MUL, ADD], keep={"add"})
    assert (only.name, only.op, only.inputs) == ("add", "Conv", ("input",))
    assert only.constants[0].reshape(2, 2).tolist() == [[2, 4], [-3, -4]]
    assert only.constants[1].tolist() == [23, -15]


@pytest.mark.parametrize("keep", [{"add", "conv"}, {"add", "mul"}])
def test_a_value_that_leaves_the_graph_stays(keep: set[str]) -> None:
    """What is an output must not be scaled away."""
    names = [layer.name for layer in folded([CONV, MUL, ADD], keep=keep)]
    assert keep <= set(names)


def test_a_value_that_two_layers_read_stays() -> None:
    """A second reader of the unscaled value keeps the convolution as it was."""
    second = Layer("second", "Relu", ("conv",))
    layers = folded([CONV, MUL, second], keep={"mul", "second"})
    assert [layer.op for layer in layers] == ["Conv", "Mul", "Relu"]
    assert layers[0].constants[0] is WEIGHTS


def test_a_factor_for_all_channels_at_once_is_left_alone() -> None:
    """Only factors of one number per channel are folded."""
    scalar = Layer("mul", "Mul", ("conv",), (np.array(2, np.float32),))
    assert [layer.op for layer in folded([CONV, scalar], keep={"mul"})] == ["Conv", "Mul"]


def _clamp(low: float, high: float, first: str = "Relu") -> list[Layer]:
    return [
        Layer("relu", first, ("input",)),
        Layer("min", "Min", ("relu",), (np.array(high, np.float32),)),
        Layer("max", "Max", ("min",), (np.array(low, np.float32),)),
    ]


def test_relu6_in_three_parts_becomes_one_clip() -> None:
    """Max(Min(Relu(x), 6), 0) is Clip(x, 0, 6)."""
    (only,) = folded(_clamp(0, 6), keep={"max"})
    assert (only.name, only.op, only.inputs) == ("max", "Clip", ("input",))
    assert [float(limit) for limit in only.constants] == [0, 6]


@pytest.mark.parametrize("layers", [_clamp(1, 6), _clamp(0, -1), _clamp(0, 6, first="Sigmoid")])
def test_other_clamps_stay(layers: list[Layer]) -> None:
    """Only limits for which the short form is the same are folded."""
    assert len(folded(layers, keep={"max"})) == 3
