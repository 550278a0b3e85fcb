"""Writes an ONNX file whose bytes depend on nothing but what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from onnx import TensorProto, checker, helper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from onnx import NodeProto

OPSET = 17
IR_VERSION = 8
PRODUCER = "lineproof"

Constant: TypeAlias = "NDArray[np.float32] | NDArray[np.int64]"
Value: TypeAlias = "int | float | str | tuple[int, ...]"


@dataclass(frozen=True, slots=True)
class Layer:
    """One ONNX node: its single output is called ``name``.

    ``inputs`` are names of other layers or of the graph's input; ``constants`` follow them as the
    node's further inputs, stored in the file.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    constants: tuple[Constant, ...] = ()
    attrs: Mapping[str, Value] = field(default_factory=dict)


def write_onnx(
    layers: Sequence[Layer],
    *,
    graph_name: str,
    image: tuple[int, int, int],
    outputs: Mapping[str, tuple[str, tuple[int, ...]]],
) -> bytes:
    """Serialise ``layers`` (in the order they are run) as an ONNX model of float32.

    The graph's input is ``input``, (N, channels, height, width) with ``image`` the last three.
    ``outputs`` maps a layer's name to the name and the shape behind N under which it leaves.
    """
    renamed = {layer: outside for layer, (outside, _) in outputs.items()}
    nodes: list[NodeProto] = []
    stored: list[TensorProto] = []
    for layer in layers:
        names = [_constant_name(layer, place) for place in range(len(layer.constants))]
        stored += [_tensor(n, c) for n, c in zip(names, layer.constants, strict=True)]
        node = helper.make_node(
            layer.op,
            inputs=[renamed.get(name, name) for name in layer.inputs] + names,
            outputs=[renamed.get(layer.name, layer.name)],
            name=layer.name,
        )
        node.attribute.extend(
            helper.make_attribute(key, layer.attrs[key]) for key in sorted(layer.attrs)
        )
        nodes.append(node)
    graph = helper.make_graph(
        nodes,
        graph_name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", *image])],
        [
            helper.make_tensor_value_info(outside, TensorProto.FLOAT, ["N", *shape])
            for outside, shape in outputs.values()
        ],
        stored,
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name=PRODUCER,
        producer_version="1",
    )
    checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _constant_name(layer: Layer, place: int) -> str:
    return f"{layer.name}:{place}"


def _tensor(name: str, values: Constant) -> TensorProto:
    kind = TensorProto.INT64 if values.dtype == np.int64 else TensorProto.FLOAT
    wire = values.astype("<i8" if kind == TensorProto.INT64 else "<f4")
    return helper.make_tensor(name, kind, values.shape, wire.tobytes(), raw=True)
