from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from lineproof.packs.onnx_scan import NotOnnxError, keeps_data_outside
from tests.packs import tiny

if TYPE_CHECKING:
    from onnx import FunctionProto, GraphProto, NodeProto

WEIGHT = numpy_helper.from_array(np.ones(4, dtype=np.float32), "w")


def _outside() -> TensorProto:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4])
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../secret"
    return tensor


def _graph(nodes: list[NodeProto], stored: list[TensorProto]) -> GraphProto:
    given_ = helper.make_tensor_value_info("x", TensorProto.FLOAT, [4])
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])
    return helper.make_graph(nodes, "g", [given_], [made], stored)


def _model(graph: GraphProto, **more: object) -> bytes:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], **more)
    return bytes(model.SerializeToString())


def _add() -> NodeProto:
    return helper.make_node("Add", ["x", "w"], ["y"])


def _constant(tensor: TensorProto) -> NodeProto:
    return helper.make_node("Constant", [], ["w"], value=tensor)


def _branch(tensor: TensorProto) -> NodeProto:
    made = helper.make_tensor_value_info("w", TensorProto.FLOAT, [4])
    graph = helper.make_graph([_constant(tensor)], "branch", [], [made])
    return helper.make_node("If", ["x"], ["w"], then_branch=graph, else_branch=graph)


def _function(tensor: TensorProto) -> FunctionProto:
    opset = [helper.make_opsetid("", 17)]
    return helper.make_function("own", "f", [], ["w"], [_constant(tensor)], opset)


def _sparse(tensor: TensorProto) -> NodeProto:
    indices = numpy_helper.from_array(np.arange(4), "i")
    value = helper.make_sparse_tensor(tensor, indices, [4])
    return helper.make_node("Constant", [], ["w"], sparse_value=value)


@pytest.mark.parametrize("place", ["initializer", "constant", "branch", "function", "sparse"])
def test_data_outside_is_found_wherever_a_tensor_may_stand(place: str) -> None:
    """And the same file with its data inside is passed."""

    def build(tensor: TensorProto) -> bytes:
        if place == "initializer":
            return _model(_graph([_add()], [tensor]))
        if place == "function":
            return _model(_graph([_add()], []), functions=[_function(tensor)])
        made = {"constant": _constant, "branch": _branch, "sparse": _sparse}[place](tensor)
        return _model(_graph([made, _add()], []))

    assert keeps_data_outside(build(_outside()))
    assert not keeps_data_outside(build(WEIGHT))


@pytest.mark.parametrize("mark", ["location", "entry"])
def test_either_mark_of_data_outside_is_enough(mark: str) -> None:
    """A reader may go by the one or by the other."""
    tensor = _outside()
    tensor.ClearField("external_data" if mark == "location" else "data_location")
    assert keeps_data_outside(_model(_graph([_add()], [tensor])))


def test_graphs_nested_without_end_are_refused() -> None:
    """A file may not make the walk overflow."""
    node = _constant(WEIGHT)
    made = helper.make_tensor_value_info("w", TensorProto.FLOAT, [4])
    for _ in range(12):
        graph = helper.make_graph([node], "branch", [], [made])
        node = helper.make_node("If", ["x"], ["w"], then_branch=graph)
    with pytest.raises(NotOnnxError):
        keeps_data_outside(_model(_graph([node], [])))


@pytest.mark.parametrize("raw", [b"\x3a\xff", b"\xff" * 20, b"\x3b", b"\x39\x00", b"\x80"])
def test_what_is_no_protocol_buffer_is_refused(raw: bytes) -> None:
    """Lengths behind the end, numbers without end, wire types that ONNX does not use."""
    with pytest.raises(NotOnnxError):
        keeps_data_outside(raw)


@given(st.data())
def test_no_mutation_makes_the_walk_fail_otherwise(data: st.DataObject) -> None:
    """Whatever the bytes, the answer is yes, no or NotOnnxError."""
    raw = bytearray(tiny.embedder())
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    with suppress(NotOnnxError):
        keeps_data_outside(bytes(raw[:cut]))
