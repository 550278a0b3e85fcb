"""Writes dlib's face recognition network as ONNX."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lineproof.packs.build.dlib_layers import (
    AddPrevious,
    Affine,
    Convolution,
    Matrix,
    NetLayer,
    Network,
    Pool,
    Relu,
)
from lineproof.packs.build.fault import UnsupportedGraph
from lineproof.packs.build.fold import folded
from lineproof.packs.build.onnx_file import Layer, Value, write_onnx

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTPUT = "embedding"


@dataclass(frozen=True, slots=True)
class _At:
    """A value in the graph: the layer that carries it and (channels, rows, columns)."""

    layer: str
    shape: tuple[int, int, int]


@dataclass(slots=True)
class _Draft:
    layers: list[Layer] = field(default_factory=list)

    def add(
        self,
        op: str,
        of: tuple[_At, ...],
        shape: tuple[int, int, int],
        *constants: NDArray[np.float32] | NDArray[np.int64],
        **attrs: Value,
    ) -> _At:
        name = f"{op.lower()}_{len(self.layers)}"
        inputs = tuple(at.layer for at in of)
        self.layers.append(Layer(name, op, inputs, constants, attrs))
        return _At(name, shape)


def resnet_onnx(network: Network) -> bytes:
    """Return ``network`` as ONNX: ``input`` N x 3 x 150 x 150 to ``embedding`` N x 128, float32.

    The input is (RGB - (122.782, 117.001, 104.298)) / 256. Raises ``UnsupportedGraph`` where the
    layers are not residual blocks between a convolution and a matrix.
    """
    draft = _Draft()
    image = (3, network.size, network.size)
    at = _At("input", image)
    layers = list(network.layers)
    place = 0
    while place < len(layers):
        end = _block_end(layers, place)
        if end is None:
            at = _single(draft, at, layers[place])
            place += 1
        else:
            at = _residual(draft, at, layers[place:end])
            place = end
    last = draft.add("Reshape", (at,), at.shape, np.array([0, at.shape[0]]))
    return write_onnx(
        folded(draft.layers, keep={last.layer}),
        graph_name="dlib-resnet",
        image=image,
        outputs={last.layer: (OUTPUT, (at.shape[0],))},
    )


_BLOCK = (Convolution, Affine, Relu, Convolution, Affine)


def _block_end(layers: list[NetLayer], start: int) -> int | None:
    """Return the end of the residual block that starts at ``start``, or None where none does."""
    kinds = tuple(type(layer) for layer in layers[start : start + len(_BLOCK) + 2])
    for tail in ((AddPrevious,), (Pool, AddPrevious)):
        if kinds[: len(_BLOCK) + len(tail)] == _BLOCK + tail:
            return start + len(_BLOCK) + len(tail)
    return None


def _residual(draft: _Draft, before: _At, block: list[NetLayer]) -> _At:
    """Add what entered, pooled where the block shrinks it, to what the block computed."""
    inner, skipped = before, before
    for layer in block[:-1]:
        if isinstance(layer, Pool):
            skipped = _single(draft, before, layer)
        else:
            inner = _single(draft, inner, layer)
    channels, rows, columns = (max(sizes) for sizes in zip(inner.shape, skipped.shape, strict=True))
    shape = (channels, rows, columns)
    return draft.add("Add", (_grown(draft, inner, shape), _grown(draft, skipped, shape)), shape)


def _grown(draft: _Draft, at: _At, shape: tuple[int, int, int]) -> _At:
    """Zero-pad to ``shape`` at the end of each axis."""
    more = [new - old for new, old in zip(shape, at.shape, strict=True)]
    if not any(more):
        return at
    return draft.add("Pad", (at,), shape, np.array([0, 0, 0, 0, 0, *more]))


def _single(draft: _Draft, at: _At, layer: NetLayer) -> _At:
    if isinstance(layer, Convolution):
        return _convolution(draft, at, layer)
    if isinstance(layer, Affine):
        return _affine(draft, at, layer)
    if isinstance(layer, Pool):
        return _pool(draft, at, layer)
    if isinstance(layer, Matrix):
        return _matrix(draft, at, layer)
    if isinstance(layer, AddPrevious):
        raise UnsupportedGraph(f"An addition behind {at.layer} closes no residual block.")
    return draft.add("Relu", (at,), at.shape)


def _convolution(draft: _Draft, at: _At, layer: Convolution) -> _At:
    filters, channels, rows, columns = layer.weights.shape
    out = (at.shape[1] + 2 * layer.padding - rows) // layer.stride + 1
    if channels != at.shape[0] or out < 1:
        raise UnsupportedGraph(f"Filters {layer.weights.shape} do not fit {at.shape}.")
    return draft.add(
        "Conv",
        (at,),
        (filters, out, out),
        layer.weights,
        layer.bias,
        group=1,
        kernel_shape=(rows, columns),
        pads=(layer.padding,) * 4,
        strides=(layer.stride,) * 2,
    )


def _affine(draft: _Draft, at: _At, layer: Affine) -> _At:
    if layer.gamma.shape != (at.shape[0],):
        raise UnsupportedGraph(f"An affine layer of {layer.gamma.shape} does not fit {at.shape}.")
    scaled = draft.add("Mul", (at,), at.shape, layer.gamma.reshape(-1, 1, 1))
    return draft.add("Add", (scaled,), at.shape, layer.beta.reshape(-1, 1, 1))


def _pool(draft: _Draft, at: _At, layer: Pool) -> _At:
    channels, rows, _ = at.shape
    if layer.size == 0:
        return draft.add("GlobalAveragePool", (at,), (channels, 1, 1))
    out = (rows - layer.size) // layer.stride + 1
    if out < 1:
        raise UnsupportedGraph(f"A pool of {layer.size} does not fit {at.shape}.")
    return draft.add(
        "MaxPool" if layer.kind == "max" else "AveragePool",
        (at,),
        (channels, out, out),
        kernel_shape=(layer.size,) * 2,
        strides=(layer.stride,) * 2,
    )


def _matrix(draft: _Draft, at: _At, layer: Matrix) -> _At:
    """Write the matrix as a 1 x 1 convolution."""
    inputs, outputs = layer.weights.shape
    if at.shape != (inputs, 1, 1):
        raise UnsupportedGraph(f"A matrix of {layer.weights.shape} does not fit {at.shape}.")
    weights = np.ascontiguousarray(layer.weights.T).reshape(outputs, inputs, 1, 1)
    return draft.add("Conv", (at,), (outputs, 1, 1), weights, kernel_shape=(1, 1))
