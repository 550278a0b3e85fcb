"""Small TensorFlow.js graphs and dlib files, made by hand, and how to run what comes out."""

from __future__ import annotations

import base64
import json
import math
import struct
from typing import TYPE_CHECKING

import numpy as np
import onnx

from lineproof.packs.build.source_answers import run_network
from lineproof.packs.build.tfjs import convert
from lineproof.packs.build.tfjs_source import read_graph

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


def attr(value: object) -> dict[str, object]:
    """Write one attribute as the model JSON has it."""
    if isinstance(value, bool):
        return {"b": value}
    if isinstance(value, int):
        return {"i": str(value)}
    if isinstance(value, str) and value.startswith("DT_"):
        return {"type": value}
    if isinstance(value, str):
        return {"s": base64.b64encode(value.encode()).decode()}
    assert isinstance(value, list)
    if all(isinstance(item, int) for item in value):
        return {"list": {"i": [str(item) for item in value]}}
    return {"list": {"s": [base64.b64encode(str(item).encode()).decode() for item in value]}}


def node(name: str, op: str, inputs: Sequence[str], **attrs: object) -> dict[str, object]:
    """Write one node."""
    written = {"T": {"type": "DT_FLOAT"}} | {key: attr(value) for key, value in attrs.items()}
    return {"name": name, "op": op, "input": list(inputs), "attr": written}


WINDOW: dict[str, object] = {
    "data_format": "NHWC",
    "explicit_paddings": [],
    "padding": "SAME",
    "strides": [1, 1, 1, 1],
    "dilations": [1, 1, 1, 1],
}


def model(
    size: tuple[int, int, int],
    nodes: Sequence[Mapping[str, object]],
    weights: Mapping[str, NDArray[np.generic]],
    *,
    half: Sequence[str] = (),
) -> tuple[bytes, bytes]:
    """Write a model with the input ``x`` of ``size``; weights named in ``half`` as float16."""
    dims = [{"size": str(value)} for value in (1, *size)]
    placeholder = {
        "name": "x",
        "op": "Placeholder",
        "attr": {"dtype": {"type": "DT_FLOAT"}, "shape": {"shape": {"dim": dims}}},
    }
    manifest: list[dict[str, object]] = []
    binary = b""
    for name, values in weights.items():
        kind = "int32" if values.dtype.kind == "i" else "float32"
        entry: dict[str, object] = {"name": name, "shape": list(values.shape), "dtype": kind}
        stored = values.astype("<i4" if kind == "int32" else "<f4")
        if name in half:
            entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
            binary += values.astype("<f2").tobytes()
        else:
            binary += stored.tobytes()
        manifest.append(entry)
    constants = [{"name": name, "op": "Const"} for name in weights]
    topology = {
        "modelTopology": {"node": [placeholder, *constants, *nodes]},
        "weightsManifest": [{"paths": ["x.bin"], "weights": manifest}],
    }
    return json.dumps(topology).encode(), binary


FLAT = node("flat", "Reshape", ["last", "flat/shape"], Tshape="DT_INT32")


def run_image(
    image: NDArray[np.float32],
    last: Sequence[Mapping[str, object]],
    weights: Mapping[str, NDArray[np.generic]],
    *,
    shape: tuple[int, ...],
) -> NDArray[np.float32]:
    """Convert nodes that end in ``last``, an image of ``shape``, and run them.

    ``image`` is (N, height, width, channels), as TensorFlow has it; so is the answer.
    """
    flat = {**weights, "flat/shape": np.array([1, math.prod(shape)])}
    topology, binary = model(image.shape[1:], [*last, FLAT], flat)
    content = convert(read_graph(topology, binary), graph_name="tiny", outputs={"flat": "y"})
    found = run_network(content, np.ascontiguousarray(image.transpose(0, 3, 1, 2)))["y"]
    return found.reshape(len(image), *shape)


def operators(content: bytes) -> list[str]:
    """Return the operators of an ONNX file, in order."""
    return [step.op_type for step in onnx.load_from_string(content).graph.node]


def packed(value: int) -> bytes:
    """Write an integer as dlib does."""
    size = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def number(value: float) -> bytes:
    """Write a float as dlib does: a mantissa of 24 bits and an exponent."""
    mantissa, exponent = math.frexp(value)
    return packed(int(mantissa * (1 << 24))) + packed(exponent - 24)


def text(value: str) -> bytes:
    """Write a string as dlib does."""
    return packed(len(value)) + value.encode()


def tensor(values: NDArray[np.float32]) -> bytes:
    """Write a tensor as dlib does, always with four sizes."""
    shape = (*values.shape, 1, 1, 1, 1)[:4] if values.size else (0, 0, 0, 0)
    sizes = b"".join(packed(size) for size in shape)
    return packed(2) + sizes + struct.pack(f"<{values.size}f", *values.reshape(-1).tolist())
