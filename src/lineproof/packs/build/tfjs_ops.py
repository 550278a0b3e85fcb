"""TensorFlow's operators as ONNX layers, channels first: those that the default pack needs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from lineproof.packs.build.tfjs_draft import INPUT, Draft, Tensor, check_attrs, unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from lineproof.packs.build.onnx_file import Constant
    from lineproof.packs.build.tfjs_source import Attr, Node

    Converter: TypeAlias = Callable[[Draft, Node], None]

_RANK = 4
_FLOAT: Mapping[str, Attr | None] = {"T": "DT_FLOAT", "_cloned": None}


def add_input(draft: Draft, node: Node) -> tuple[int, int, int]:
    """Make ``node``, a Placeholder, the graph's input; return its channels, height and width."""
    check_attrs(node, {"dtype": "DT_FLOAT", "shape": None}, inputs=0)
    shape = node.attrs.get("shape")
    if not isinstance(shape, tuple) or len(shape) != _RANK:
        raise unsupported(node, "the input is not batch, height, width, channels")
    batch, height, width, channels = (int(size) for size in shape)
    if batch not in (1, -1) or min(height, width, channels) < 1:
        raise unsupported(node, f"the input's shape {shape} is not fixed")
    draft.tensors[node.name] = Tensor(INPUT, (channels, height, width), image=True)
    return channels, height, width


_WINDOW: Mapping[str, Attr | None] = {
    **_FLOAT,
    "data_format": "NHWC",
    "explicit_paddings": (),
    "padding": None,
    "strides": None,
}
_CONV: Mapping[str, Attr | None] = {
    **_WINDOW,
    "dilations": (1, 1, 1, 1),
    "use_cudnn_on_gpu": None,
}
_FUSED: Mapping[str, Attr | None] = {
    **_CONV,
    "epsilon": None,
    "num_args": None,
    "fused_ops": None,
}


def _pair(node: Node, key: str) -> tuple[int, int]:
    """Return the two spatial numbers of an attribute given for batch, rows, columns, channels."""
    value = node.attrs.get(key)
    if not isinstance(value, tuple) or len(value) != _RANK or value[0] != 1 or value[3] != 1:
        raise unsupported(node, f"{key} is {value!r}")
    rows, columns = int(value[1]), int(value[2])
    if min(rows, columns) < 1:
        raise unsupported(node, f"{key} is {value!r}")
    return rows, columns


