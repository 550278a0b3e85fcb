"""Reads the outline of an ONNX file, to refuse one that reaches for other files on the disk.

An ONNX tensor may keep its numbers in another file, named by a path. A pack's bytes are hashed in
memory, so such a file would be outside the hash. ONNX Runtime follows those paths; this walks the
file (a protocol buffer) and finds them first, without the ``onnx`` package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 32
"""A graph inside a node inside a graph ...: no converter comes near."""

_CHILDREN: Final[dict[str, dict[int, str]]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
"""Field numbers of onnx.proto3 under which a tensor can be reached."""

_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class NotOnnxError(ValueError):
    """The bytes are no protocol buffer of the form that ONNX has."""


def keeps_data_outside(model: bytes) -> bool:
    """Tell whether any tensor of an ONNX file names another file. Raises NotOnnxError."""
    return _outside(memoryview(model), "model", 0)


def _outside(message: memoryview, kind: str, depth: int) -> bool:
    if depth > MAX_DEPTH:
        raise NotOnnxError("graphs are nested too deeply")
    for field, value in _fields(message):
        if kind == "tensor" and (field == _EXTERNAL_DATA or (field == _DATA_LOCATION and value)):
            return True
        child = _CHILDREN[kind].get(field)
        if (
            child is not None
            and isinstance(value, memoryview)
            and _outside(value, child, depth + 1)
        ):
            return True
    return False


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Give each field's number and its value: a number, or the bytes it holds."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        field, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            number, at = _varint(message, at)
            yield field, number
            continue
        if wire == _BYTES:
            length, at = _varint(message, at)
        elif wire in (_FIXED32, _FIXED64):
            length = 4 if wire == _FIXED32 else 8
        else:
            raise NotOnnxError("an unknown wire type")
        if length > len(message) - at:
            raise NotOnnxError("a field ends behind the end")
        yield field, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the top bit says that another byte follows
            return number, at
    raise NotOnnxError("a number does not end")
