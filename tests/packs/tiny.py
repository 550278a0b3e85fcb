"""Small packs for tests: real ONNX files of a few kilobytes, made here."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from lineproof.packs.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from onnx import ValueInfoProto

SIDE = 16
FEATURES = 8


def embedder(
    seed: int = 1,
    *,
    side: int = SIDE,
    batch: int | str = "N",
    inputs: tuple[str, ...] = ("data",),
    outputs: tuple[str, ...] = ("features",),
) -> bytes:
    """Make an embedder: convolution, mean over the picture, one matrix; one for each output."""
    made = np.random.default_rng(seed)
    nodes = [helper.make_node("Conv", ["data", "kernel"], ["seen"], pads=[1, 1, 1, 1])]
    nodes.append(helper.make_node("GlobalAveragePool", ["seen"], ["mean"]))
    nodes.append(helper.make_node("Flatten", ["mean"], ["flat"]))
    stored = [_stored("kernel", made.normal(size=(4, 3, 3, 3)))]
    for name in outputs:
        stored.append(_stored(f"matrix_{name}", made.normal(size=(4, FEATURES))))
        nodes.append(helper.make_node("MatMul", ["flat", f"matrix_{name}"], [name]))
    takes = [_info(name, [batch, 3, side, side]) for name in inputs]
    gives = [_info(name, [batch, FEATURES]) for name in outputs]
    graph = helper.make_graph(nodes, "tiny", takes, gives, stored)
    opset = [helper.make_opsetid("", 17)]
    return bytes(helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString())


def _stored(name: str, values: np.typing.NDArray[np.float64]) -> TensorProto:
    return numpy_helper.from_array(values.astype(np.float32), name)


def _info(name: str, shape: list[int | str]) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def predictor() -> bytes:
    """Make a five-point predictor of one cascade and one tree whose leaves move nothing."""
    arrays = {
        "initial": np.linspace(0.1, 0.9, 10).reshape(5, 2).astype(np.float32),
        "splits": np.zeros((1, 1, 15, 2), dtype=np.int16),
        "thresholds": np.zeros((1, 1, 15), dtype=np.int16),
        "leaves": np.zeros((1, 1, 16, 10), dtype=np.float32),
        "anchors": np.zeros((1, 4), dtype=np.int8),
        "deltas": np.zeros((1, 4, 2), dtype=np.float32),
    }
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def sha(content: bytes) -> str:
    """Give the SHA-256 as a manifest has it."""
    return hashlib.sha256(content).hexdigest()


HEAD = """format = 1
name = "tiny"
version = "1"
grade = "evaluation"
summary = "A tiny pack."
model_card = "Made for tests."
"""

ALIGNMENT = """
[model.alignment]
landmarks = "mesh"
indices = [[33, 133], [1]]
points = [[4.0, 5.0], [8.0, 9.0]]
unit = "pixels"
"""

SETTING = """
[[setting]]
name = "standard"

[[setting.use]]
embedder = "e"
mirror = true
paddings = [0.0]
weight = 1.0
"""


def network(role: str, name: str, content: bytes, *, file: str, more: str = "") -> str:
    """Write the [[model]] table of a network that takes SIDE x SIDE pixels."""
    return f"""
[[model]]
role = "{role}"
name = "{name}"
file = "{file}"
sha256 = "{sha(content)}"
licence = "Apache-2.0"
source = "made here"
size = {SIDE}
channels = "rgb"
mean = 0.0
scale = 1.0
{more}"""


def manifest(content: bytes, *, file: str = "tiny.onnx", more: str = "") -> str:
    """Write the pack.toml of a pack of one embedder ``e``."""
    return HEAD + network("embedder", "e", content, file=file, more=more) + ALIGNMENT + SETTING


def put(folder: Path, text: str, files: dict[str, bytes]) -> Path:
    """Write a pack's folder."""
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text(text)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def put_tiny(folder: Path, *, seed: int = 1, name: str = "tiny") -> Path:
    """Write a whole pack of one embedder; the folder should have the pack's name."""
    content = embedder(seed)
    text = manifest(content).replace('name = "tiny"', f'name = "{name}"')
    return put(folder, text, {"tiny.onnx": content})


def store_in(folder: Path) -> Store:
    """Give a store of its own."""
    return Store(carried=folder / "built", user=folder / "home" / "packs")