def _window(
    node: Node, size: tuple[int, ...], kernel: tuple[int, int], strides: tuple[int, int]
) -> tuple[tuple[int, int, int, int], tuple[int, int]]:
    """ONNX pads (top, left, bottom, right) and output size of a window, as TensorFlow has it.

    SAME gives ceil(size / stride) rows and puts the odd pixel of padding at the end.
    """
    padding = node.attrs.get("padding")
    before, after, out = [0, 0], [0, 0], [0, 0]
    for axis in (0, 1):
        if padding == "SAME":
            out[axis] = -(-size[axis] // strides[axis])
            total = max((out[axis] - 1) * strides[axis] + kernel[axis] - size[axis], 0)
            before[axis], after[axis] = total // 2, total - total // 2
        elif padding == "VALID":
            out[axis] = (size[axis] - kernel[axis]) // strides[axis] + 1
        else:
            raise unsupported(node, f"padding {padding!r}")
    if min(out) < 1:
        raise unsupported(node, "the window is larger than its input")
    return (before[0], before[1], after[0], after[1]), (out[0], out[1])


def _convolution(
    draft: Draft, node: Node, weights: NDArray[np.float32], bias: Sequence[Constant], group: int
) -> Tensor:
    """Append a Conv of ``weights`` (out, in / group, rows, columns)."""
    image = draft.image(node, 0)
    if weights.shape[1] * group != image.shape[0]:
        raise unsupported(node, f"weights {weights.shape} do not fit input {image.shape}")
    kernel, strides = (weights.shape[2], weights.shape[3]), _pair(node, "strides")
    pads, size = _window(node, image.shape[1:], kernel, strides)
    return draft.add(
        node,
        "Conv",
        [image],
        (weights.shape[0], *size),
        constants=[weights, *bias],
        group=group,
        kernel_shape=kernel,
        strides=strides,
        pads=pads,
    )


def _plain_weights(draft: Draft, node: Node) -> NDArray[np.float32]:
    weights = draft.floats(node, 1)
    if weights.ndim != _RANK:
        raise unsupported(node, f"weights of shape {weights.shape}")
    return np.ascontiguousarray(weights.transpose(3, 2, 0, 1))


def _conv2d(draft: Draft, node: Node) -> None:
    check_attrs(node, _CONV, inputs=2)
    _convolution(draft, node, _plain_weights(draft, node), [], group=1)


def _depthwise(draft: Draft, node: Node) -> None:
    check_attrs(node, _CONV, inputs=2)
    weights = draft.floats(node, 1)
    if weights.ndim != _RANK:
        raise unsupported(node, f"weights of shape {weights.shape}")
    rows, columns, channels, times = weights.shape
    # Output channel c * times + m comes from input channel c: the order of grouped ONNX weights.
    grouped = weights.transpose(2, 3, 0, 1).reshape(channels * times, 1, rows, columns)
    _convolution(draft, node, np.ascontiguousarray(grouped), [], group=channels)


def _fused_conv2d(draft: Draft, node: Node) -> None:
    fused = node.attrs.get("fused_ops")
    if fused not in (("BiasAdd",), ("BiasAdd", "Relu"), ("BiasAdd", "Prelu")):
        raise unsupported(node, f"fused operators {fused!r}")
    prelu = fused == ("BiasAdd", "Prelu")
    expected: dict[str, Attr | None] = {**_FUSED, "num_args": 2 if prelu else 1}
    check_attrs(node, expected, inputs=4 if prelu else 3)
    weights = _plain_weights(draft, node)
    bias = draft.floats(node, 2)
    if bias.shape != weights.shape[:1]:
        raise unsupported(node, f"bias of shape {bias.shape}")
    after = _convolution(draft, node, weights, [bias], group=1)
    if fused == ("BiasAdd", "Relu"):
        draft.add(node, "Relu", [after], after.shape, suffix="/relu")
    elif prelu:
        _slope(draft, node, after, place=3, suffix="/prelu")


def _slope(draft: Draft, node: Node, tensor: Tensor, *, place: int, suffix: str = "") -> None:
    """Write PReLU as slope * x + (1 - slope) * Relu(x), the factors as depthwise convolutions.

    The runtime has no blocked kernel for PRelu and leaves its fast layout before and after each
    one: written like this FaceMesh takes 1.7 ms instead of 4.3, for one rounding more.
    """
    slope = draft.floats(node, place)
    if slope.size != tensor.shape[0] or slope.shape[-1] != tensor.shape[0]:
        raise unsupported(node, f"slope of shape {slope.shape} with {tensor.shape}")
    factor = slope.reshape(-1, 1, 1, 1)
    group = tensor.shape[0]
    bent = draft.add(node, "Relu", [tensor], tensor.shape, suffix=f"{suffix}/relu")
    parts = [
        draft.add(
            node,
            "Conv",
            [of],
            tensor.shape,
            constants=[weights],
            suffix=suffix + part,
            group=group,
            kernel_shape=(1, 1),
        )
        for of, weights, part in (
            (bent, np.float32(1) - factor, "/above"),
            (tensor, factor, "/all"),
        )
    ]
    draft.add(node, "Add", parts, tensor.shape, suffix=suffix)


def _prelu(draft: Draft, node: Node) -> None:
    check_attrs(node, _FLOAT, inputs=2)
    _slope(draft, node, draft.image(node, 0), place=1)


def _per_channel(node: Node, tensor: Tensor, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shape a constant operand so that it meets ``tensor`` as TensorFlow would broadcast it."""
    if values.ndim == 0:
        return values
    channels = tensor.shape[0] if tensor.image else tensor.shape[-1]
    if values.shape[-1] != channels or values.size != channels:
        raise unsupported(node, f"constant of shape {values.shape} with {tensor.shape}")
    return values.reshape((channels, 1, 1) if tensor.image else (channels,))


_BINARY = {"Add": "Add", "AddV2": "Add", "Mul": "Mul", "Minimum": "Min", "Maximum": "Max"}


def _binary(draft: Draft, node: Node) -> None:
    """Two values of one shape, or one value and a constant per channel; all five commute."""
    check_attrs(node, _FLOAT, inputs=2)
    places = [place for place in (0, 1) if node.inputs[place] not in draft.graph.weights]
    if not places:
        raise unsupported(node, "both its inputs are constants")
    values = [draft.operand(node, place) for place in places]
    constants: list[Constant] = []
    if len(values) == 1:
        constants = [_per_channel(node, values[0], draft.floats(node, 1 - places[0]))]
    elif (values[0].shape, values[0].image) != (values[1].shape, values[1].image):
        raise unsupported(node, f"shapes {values[0].shape} and {values[1].shape} differ")
    draft.add(node, _BINARY[node.op], values, values[0].shape, constants=constants)


def _unary(draft: Draft, node: Node) -> None:
    check_attrs(node, _FLOAT, inputs=1)
    tensor = draft.operand(node, 0)
    draft.add(node, node.op, [tensor], tensor.shape)


def _identity(draft: Draft, node: Node) -> None:
    check_attrs(node, _FLOAT, inputs=1)
    draft.tensors[node.name] = draft.operand(node, 0)


def _max_pool(draft: Draft, node: Node) -> None:
    check_attrs(node, {**_WINDOW, "ksize": None}, inputs=1)
    image = draft.image(node, 0)
    kernel, strides = _pair(node, "ksize"), _pair(node, "strides")
    pads, size = _window(node, image.shape[1:], kernel, strides)
    draft.add(
        node,
        "MaxPool",
        [image],
        (image.shape[0], *size),
        kernel_shape=kernel,
        strides=strides,
        pads=pads,
    )


def _pad(draft: Draft, node: Node) -> None:
    check_attrs(node, {**_FLOAT, "Tpaddings": "DT_INT32"}, inputs=2)
    image = draft.image(node, 0)
    amounts = draft.constant(node, 1)
    if amounts.shape != (_RANK, 2) or amounts[0].any() or amounts.min() < 0:
        raise unsupported(node, f"padding {amounts.tolist()}")
    ordered = amounts[[0, 3, 1, 2]].astype(np.int64)
    grown = ordered[1:].sum(axis=1)
    shape = tuple(int(old + more) for old, more in zip(image.shape, grown, strict=True))
    draft.add(node, "Pad", [image], shape, constants=[ordered.T.reshape(-1)])


def _mean(draft: Draft, node: Node) -> None:
    check_attrs(node, {**_FLOAT, "Tidx": "DT_INT32", "keep_dims": False}, inputs=2)
    image = draft.image(node, 0)
    axes = draft.constant(node, 1)
    if sorted(axes.reshape(-1).tolist()) != [1, 2]:
        raise unsupported(node, f"it averages over axes {axes.tolist()}, not rows and columns")
    channels = image.shape[0]
    pooled = draft.add(node, "GlobalAveragePool", [image], (channels, 1, 1), suffix="/pool")
    draft.add(
        node, "Reshape", [pooled], (channels,), constants=[np.array([0, channels])], image=False
    )


def _reshape(draft: Draft, node: Node) -> None:
    """Flatten an image in TensorFlow's order: the only place where the channels move last."""
    check_attrs(node, {**_FLOAT, "Tshape": "DT_INT32"}, inputs=2)
    image = draft.image(node, 0)
    target = [int(size) for size in draft.constant(node, 1).reshape(-1)]
    shape = tuple(target[1:])
    if not shape or target[0] not in (1, -1) or math.prod(shape) != math.prod(image.shape):
        raise unsupported(node, f"{image.shape} to {target} mixes images of a batch")
    channels, height, width = image.shape
    if channels > 1 and height * width > 1:
        image = draft.add(
            node,
            "Transpose",
            [image],
            (height, width, channels),
            image=False,
            suffix="/order",
            perm=(0, 2, 3, 1),
        )
    wanted = np.array([0, *shape], np.int64)
    draft.add(node, "Reshape", [image], shape, constants=[wanted], image=False)


_KNOWN: Mapping[str, Converter] = {
    "Add": _binary,
    "AddV2": _binary,
    "Conv2D": _conv2d,
    "DepthwiseConv2dNative": _depthwise,
    "Identity": _identity,
    "MaxPool": _max_pool,
    "Maximum": _binary,
    "Mean": _mean,
    "Minimum": _binary,
    "Mul": _binary,
    "Pad": _pad,
    "Prelu": _prelu,
    "Relu": _unary,
    "Reshape": _reshape,
    "Sigmoid": _unary,
    "_FusedConv2D": _fused_conv2d,
}


def add_node(draft: Draft, node: Node) -> None:
    """Append what ``node`` does; ``UnsupportedGraph`` naming it where that is not known exactly."""
    if node.op not in _KNOWN:
        raise unsupported(node, "the operator is not known")
    _KNOWN[node.op](draft, node)
