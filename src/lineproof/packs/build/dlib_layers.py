"""Reads dlib's face recognition network (``dlib_face_recognition_resnet_model_v1.dat``)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lineproof.packs.build.dlib_dat import Reader
from lineproof.packs.build.fault import MalformedModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Convolution:
    """``weights`` (filters, channels, rows, columns) and ``bias`` (filters,)."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    stride: int
    padding: int


@dataclass(frozen=True, slots=True)
class Affine:
    """``gamma`` times the value plus ``beta``, each (channels,)."""

    gamma: NDArray[np.float32]
    beta: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Relu:
    """Negative values become zero."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Maximum or average of ``size`` x ``size`` without padding; size 0 is the whole image."""

    kind: str
    size: int
    stride: int


@dataclass(frozen=True, slots=True)
class AddPrevious:
    """Adds the value that entered the block, zero-padding the smaller at the end of each axis."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The closing product with ``weights`` (inputs, outputs), without bias."""

    weights: NDArray[np.float32]


NetLayer: TypeAlias = "Convolution | Affine | Relu | Pool | AddPrevious | Matrix"


@dataclass(frozen=True, slots=True)
class Network:
    """``layers`` from input to output; ``mean`` (R, G, B) and ``size`` are those of its input.

    A pixel enters as (RGB - ``mean``) / 256; the image is ``size`` pixels on both sides.
    """

    mean: tuple[float, float, float]
    size: int
    layers: tuple[NetLayer, ...]


_LAYER, _FIRST_LAYER, _TAG = 2, 3, 1
_CONVOLUTION_MODE, _NO_BIAS = 0, 1


def read_network(name: str, data: bytes) -> Network:
    """Read the network in ``data``; ``name`` stands in the fault.

    Raises ``MalformedModel`` with the offset wherever the file is not such a network.
    """
    reader = Reader(name, data)
    reader.exactly(1, "version of the loss layer")
    _called(reader, "loss_metric_2")
    reader.number("margin")
    reader.number("distance threshold")
    nesting = _nesting(reader)
    mean, size = _input(reader)
    layers: list[NetLayer] = []
    for place in range(nesting.count(_LAYER) + 1):
        layers.append(_layer(reader))
        _training_state(reader)
        if place == 0:
            reader.exactly(1, "images per sample")
    reader.end()
    if nesting != expected_nesting(layers):
        raise MalformedModel(f"{name}: the layers are not nested as residual blocks are.")
    return Network(mean=mean, size=size, layers=tuple(layers))


def expected_nesting(layers: Sequence[NetLayer]) -> list[int]:
    """Return the versions that stand before ``layers`` in a file, from the output inwards.

    A residual block ends with an addition and starts with a tag. Where the image shrinks, the
    pool before the addition reads that tag through a skip, and a second tag holds what the block
    computed.
    """
    nesting: list[int] = []
    inside = 0
    for layer in reversed(layers[1:]):
        nesting.append(_LAYER)
        if isinstance(layer, AddPrevious):
            inside = _CONVOLUTIONS_IN_BLOCK
        elif isinstance(layer, Pool) and inside:
            nesting += [_TAG, _TAG]
        elif isinstance(layer, Convolution) and inside:
            inside -= 1
            nesting += [_TAG] if inside == 0 else []
    return [*nesting, _FIRST_LAYER]


_CONVOLUTIONS_IN_BLOCK = 2


def _nesting(reader: Reader) -> list[int]:
    """Read the versions of all nested layers, tags and skips up to the one that holds the input."""
    found: list[int] = []
    while not found or found[-1] != _FIRST_LAYER:
        start = reader.offset
        found.append(reader.integer("version of a layer"))
        if found[-1] not in (_TAG, _LAYER, _FIRST_LAYER):
            reader.offset = start
            reader.fail("version of a layer, 1, 2 or 3")
    return found


def _input(reader: Reader) -> tuple[tuple[float, float, float], int]:
    _called(reader, "input_rgb_image_sized")
    mean = (reader.number("mean red"), reader.number("mean green"), reader.number("mean blue"))
    rows = reader.integer("rows of the input")
    reader.exactly(rows, "columns of the input, equal to its rows,")
    return mean, rows


