"""Hand-made JPEG 2000 codestreams (ISO/IEC 15444-1, annex A) that say whatever a test wants."""

from __future__ import annotations

import struct

RARELY_DEEP = 88
"""Coding passes of a code-block in thirty bit-planes, the most that OpenJPEG decodes."""


def segment(marker: int, body: bytes) -> bytes:
    """Write a marker segment."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def size(  # noqa: PLR0913 - the segment has as many fields
    width: int,
    height: int,
    components: int = 3,
    *,
    tile: tuple[int, int] | None = None,
    offsets: tuple[int, int, int, int] = (0, 0, 0, 0),
    sample: tuple[int, int, int] = (7, 1, 1),
    capabilities: int = 0,
) -> bytes:
    """Write SIZ."""
    across, down = tile or (width, height)
    left, top, tile_left, tile_top = offsets
    sides = width, height, left, top, across, down, tile_left, tile_top
    body = struct.pack(">H8IH", capabilities, *sides, components)
    return segment(0x51, body + bytes(sample) * components)


def coding(
    levels: int = 5,
    layers: int = 1,
    *,
    block: tuple[int, int] = (4, 4),
    precincts: bytes = b"",
    kind: int = 0,
) -> bytes:
    """Write COD; ``block`` are powers of two less two."""
    head = struct.pack(">BBHB", bool(precincts), 0, layers, 0)
    return segment(0x52, head + bytes([levels, *block, kind, 1]) + precincts)


def steps(levels: int = 5) -> bytes:
    """Write QCD for reversible coding of 8 bits."""
    return segment(0x5C, bytes([2 << 5]) + bytes([8 << 3]) * (1 + 3 * levels))


def tile_part(index: int, body: bytes, header: bytes = b"", length: int | None = None) -> bytes:
    """Write one tile-part with its header."""
    whole = 14 + len(header) + len(body) if length is None else length
    return segment(0x90, struct.pack(">HIBB", index, whole, 0, 1)) + header + b"\xff\x93" + body


def stream(*header: bytes, tiles: tuple[bytes, ...] = (bytes(4000),)) -> bytes:
    """Write a codestream of a main header and one part for each tile."""
    parts = (tile_part(index, body) for index, body in enumerate(tiles))
    return b"\xff\x4f" + b"".join(header) + b"".join(parts) + b"\xff\xd9"


def deep(width: int, height: int) -> bytes:
    """Write a picture whose every code-block has all coding passes there can be, and no data.

    Four bytes ask for 88 passes over 4096 samples: the most work that can be had for a byte.
    """
    blocks = -(-width // 64) * -(-height // 64) * 3
    # Not empty, included, no bit-plane missing, passes (B.10.6), three length bits, no bytes.
    packet = f"111{0b1111:04b}{0b11111:05b}{RARELY_DEEP - 37:07b}0{0:09b}"
    # A byte of ones is followed by a bit of zero (B.10.1).
    packet = f"{packet[:8]}0{packet[8:]}"
    packed = int(packet.ljust(32, "0"), 2).to_bytes(4)
    header = size(width, height), coding(0, precincts=b"\x66"), segment(0x5C, b"\xe0\xb8")
    return stream(*header, tiles=(packed * blocks,))
