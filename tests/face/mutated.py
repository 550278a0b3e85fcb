"""Damage to picture files, and what must hold of the intake whatever the damage."""

from __future__ import annotations

import contextlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Unreadable
from lineproof.face.image import Header, Limits, Picture, UnreadableCode, decode, read_header
from tests.face.drawn import PNG_MAGIC, chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

SMALL = Limits(file_bytes=1_000_000, pixels=4_000_000, side=4000, min_side=8)
"""Room for damaged sizes, and small enough for thousands of files a minute."""

HEADER = 700
"""Bytes at the start in which sizes and tables stand."""

KINDS = ("set", "flip", "drop", "insert", "repeat", "cut", "splice")
COMMON = ("set", "flip")


@dataclass(frozen=True, slots=True)
class Edit:
    """One damage: ``where`` 0..1 is a place in the file, or in its header."""

    kind: str
    where: float
    header: bool
    length: int
    value: bytes

    def apply(  # noqa: PLR0911 - one a kind
        self, data: bytes, other: bytes
    ) -> bytes:
        """Damage ``data``; a splice goes on with the rest of ``other``."""
        at = int(self.where * (min(len(data), HEADER) if self.header else len(data)))
        head, tail = data[:at], data[at:]
        match self.kind:
            case "set":
                return head + self.value + tail[len(self.value) :]
            case "flip":
                return head + bytes([tail[0] ^ (1 << self.length % 8)]) + tail[1:] if tail else data
            case "cut":
                return head
            case "drop":
                return head + tail[self.length :]
            case "insert":
                return head + self.value + tail
            case "repeat":
                return head + tail[: self.length] + tail
            case _:
                return head + other[int(self.where * len(other)) :]


def random_edits(random: Random) -> list[Edit]:
    """Draw one to six damages."""
    specials = (
        b"\x00",
        b"\xff",
        b"\xff\xd9",
        b"\xff\xda",
        b"\x00\x00\x00\x00",
        b"\xff\xff\xff\xff",
    )
    return [
        Edit(
            kind=random.choice(KINDS if random.random() < 0.3 else COMMON),
            where=random.random(),
            header=random.random() < 0.6,
            length=random.choice((1, 2, 3, 8, 40, 300)),
            value=random.choice((*specials, random.randbytes(random.randint(1, 9)))),
        )
        for _ in range(random.choice((1, 1, 1, 2, 3, 6)))
    ]


def damaged(data: bytes, edits: Sequence[Edit], other: bytes, *, inside: float | None) -> bytes:
    """Apply the edits in turn, to the whole file or ``inside`` 0..1: to one part of it.

    Lengths and checksums round a damaged part are right, so that the damage reaches what lies
    behind their check.
    """
    parts = [] if inside is None else _parts(data)
    if inside is None or not parts:
        return _edited(data, edits, other)
    at = int(inside * len(parts))
    head, tail = b"".join(parts[:at]), b"".join(parts[at + 1 :])
    if data.startswith(PNG_MAGIC):
        return PNG_MAGIC + head + _damaged_chunk(parts[at], edits, other) + tail
    if data.startswith(b"RIFF"):
        contents = _edited(parts[at][8:], edits, other)
        part = parts[at][:4] + len(contents).to_bytes(4, "little") + contents
        body = b"WEBP" + head + part + bytes(len(contents) % 2) + tail
        return b"RIFF" + len(body).to_bytes(4, "little") + body
    contents = _edited(parts[at][4:], edits, other)
    part = parts[at][:2] + (len(contents) % 2**16 + 2).to_bytes(3)[-2:] + contents
    return data[:2] + head + part + tail


def _edited(data: bytes, edits: Sequence[Edit], other: bytes) -> bytes:
    for edit in edits:
        data = edit.apply(data, other)
    return data


def _damaged_chunk(part: bytes, edits: Sequence[Edit], other: bytes) -> bytes:
    kind, contents = part[4:8], part[8:-4]
    if kind == b"IDAT" and edits[0].header:
        # Damage to the rows themselves, which unpacking would otherwise stop.
        # A stream over several chunks is damaged as it is.
        with contextlib.suppress(zlib.error):
            return chunk(kind, zlib.compress(_edited(zlib.decompress(contents), edits, other)))
    return chunk(kind, _edited(contents, edits, other))


def _parts(data: bytes) -> list[bytes]:
    """Take an undamaged PNG, WebP or JPEG apart; empty for other formats.

    The last part of a JPEG is its first scan's header with everything that follows.
    """
    if data.startswith(PNG_MAGIC):
        return _taken_apart(data, 8, lambda at: 12 + int.from_bytes(data[at : at + 4]))
    if data.startswith(b"RIFF"):

        def chunk_length(at: int) -> int:
            length = int.from_bytes(data[at + 4 : at + 8], "little")
            return 8 + length + length % 2

        return _taken_apart(data, 12, chunk_length)
    if data.startswith(b"\xff\xd8"):

        def segment_length(at: int) -> int:
            scan = data[at : at + 2] == b"\xff\xda"
            return len(data) if scan else 2 + int.from_bytes(data[at + 2 : at + 4])

        return _taken_apart(data, 2, segment_length)
    return []


def _taken_apart(data: bytes, at: int, length: Callable[[int], int]) -> list[bytes]:
    parts = []
    while at < len(data):
        parts.append(data[at : at + length(at)])
        at += length(at)
    return parts


def assert_answered(data: bytes, limits: Limits) -> str:
    """Assert that the bytes give a sound picture or a worded refusal; say which."""
    header = read_header(data, limits)
    if isinstance(header, Unreadable):
        return _assert_worded(header)
    codes = {_assert_decoded(data, header, side) for side in (None, 40)}
    return " ".join(sorted(codes))


def _assert_decoded(data: bytes, header: Header, longest_side: int | None) -> str:
    first = decode(data, header, longest_side=longest_side)
    if isinstance(first, Unreadable):
        return _assert_worded(first)
    assert isinstance(first, Picture)
    rows, columns, channels = first.pixels.shape
    assert first.pixels.dtype == np.uint8
    assert channels == 3
    assert abs(rows - header.height * first.scale) < 1
    assert abs(columns - header.width * first.scale) < 1
    assert max(rows, columns) >= min(longest_side or 10**9, header.width, header.height)
    # Same bytes in, same bits out: nothing of another picture may fill what this one lacks.
    np.full(first.pixels.shape, 99, np.uint8)
    again = decode(data, header, longest_side=longest_side)
    assert isinstance(again, Picture)
    assert np.array_equal(first.pixels, again.pixels)
    return "picture"


def _assert_worded(refusal: Unreadable) -> str:
    assert refusal.code in set(UnreadableCode)
    assert refusal.sentence.endswith(".")
    assert "{" not in refusal.sentence
    return refusal.code
