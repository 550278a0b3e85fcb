from __future__ import annotations

import json

import numpy as np
import pytest

from lineproof.packs.build.fault import MalformedModel, UnsupportedGraph
from lineproof.packs.build.tfjs_source import read_graph
from tests.packs.build.tiny import model, node


def test_reads_weights_of_every_stored_kind_in_their_order() -> None:
    """Float32, float16 and int32 follow each other in one file without gaps."""
    halves = np.array([[0.5, -2.0], [65504.0, 0.333]], np.float32)
    weights = {"a": np.array([1.5, 2.5], np.float32), "h": halves, "i": np.array([-7])}
    graph = read_graph(*model((1, 1, 1), [], weights, half=["h"]))
    assert graph.weights["a"].tolist() == [1.5, 2.5]
    assert graph.weights["h"].dtype == np.float32
    assert graph.weights["h"].tolist() == halves.astype(np.float16).astype(np.float32).tolist()
    assert graph.weights["i"].tolist() == [-7]
    assert graph.weights["i"].dtype == np.int32


def test_reads_attributes_of_every_kind() -> None:
    """Lists, text in base64, numbers in text and booleans come out plain."""
    step = node("a", "Conv2D", ["x:0"], strides=[1, 2, 2, 1], padding="SAME", fast=True, n=3)
    graph = read_graph(*model((1, 1, 1), [step], {}))
    assert graph.nodes["a"].inputs == ("x",)
    assert graph.nodes["a"].attrs == {
        "T": "DT_FLOAT",
        "fast": True,
        "n": 3,
        "padding": "SAME",
        "strides": (1, 2, 2, 1),
    }
    assert graph.nodes["x"].attrs["shape"] == (1, 1, 1, 1)


@pytest.mark.parametrize("cut", [1, 4, 9])
def test_refuses_weights_that_end_too_early(cut: int) -> None:
    """A cut-off weights file names the weight and the bytes it needs."""
    topology, binary = model((1, 1, 1), [], {"w": np.arange(3, dtype=np.float32)})
    with pytest.raises(MalformedModel, match="Weight w needs bytes 0 to 12"):
        read_graph(topology, binary[:-cut])


def test_refuses_weights_that_go_on_too_long() -> None:
    """Bytes that no weight claims mean that the two files do not belong together."""
    topology, binary = model((1, 1, 1), [], {"w": np.arange(3, dtype=np.float32)})
    with pytest.raises(MalformedModel, match="end at byte 12, the file has 13"):
        read_graph(topology, binary + b"\0")


@pytest.mark.parametrize("shape", [[1 << 40, 1 << 40], [-1, -3], ["many"], "wide", [True], None])
def test_refuses_shapes_that_no_weight_has(shape: object) -> None:
    """A huge, negative or wordy shape is refused before anything is allocated."""
    topology, binary = model((1, 1, 1), [], {"w": np.arange(3, dtype=np.float32)})
    changed = json.loads(topology)
    changed["weightsManifest"][0]["weights"][0]["shape"] = shape
    with pytest.raises(MalformedModel):
        read_graph(json.dumps(changed).encode(), binary)


def test_refuses_weights_packed_in_an_unknown_way() -> None:
    """Eight-bit weights would need a scale that this reader does not apply."""
    topology, binary = model((1, 1, 1), [], {"w": np.arange(3, dtype=np.float32)})
    changed = json.loads(topology)
    changed["weightsManifest"][0]["weights"][0]["quantization"] = {"dtype": "uint8", "scale": 1}
    with pytest.raises(UnsupportedGraph, match="float32/uint8"):
        read_graph(json.dumps(changed).encode(), binary)


@pytest.mark.parametrize(
    "topology",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b"{}",
        b'{"weightsManifest": [], "modelTopology": {"node": [{}]}}',
        b'{"weightsManifest": [], "modelTopology": {"node": [{"name": "c", "op": "Const"}]}}',
        (
            b'{"weightsManifest": [], "modelTopology": {"node": [{"name": "c", "op": "A"},'
            b'{"name": "c", "op": "B"}]}}'
        ),
        (
            b'{"weightsManifest": [], "modelTopology": {"node": [{"name": "c", "op": "A",'
            b'"attr": {"T": {"type": "a", "b": true}}}]}}'
        ),
        (
            b'{"weightsManifest": [], "modelTopology": {"node": [{"name": "c", "op": "A",'
            b'"attr": {"T": {"s": "not base64!"}}}]}}'
        ),
    ],
)
def test_refuses_a_topology_that_is_none(topology: bytes) -> None:
    """Whatever is wrong with the JSON is a fault with a sentence, not a stray exception."""
    with pytest.raises(MalformedModel):
        read_graph(topology, b"")
