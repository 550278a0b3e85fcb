"""Reads a TensorFlow.js graph model: one JSON file of nodes, one binary file of weights."""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from lineproof.packs.build.fault import MalformedModel, UnsupportedGraph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Attr: TypeAlias = "bool | int | float | str | tuple[int, ...] | tuple[str, ...]"

_STORED = {("float32", None): "<f4", ("float32", "float16"): "<f2", ("int32", None): "<i4"}
_MAX_ELEMENTS = 1 << 26


@dataclass(frozen=True, slots=True)
class Node:
    """One operation: its output carries ``name``; ``inputs`` are names of other nodes."""

    name: str
    op: str
    inputs: tuple[str, ...]
    attrs: Mapping[str, Attr]


@dataclass(frozen=True, slots=True)
class SourceGraph:
    """A graph as stored: ``nodes`` by name without constants, ``weights`` float32 or int32."""

    nodes: Mapping[str, Node]
    weights: Mapping[str, NDArray[np.float32] | NDArray[np.int32]]


def read_graph(topology: bytes, weights: bytes) -> SourceGraph:
    """Read ``topology`` (JSON) and ``weights`` (the ``.bin`` file that belongs to it).

    Weights stored as float16 come back as float32. Raises ``MalformedModel`` where either is not
    what the format says and ``UnsupportedGraph`` where it holds what this reader does not know.
    """
    try:
        model = _mapping(json.loads(topology), "the model")
    except (ValueError, RecursionError) as error:
        raise MalformedModel(f"The graph is not readable JSON: {error}.") from error
    stored = _weights(_sequence(model.get("weightsManifest"), "weightsManifest"), weights)
    nodes: dict[str, Node] = {}
    graph = _mapping(model.get("modelTopology"), "modelTopology")
    for entry in _sequence(graph.get("node"), "modelTopology.node"):
        node = _node(_mapping(entry, "a node"))
        if node.op == "Const":
            if node.name not in stored:
                raise MalformedModel(f"Constant {node.name} has no entry in the weights manifest.")
        elif node.name in nodes:
            raise MalformedModel(f"Two nodes are called {node.name}.")
        else:
            nodes[node.name] = node
    return SourceGraph(nodes=nodes, weights=stored)


def _weights(
    manifest: list[Json], data: bytes
) -> dict[str, NDArray[np.float32] | NDArray[np.int32]]:
    found: dict[str, NDArray[np.float32] | NDArray[np.int32]] = {}
    offset = 0
    for group in manifest:
        entries = _sequence(_mapping(group, "a weight group").get("weights"), "weights")
        for entry in entries:
            weight = _mapping(entry, "a weight")
            name = _text(weight.get("name"), "a weight's name")
            found[name], offset = _weight(name, weight, data, offset)
    if offset != len(data):
        raise MalformedModel(f"The weights end at byte {offset}, the file has {len(data)}.")
    return found


def _weight(
    name: str, weight: dict[str, Json], data: bytes, offset: int
) -> tuple[NDArray[np.float32] | NDArray[np.int32], int]:
    shape = _sizes(weight.get("shape"), f"the shape of {name}")
    dtype = _text(weight.get("dtype"), f"the type of {name}")
    packing = weight.get("quantization")
    packed = None if packing is None else _text(_mapping(packing, name).get("dtype"), name)
    stored = _STORED.get((dtype, packed))
    if stored is None:
        raise UnsupportedGraph(f"Weight {name} is stored as {dtype}/{packed}, which is not known.")
    count = math.prod(shape)
    end = offset + count * np.dtype(stored).itemsize
    if count > _MAX_ELEMENTS or end > len(data):
        raise MalformedModel(
            f"Weight {name} needs bytes {offset} to {end}, the file has {len(data)}."
        )
    flat = np.frombuffer(data, dtype=stored, count=count, offset=offset)
    if dtype == "int32":
        return flat.astype(np.int32).reshape(shape), end
    return flat.astype(np.float32).reshape(shape), end


def _node(entry: dict[str, Json]) -> Node:
    name = _text(entry.get("name"), "a node's name")
    op = _text(entry.get("op"), f"the operator of {name}")
    inputs = tuple(
        _text(item, f"an input of {name}").removesuffix(":0")
        for item in _sequence(entry.get("input", []), f"the inputs of {name}")
    )
    attrs = _mapping(entry.get("attr", {}), f"the attributes of {name}")
    if op == "Const":
        return Node(name, op, inputs, {})
    return Node(name, op, inputs, {key: _attr(name, key, attrs[key]) for key in sorted(attrs)})


def _attr(node: str, key: str, stored: Json) -> Attr:
    """Turn one protobuf attribute in its JSON form into a plain value; int64 is text there."""
    fields = _mapping(stored, f"{key} of {node}")
    if len(fields) != 1:
        raise MalformedModel(f"Attribute {key} of {node} is not one value.")
    ((kind, value),) = fields.items()
    if kind == "list":
        return _attr_list(node, key, _mapping(value, f"{key} of {node}"))
    if kind == "shape":
        dims = _sequence(_mapping(value, key).get("dim"), f"{key} of {node}")
        return tuple(_integer(_mapping(dim, key).get("size"), f"{key} of {node}") for dim in dims)
    if kind in ("i", "s", "type", "b", "f"):
        return _scalar(kind, value, f"{key} of {node}")
    raise UnsupportedGraph(f"Attribute {key} of {node} is of the unknown kind {kind}.")


def _scalar(kind: str, value: Json, what: str) -> Attr:
    if kind == "i":
        return _integer(value, what)
    if kind in ("s", "type"):
        return _decoded(value, what) if kind == "s" else _text(value, what)
    if isinstance(value, bool) is not (kind == "b") or not isinstance(value, int | float):
        raise MalformedModel(f"Expected {'true or false' if kind == 'b' else 'a number'}, {what}.")
    return value


def _attr_list(node: str, key: str, fields: dict[str, Json]) -> Attr:
    if not fields:
        return ()
    if set(fields) == {"i"}:
        values = _sequence(fields["i"], f"{key} of {node}")
        return tuple(_integer(value, f"{key} of {node}") for value in values)
    if set(fields) == {"s"}:
        values = _sequence(fields["s"], f"{key} of {node}")
        return tuple(_decoded(value, f"{key} of {node}") for value in values)
    raise UnsupportedGraph(f"Attribute {key} of {node} is a list of {sorted(fields)}.")


def _decoded(value: Json, what: str) -> str:
    try:
        return base64.b64decode(_text(value, what), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise MalformedModel(f"The model's {what} is not readable text.") from error


def _mapping(value: Json, what: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise MalformedModel(f"Expected an object for {what}.")
    return value


def _sequence(value: Json, what: str) -> list[Json]:
    if not isinstance(value, list):
        raise MalformedModel(f"Expected a list for {what}.")
    return value


def _text(value: Json, what: str) -> str:
    if not isinstance(value, str):
        raise MalformedModel(f"Expected text for {what}.")
    return value


def _integer(value: Json, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise MalformedModel(f"Expected a whole number for {what}.")
    try:
        return int(value)
    except ValueError as error:
        raise MalformedModel(f"Expected a whole number for {what}.") from error


def _sizes(value: Json, what: str) -> tuple[int, ...]:
    sizes = tuple(_integer(item, what) for item in _sequence(value, what))
    if any(size < 0 for size in sizes):
        raise MalformedModel(f"Expected sizes of zero or more for {what}.")
    return sizes
