"""The same bytes in give the same bits out, however many go in together."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from tests.packs.build.pinned import converted

SIZES = {
    "blazeface-back.onnx": 256,
    "dlib-resnet.onnx": 150,
    "facemesh.onnx": 192,
    "faceres.onnx": 224,
}


@pytest.mark.parametrize("optimised", [True, False])
@pytest.mark.parametrize("name", SIZES)
def test_a_batch_answers_bit_for_bit_as_one_by_one(name: str, optimised: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Six pictures together, in twos and alone."""
    level = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = level.ORT_ENABLE_ALL if optimised else level.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        converted()[name], options, providers=["CPUExecutionProvider"]
    )
    shape = (6, 3, SIZES[name], SIZES[name])
    pictures = np.random.default_rng(6).uniform(-1, 1, shape).astype(np.float32)
    together = session.run(None, {"input": pictures})
    for size in (1, 2):
        for start in range(0, 6, size):
            some = session.run(None, {"input": pictures[start : start + size]})
            for part, whole in zip(some, together, strict=True):
                assert part.tobytes() == whole[start : start + size].tobytes()
