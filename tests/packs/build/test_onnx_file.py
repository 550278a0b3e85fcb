from __future__ import annotations

import numpy as np
import onnx

from lineproof.packs.build.onnx_file import Layer, write_onnx
from lineproof.packs.build.source_answers import run_network


def _double() -> bytes:
    layers = [
        Layer("twice", "Mul", ("input",), (np.array(2, np.float32),)),
        Layer("flat", "Flatten", ("twice",), attrs={"axis": 1}),
    ]
    return write_onnx(layers, graph_name="double", image=(1, 2, 2), outputs={"flat": ("y", (4,))})


def test_a_written_file_runs_under_its_own_names() -> None:
    """Input and output carry the names that were asked for, and the batch is free."""
    picture = np.arange(12, dtype=np.float32).reshape(3, 1, 2, 2)
    found = run_network(_double(), picture)
    assert list(found) == ["y"]
    assert found["y"].tolist() == (2 * picture).reshape(3, 4).tolist()


def test_versions_do_not_come_from_the_installed_onnx() -> None:
    """The versions in the file are ours, so that another onnx writes the same bytes."""
    model = onnx.load_from_string(_double())
    assert (model.ir_version, model.producer_name, model.producer_version) == (8, "lineproof", "1")
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 17)]
    assert _double() == _double()
