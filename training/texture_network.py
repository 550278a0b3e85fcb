"""The texture network: small enough for any CPU, and written as ONNX by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

if TYPE_CHECKING:
    from pathlib import Path

MEAN, SCALE = 127.5, 1 / 127.5
"""Input = (pixel - MEAN) * SCALE; the pack's manifest says the same."""

SHARPEN = 4.0
"""How much finer detail is enlarged beside the picture: texture is small against a face."""

WIDTHS = ((20, 2), (32, 2), (40, 1), (56, 2), (56, 1), (72, 2), (72, 1))
"""Channels and stride of each 3 x 3 convolution."""

BONA_FIDE = 1


class TextureNetwork(nn.Module):
    """Sees a picture and its fine detail side by side; gives logits of attack and bona fide."""

    def __init__(self) -> None:
        super().__init__()
        self.smooth = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
        layers: list[nn.Module] = []
        before = 6
        for width, stride in WIDTHS:
            layers += [
                nn.Conv2d(before, width, 3, stride, 1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            before = width
        self.layers = nn.Sequential(*layers)
        self.drop = nn.Dropout(0.2)
        self.last = nn.Linear(before, 2)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Look at (n, 3, side, side) float32 in -1..1; give (n, 2) logits."""
        detail = (picture - self.smooth(picture)) * SHARPEN
        seen = self.layers(torch.cat([picture, detail], dim=1))
        return self.last(self.drop(seen.mean(dim=(2, 3))))


def write_onnx(network: TextureNetwork, path: Path, *, side: int, name: str) -> None:
    """Write the network, its batch normalisation folded in: same weights, same bytes."""
    network.eval()
    nodes = [
        helper.make_node(
            "AveragePool",
            ["input"],
            ["smooth"],
            kernel_shape=[3, 3],
            pads=[1, 1, 1, 1],
            count_include_pad=0,
        ),
        helper.make_node("Sub", ["input", "smooth"], ["fine"]),
        helper.make_node("Mul", ["fine", "sharpen"], ["detail"]),
        helper.make_node("Concat", ["input", "detail"], ["seen0"], axis=1),
    ]
    constants = [numpy_helper.from_array(np.array(SHARPEN, np.float32), "sharpen")]
    blocks = list(network.layers)
    for at, (width, stride) in enumerate(WIDTHS):
        weight, bias = _folded(blocks[3 * at], blocks[3 * at + 1])
        constants += [
            numpy_helper.from_array(weight, f"weight{at}"),
            numpy_helper.from_array(bias, f"bias{at}"),
        ]
        inputs = [f"seen{at}", f"weight{at}", f"bias{at}"]
        nodes += [
            helper.make_node(
                "Conv", inputs, [f"sum{at}"], strides=[stride, stride], pads=[1, 1, 1, 1]
            ),
            helper.make_node("Relu", [f"sum{at}"], [f"seen{at + 1}"]),
        ]
        del width
    constants += [
        numpy_helper.from_array(network.last.weight.detach().numpy(), "weight"),
        numpy_helper.from_array(network.last.bias.detach().numpy(), "bias"),
    ]
    nodes += [
        helper.make_node("GlobalAveragePool", [f"seen{len(WIDTHS)}"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weight", "bias"], ["logits"], transB=1),
    ]
    shape = ["N", 3, side, side]
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 2])],
        constants,
    )
    model = helper.make_model(
        graph, producer_name="lineproof", opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def _folded(conv: nn.Module, norm: nn.Module) -> tuple[np.ndarray, np.ndarray]:
    assert isinstance(conv, nn.Conv2d)
    assert isinstance(norm, nn.BatchNorm2d)
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    weight = conv.weight * factor[:, None, None, None]
    bias = norm.bias - norm.running_mean * factor
    return weight.detach().numpy(), bias.detach().numpy()
