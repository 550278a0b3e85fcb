from __future__ import annotations

import numpy as np
import onnx
import pytest

from lineproof.packs.build.fault import UnsupportedGraph
from lineproof.packs.build.source_answers import run_network
from lineproof.packs.build.tfjs import convert
from lineproof.packs.build.tfjs_source import read_graph
from tests.packs.build.pinned import converted, source
from tests.packs.build.tiny import WINDOW, model, node, operators

CONV = node("conv", "Conv2D", ["x", "w"], **WINDOW)
POOL = node("mean", "Mean", ["conv", "axes"], Tidx="DT_INT32", keep_dims=False)
HEAD = node("head", "Relu", ["mean"])
WEIGHTS = {
    "w": np.arange(24, dtype=np.float32).reshape(2, 2, 2, 3) - 9,
    "axes": np.array([1, 2]),
    "unused": np.ones(5, np.float32),
}


def _convert(outputs: dict[str, str], *, rooted: bool = False) -> bytes:
    graph = read_graph(*model((4, 4, 2), [CONV, POOL, HEAD], WEIGHTS))
    return convert(graph, graph_name="tiny", outputs=outputs, rooted=rooted)


def test_what_no_output_needs_is_not_written() -> None:
    """A graph cut in the middle leaves no node, weight or name of what came behind."""
    content = _convert({"mean": "features"})
    assert operators(content) == ["Conv", "GlobalAveragePool", "Reshape"]
    assert b"head" not in content
    assert b"unused" not in content


def test_the_batch_is_free_and_each_image_is_answered_alone() -> None:
    """Two images give what each gives by itself, though the source fixed a batch of one."""
    images = np.random.default_rng(3).normal(size=(2, 2, 4, 4)).astype(np.float32)
    content = _convert({"mean": "features"})
    both = run_network(content, images)["features"]
    alone = [run_network(content, image[None])["features"] for image in images]
    assert both.shape == (2, 3)
    assert np.array_equal(both, np.concatenate(alone))
    assert not np.array_equal(both[0], both[1])


def test_the_root_is_taken_last() -> None:
    """With a root the output is the root of what it was, and there is one step more."""
    image = np.ones((1, 2, 4, 4), np.float32)
    plain = run_network(_convert({"head": "features"}), image)["features"]
    content = _convert({"head": "features"}, rooted=True)
    assert operators(content)[-1] == "Sqrt"
    assert plain.max() > 1
    assert np.array_equal(run_network(content, image)["features"], np.sqrt(plain))


def test_refuses_a_root_of_two_outputs() -> None:
    """Which of them would be the root cannot be said."""
    with pytest.raises(UnsupportedGraph, match="one output"):
        _convert({"mean": "features", "head": "other"}, rooted=True)


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ({"nowhere": "y"}, "no node called nowhere"),
        ({"conv": "y"}, "still an image"),
        ({"mean": "y", "head": "z", "x": "w"}, "still an image"),
    ],
)
def test_refuses_outputs_that_cannot_leave(outputs: dict[str, str], words: str) -> None:
    """An output must exist and be in the source's own order."""
    with pytest.raises(UnsupportedGraph, match=words):
        _convert(outputs)


def test_refuses_a_graph_that_runs_in_a_circle() -> None:
    """Two nodes that wait for each other are named, not followed for ever."""
    circle = [node("a", "AddV2", ["x", "b"]), node("b", "Relu", ["a"])]
    graph = read_graph(*model((2, 2, 1), circle, {}))
    with pytest.raises(UnsupportedGraph, match="no converted node"):
        convert(graph, graph_name="tiny", outputs={"b": "y"})


def test_the_same_source_gives_the_same_bytes() -> None:
    """Nothing but the source decides the file's bytes."""
    assert _convert({"mean": "features"}) == _convert({"mean": "features"})


def test_faceres_has_no_trait_heads() -> None:
    """Age and gender of the source are not in our file: no name, no node, no weight."""
    traits = ("feats", "age_pred", "gender_pred")
    graph = read_graph(source("faceres.json"), source("faceres.bin"))
    assert all(any(trait in name for name in graph.weights) for trait in traits)
    content = converted()["faceres.onnx"]
    built = onnx.load_from_string(content).graph
    assert [output.name for output in built.output] == ["features"]
    assert {step.op_type for step in built.node} == {
        "Clip",
        "Conv",
        "Sqrt",
        "GlobalAveragePool",
        "Reshape",
    }
    names = [step.name for step in built.node] + [value.name for value in built.initializer]
    assert not [name for name in names if any(trait in name for trait in traits)]
    for name, weight in graph.weights.items():
        if any(trait in name for trait in traits) and weight.size > 16:
            assert weight.astype("<f4").tobytes() not in content
            assert weight.T.astype("<f4").tobytes() not in content
