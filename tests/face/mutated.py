"""Damage to picture files, and what must hold of the intake whatever the damage."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Unreadable
from lineproof.face.image import Header, Limits, Picture, UnreadableCode, decode, read_header
from tests.face.drawn import PNG_MAGIC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

SMALL = Limits(file_bytes=1_000_000, pixels=4_000_000, side=4000, min_side=8)
"""Room for damaged sizes, and small enough for thousands of files a minute."""

HEADER = 700
"""Bytes at the start in which sizes and tables stand."""

KINDS = ("set", "flip", "cut", "drop", "insert", "repeat", "splice")


@dataclass(frozen=True, slots=True)
class Edit:
    """One damage: ``where`` 0..1 is a place in the file, or in its header."""

    kind: str
    where: float
    header: bool
    length: int
    value: bytes

    def apply(self, data: bytes, other: bytes) -> bytes:
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
    specials = (b"\x00", b"\xff", b"\xff\xd9", b"\xff\xda", b"\x00\x00\x00\x00", b"\xff\xff\xff\xff")
    return [
        Edit(
            kind=random.choice(KINDS),
            where=random.random(),
            header=random.random() < 0.6,
            length=random.choice((1, 2, 3, 8, 40, 300)),
            value=random.choice((*specials, random.randbytes(random.randint(1, 9)))),
        )
        for _ in range(random.choice((1, 1, 1, 2, 3, 6)))
    ]


def damaged(data: bytes, edits: Sequence[Edit], other: bytes, *, repair: bool) -> bytes:
    """Apply the edits in turn; ``repair`` makes a PNG's checksums right again afterwards."""
    for edit in edits:
        data = edit.apply(data, other)
    return _repaired(data) if repair and data.startswith(PNG_MAGIC) else data


def _repaired(data: bytes) -> bytes:
    """Write right checksums, so that the damage reaches what lies behind their check."""
    parts, at = [PNG_MAGIC], len(PNG_MAGIC)
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4])
        parts += [data[at:end], zlib.crc32(data[at + 4 : end]).to_bytes(4)]
        at = end + 4
    return b"".join([*parts, data[at:]])


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
    assert (first.pixels.dtype, channels) == (np.uint8, 3)
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
