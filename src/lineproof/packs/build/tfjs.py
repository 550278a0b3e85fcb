"""Converts the TensorFlow.js graphs of the default pack into ONNX, channels first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.packs.build.fault import UnsupportedGraph
from lineproof.packs.build.fold import folded
from lineproof.packs.build.onnx_file import Layer, write_onnx
from lineproof.packs.build.tfjs_draft import INPUT, Draft, unsupported
from lineproof.packs.build.tfjs_ops import add_input, add_node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineproof.packs.build.tfjs_source import Node, SourceGraph


def convert(
    graph: SourceGraph,
    *,
    graph_name: str,
    outputs: Mapping[str, str],
    rooted: bool = False,
) -> bytes:
    """Convert what ``outputs`` (source node to ONNX output name) need, and nothing else, to ONNX.

    The ONNX input is ``input``, (N, channels, height, width) float32; every output has N first
    and then the source's own order of elements. With ``rooted`` the only output, which is never
    negative, leaves as its square root. Raises ``UnsupportedGraph`` naming node and operator for
    anything that is not converted exactly.
    """
    draft = Draft(graph)
    source: tuple[int, ...] | None = None
    for node in _needed(graph, list(outputs)):
        if node.op == "Placeholder":
            if source is not None:
                raise unsupported(node, "a second input")
            source = add_input(draft, node)
        else:
            add_node(draft, node)
    if source is None:
        raise UnsupportedGraph(f"The outputs {sorted(outputs)} do not depend on any input.")
    leaving = _leaving(draft, outputs)
    if rooted:
        leaving = _rooted(draft, leaving)
    return write_onnx(
        folded(draft.layers, keep=set(leaving)),
        graph_name=graph_name,
        image=(source[0], source[1], source[2]),
        outputs=leaving,
    )


def _leaving(draft: Draft, outputs: Mapping[str, str]) -> dict[str, tuple[str, tuple[int, ...]]]:
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for source, outside in outputs.items():
        tensor = draft.tensors[source]
        if tensor.image:
            raise UnsupportedGraph(f"Output {source} is still an image; its order would change.")
        if tensor.layer in found or tensor.layer == INPUT:
            raise UnsupportedGraph(f"Output {source} is the same value as another one.")
        found[tensor.layer] = (outside, tensor.shape)
    return found


def _rooted(
    draft: Draft, leaving: Mapping[str, tuple[str, tuple[int, ...]]]
) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Take the square root of features: a cosine of roots is the Hellinger kernel of features.

    It keeps the few large ones from drowning the others (Arandjelovic and Zisserman, "Three things
    everyone should know to improve object retrieval", CVPR 2012, RootSIFT).
    """
    if len(leaving) != 1:
        raise UnsupportedGraph("A root can be taken of one output only.")
    ((layer, named),) = leaving.items()
    draft.layers.append(Layer("rooted", "Sqrt", (layer,)))
    return {"rooted": named}


def _needed(graph: SourceGraph, wanted: Sequence[str]) -> list[Node]:
    """Every node that ``wanted`` depends on, each behind what it reads."""
    order: dict[str, Node] = {}
    entered: set[str] = set()
    stack = [(name, False) for name in reversed(wanted)]
    while stack:
        name, complete = stack.pop()
        node = graph.nodes.get(name)
        if node is None:
            raise UnsupportedGraph(f"The graph has no node called {name}.")
        if complete:
            order.setdefault(name, node)
        elif name not in entered:
            entered.add(name)
            stack.append((name, True))
            stack += [(i, False) for i in reversed(node.inputs) if i not in graph.weights]
    return list(order.values())
