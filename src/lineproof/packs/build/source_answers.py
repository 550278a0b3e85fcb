"""Runs every built file once and compares it with what its source answered.

A graph can be broken where it comes from, or by the runtime of this machine: a right hash does not
show that the file works here.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

from lineproof.face.predictor import predict_points, read_predictor
from lineproof.packs.build.fault import BuildFault
from lineproof.packs.build.pattern import pattern, planes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

STORED = Path(__file__).parent / "source_answers.json"
"""What TensorFlow.js and dlib answered: some of the values, evenly spread (golden/make.py)."""

_TOLERANCE = 1e-3
"""Of the largest reference value. Other processors add in another order: 1e-6 is usual."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One network's input and, for each output, every ``step``-th of its values."""

    size: int
    mean: tuple[float, float, float]
    scale: float
    outputs: Mapping[str, tuple[int, NDArray[np.float64]]]


def check_outputs(files: Mapping[str, bytes], *, rooted: frozenset[str]) -> None:
    """Run each of ``files``; ``BuildFault`` naming the one that does not answer as its source.

    ``rooted`` names the files that answer with the roots of what their source answers.
    """
    stored = json.loads(STORED.read_text("utf-8"))
    for name in files:
        try:
            _check(name, files[name], stored, rooted=name in rooted)
        except BuildFault:
            raise
        except Exception as error:  # the runtime's own errors have no base in common
            raise BuildFault(f"{name} does not run here, so it is not used: {error}") from error


def _check(name: str, content: bytes, stored: Mapping[str, Any], *, rooted: bool) -> None:
    points = stored["predictor"]
    if name == points["file"]:
        _check_predictor(name, content, points)
        return
    entry = stored["networks"][name]
    outputs = {
        output: (values["step"], _expected(values["values"], rooted=rooted))
        for output, values in entry["outputs"].items()
    }
    mean = (entry["mean"][0], entry["mean"][1], entry["mean"][2])
    _check_network(name, content, Reference(entry["size"], mean, entry["scale"], outputs))


def _expected(values: list[float], *, rooted: bool) -> NDArray[np.float64]:
    answered = np.array(values, dtype=np.float64)
    return np.sqrt(answered) if rooted else answered


def run_network(content: bytes, picture: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Run an ONNX file on one thread; return its outputs by name."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"input": picture}), strict=True))


def _check_network(name: str, content: bytes, reference: Reference) -> None:
    found = run_network(content, planes(reference.size, reference.mean, reference.scale))
    if set(found) != set(reference.outputs):
        raise BuildFault(f"{name} has the outputs {sorted(found)}.")
    for output, (step, expected) in reference.outputs.items():
        values = found[output].reshape(-1)[::step]
        limit = _TOLERANCE * max(1.0, float(np.abs(expected).max()))
        if values.shape != expected.shape or not bool((np.abs(values - expected) < limit).all()):
            raise BuildFault(f"{name} does not answer as its source does ({output}); not used.")


def _check_predictor(name: str, content: bytes, stored: Mapping[str, list[list[float]]]) -> None:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        predictor = read_predictor(dict(arrays))
    found = predict_points(predictor, pattern(256), np.array(stored["boxes"], np.float64))
    # dlib rounds its points to whole pixels.
    if not np.array_equal(np.floor(found + 0.5), np.array(stored["points"])):
        raise BuildFault(f"{name} does not answer as its source does; not used.")