def _called(reader: Reader, name: str) -> None:
    start = reader.offset
    if reader.text(f"the text {name}") != name:
        reader.offset = start
        reader.fail(f"the text {name}")


def _training_state(reader: Reader) -> None:
    """Skip what only training needs: three flags, then three tensors that are empty here."""
    for what in ("set up", "gradient stale", "output disabled"):
        reader.flag(what)
    for what in ("gradient", "cached output", "parameter gradient"):
        reader.tensor(what)


def _layer(reader: Reader) -> NetLayer:
    start = reader.offset
    kind = reader.text("the name of a layer")
    if kind not in _READERS:
        reader.offset = start
        reader.fail(f"one of the layers {', '.join(_READERS)} (there is {kind[:40]!r})")
    return _READERS[kind](reader)


def _convolution(reader: Reader) -> Convolution:
    parameters = reader.tensor("convolution").reshape(-1)
    filters = reader.integer("filters")
    rows = reader.integer("rows of a filter")
    reader.exactly(rows, "columns of a filter, equal to its rows,")
    stride = reader.integer("stride")
    reader.exactly(stride, "stride across, equal to that down,")
    padding = reader.integer("padding")
    reader.exactly(padding, "padding across, equal to that down,")
    start = reader.offset
    shape = _alias(reader, "filters")
    bias = _alias(reader, "biases")
    if (
        (shape[0], shape[2], shape[3]) != (filters, rows, rows)
        or bias != (1, filters, 1, 1)
        or parameters.size != math.prod(shape) + filters
    ):
        reader.offset = start
        reader.fail(f"filters and biases that make up {parameters.size} parameters")
    _multipliers(reader)
    split = math.prod(shape)
    return Convolution(parameters[:split].reshape(shape), parameters[split:], stride, padding)


def _alias(reader: Reader, what: str) -> tuple[int, int, int, int]:
    """Read a window into the parameters: its version and its four sizes."""
    reader.exactly(1, f"version of the {what}")
    samples, channels, rows, columns = (reader.integer(f"a size of the {what}") for _ in range(4))
    return samples, channels, rows, columns


def _multipliers(reader: Reader) -> None:
    for what in ("learning rate", "weight decay", "bias learning rate", "bias weight decay"):
        reader.number(f"{what} multiplier")


def _affine(reader: Reader) -> Affine:
    start = reader.offset
    parameters = reader.tensor("affine layer").reshape(-1)
    channels = parameters.size // 2
    shapes = (_alias(reader, "gamma"), _alias(reader, "beta"))
    if shapes != ((1, channels, 1, 1),) * 2 or parameters.size != 2 * channels:
        reader.offset = start
        reader.fail("gamma and beta, one number each per channel")
    reader.exactly(_CONVOLUTION_MODE, "mode of the affine layer")
    return Affine(parameters[:channels], parameters[channels:])


def _pool(reader: Reader, kind: str) -> Pool:
    size = reader.integer("rows of the pool")
    reader.exactly(size, "columns of the pool, equal to its rows,")
    stride = reader.integer("stride of the pool")
    reader.exactly(stride, "stride across, equal to that down,")
    reader.exactly(0, "padding of the pool")
    reader.exactly(0, "padding of the pool")
    return Pool(kind, size, stride)


def _matrix(reader: Reader) -> Matrix:
    outputs = reader.integer("outputs")
    inputs = reader.integer("inputs")
    start = reader.offset
    weights = reader.tensor("matrix")
    shapes = (_alias(reader, "weights"), _alias(reader, "bias"))
    if weights.size != inputs * outputs or shapes != ((inputs, outputs, 1, 1), (0, 0, 0, 0)):
        reader.offset = start
        reader.fail(f"a matrix of {inputs} x {outputs} without bias")
    reader.exactly(_NO_BIAS, "bias mode")
    _multipliers(reader)
    return Matrix(weights.reshape(inputs, outputs))


_READERS: Mapping[str, Callable[[Reader], NetLayer]] = {
    "con_4": _convolution,
    "affine_": _affine,
    "relu_": lambda _: Relu(),
    "max_pool_2": lambda reader: _pool(reader, "max"),
    "avg_pool_2": lambda reader: _pool(reader, "average"),
    "add_prev_": lambda _: AddPrevious(),
    "fc_2": _matrix,
}
