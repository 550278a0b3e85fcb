"""The ONNX graph while it is being made from a TensorFlow.js graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lineproof.packs.build.fault import UnsupportedGraph
from lineproof.packs.build.onnx_file import Constant, Layer, Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lineproof.packs.build.tfjs_source import Attr, Node, SourceGraph

INPUT = "input"


@dataclass(frozen=True, slots=True)
class Tensor:
    """What a converted node gives: the layer that carries it and its shape behind the batch.

    ``image`` says that the shape is (channels, height, width); otherwise it is in TensorFlow's
    own order and no longer knows channels.
    """

    layer: str
    shape: tuple[int, ...]
    image: bool


@dataclass(slots=True)
class Draft:
    """The ONNX graph so far."""

    graph: SourceGraph
    layers: list[Layer] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)

    def operand(self, node: Node, place: int) -> Tensor:
        """Return the converted input at ``place``; constants and unknown nodes are refused."""
        name = node.inputs[place] if place < len(node.inputs) else ""
        if name not in self.tensors:
            raise unsupported(node, f"its input {place} ({name!r}) is no converted node")
        return self.tensors[name]

    def image(self, node: Node, place: int) -> Tensor:
        """Return the converted input at ``place``, which must still be an image."""
        tensor = self.operand(node, place)
        if not tensor.image:
            raise unsupported(node, "it needs an image, its input was flattened before")
        return tensor

    def constant(self, node: Node, place: int) -> NDArray[np.float32] | NDArray[np.int32]:
        """Return the stored weight that is the input at ``place``."""
        name = node.inputs[place] if place < len(node.inputs) else ""
        if name not in self.graph.weights:
            raise unsupported(node, f"its input {place} ({name!r}) is no stored constant")
        return self.graph.weights[name]

    def floats(self, node: Node, place: int) -> NDArray[np.float32]:
        """Return the stored float32 weight that is the input at ``place``."""
        values = self.constant(node, place)
        if values.dtype != np.float32:
            raise unsupported(node, f"its input {place} is stored as {values.dtype}")
        return values.astype(np.float32)

    def add(  # noqa: PLR0913 - a layer has this many parts
        self,
        node: Node,
        op: str,
        of: Sequence[Tensor],
        shape: tuple[int, ...],
        *,
        constants: Sequence[Constant] = (),
        image: bool | None = None,
        suffix: str = "",
        **attrs: Value,
    ) -> Tensor:
        """Append one layer and remember it as the value of ``node``."""
        name = node.name.removeprefix("StatefulPartitionedCall/") + suffix
        inputs = tuple(tensor.layer for tensor in of)
        self.layers.append(Layer(name, op, inputs, tuple(constants), attrs))
        kind = of[0].image if image is None else image
        self.tensors[node.name] = Tensor(name, shape, kind)
        return self.tensors[node.name]


def unsupported(node: Node, why: str) -> UnsupportedGraph:
    """Make the fault that names ``node`` and its operator."""
    return UnsupportedGraph(f"Node {node.name} ({node.op}) cannot be converted: {why}.")


def check_attrs(node: Node, known: Mapping[str, Attr | None], *, inputs: int) -> None:
    """Refuse ``node`` unless each attribute is known; a value beside None must be that value."""
    for key, value in node.attrs.items():
        if key not in known:
            raise unsupported(node, f"attribute {key} is not known")
        expected = known[key]
        if expected is not None and value != expected:
            raise unsupported(node, f"attribute {key} is {value!r}, not {expected!r}")
    if len(node.inputs) != inputs:
        raise unsupported(node, f"it has {len(node.inputs)} inputs, not {inputs}")
