"""Starts a network of RapidOCR's wheel in ONNX Runtime: one thread, no memory beyond its need."""

from __future__ import annotations

from typing import Any

import onnxruntime


def start_session(content: bytes) -> Any:  # noqa: ANN401 - ONNX Runtime has no types
    """Start a network from a file's bytes, which the session does not keep."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Lines differ in width, so that a plan of memory serves no second one; plans took 15 MB.
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    # It keeps the file's bytes, 10 to 21 MB, to start again on another provider; we have one.
    session._model_bytes = None  # noqa: SLF001 - its own comment calls keeping them bad
    return session
