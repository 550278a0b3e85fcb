"""The converted graphs against TensorFlow.js itself (golden/make.mjs made tfjs.json)."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.packs.build import tfjs_ops
from lineproof.packs.build.pattern import planes
from lineproof.packs.build.recipe import ROOTED, convert_graph
from lineproof.packs.build.source_answers import run_network
from tests.packs.build.pinned import converted, source

if TYPE_CHECKING:
    from lineproof.packs.build.tfjs_source import Node

GOLDEN = Path(__file__).parent / "golden" / "tfjs.json"
INPUTS = {
    "blazeface-back": (256, 128.0, 1 / 128),
    "facemesh": (192, 0.0, 1 / 256),
    "faceres": (224, 128.0, 1.0),
}
OUTPUTS = [
    ("blazeface-back", "scores_16", (512, 1)),
    ("blazeface-back", "scores_8", (384, 1)),
    ("blazeface-back", "boxes_16", (512, 16)),
    ("blazeface-back", "boxes_8", (384, 16)),
    ("facemesh", "mesh", (1404,)),
    ("facemesh", "presence", (1,)),
    ("faceres", "features", (1024,)),
]
TOLERANCE = 1e-5
"""Of the largest value of that output; measured 1e-7 to 3e-6."""


def _golden(model: str, output: str) -> np.ndarray:
    stored = json.loads(GOLDEN.read_text("utf-8"))["models"][model][output]
    flat = np.frombuffer(base64.b64decode(stored["float32"]), "<f4")
    return flat.reshape(stored["shape"])


def _difference(content: bytes, model: str, output: str) -> float:
    """Return the largest difference, relative to the largest value, or to 1 where that is less."""
    size, mean, scale = INPUTS[model]
    found = run_network(content, planes(size, (mean, mean, mean), scale))[output]
    if f"{model}.onnx" in ROOTED:
        found = np.square(found)
    expected = _golden(model, output)
    assert found.shape == expected.shape
    return float(np.abs(found - expected).max() / max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize(("model", "output", "shape"), OUTPUTS)
def test_answers_as_tensorflow_does(model: str, output: str, shape: tuple[int, ...]) -> None:
    """Every value of every output, on a picture without symmetry."""
    assert _golden(model, output).shape == (1, *shape)
    assert _difference(converted()[f"{model}.onnx"], model, output) <= TOLERANCE


@cache
def _with_padding_first() -> dict[str, bytes]:
    """Convert with the odd row of padding before the picture instead of behind it."""
    right = tfjs_ops._window  # noqa: SLF001 - what is broken on purpose

    def wrong(
        node: Node, size: tuple[int, ...], kernel: tuple[int, int], strides: tuple[int, int]
    ) -> tuple[tuple[int, int, int, int], tuple[int, int]]:
        (top, left, bottom, last), out = right(node, size, kernel, strides)
        return (bottom, last, top, left), out

    names = [f"{model}.{kind}" for model in INPUTS for kind in ("json", "bin")]
    sources = {name: source(name) for name in names}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tfjs_ops, "_window", wrong)
        return {model: convert_graph(model, sources) for model in INPUTS}


@pytest.mark.parametrize("model", INPUTS)
def test_the_golden_answers_would_show_a_shifted_window(model: str) -> None:
    """With padding on the wrong side the difference is a hundred times what is allowed."""
    output = next(output for name, output, _ in OUTPUTS if name == model)
    content = _with_padding_first()[model]
    assert _difference(content, model, output) > 100 * TOLERANCE
