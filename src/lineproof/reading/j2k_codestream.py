"""The bounds of a JPEG 2000 codestream (ISO/IEC 15444-1, annex A), found before any is decoded.

A few hundred bytes can ask a decoder for gigabytes: by the size, by many tiles, or by cutting the
picture into millions of code-blocks, precincts and layers. Everything that multiplies is read here
and held against limits that portraits of chips stay far below.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.face.picture import RefusedError, UnreadableCode

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"\xff\x4f\xff\x51"

_SOC, _SIZ, _COD, _COC, _SOT, _SOD, _EOC = 0x4F, 0x51, 0x52, 0x53, 0x90, 0x93, 0xD9
_RGN, _POC, _PPM, _PPT = 0x5E, 0x5F, 0x60, 0x61
# What may change the coding for one part of the picture, or keeps packet headers apart.
_RARE_MAIN = {_POC, _PPM}
_RARE_TILE = {_COD, _COC, _RGN, _POC, _PPT}
# Rsiz: bit 15 is ISO/IEC 15444-2, bit 14 is 15444-15.
_EXTENDED = 0xC000
_EIGHT_BITS = 7
_CHANNELS = (1, 3)
_SIZE = struct.Struct(">HIIIIIIIIH")
_TILE_PART = struct.Struct(">HIBB")
_TILE_PART_LENGTH = 12
_HIGH_THROUGHPUT = 0x40
_PRECINCTS_TOLD = 1
_WHOLE_TILE = 15
_MAX_BLOCK_POWER, _MAX_BLOCK_AREA_POWER = 10, 12

_RARE = "a JPEG 2000 picture of a rare kind"
_MAX_SEGMENTS = 10_000
MAX_SAMPLES = 12_000_000
"""Four million pixels of RGB. A decoder holds two numbers of four bytes for each."""
_MAX_TILES = 1024
_MAX_LEVELS = 12
_MAX_BLOCKS = 300_000
_MAX_PACKETS = 200_000


@dataclass(frozen=True, slots=True)
class Codestream:
    """What the main header says: pixels, and components of 8 bits."""

    width: int
    height: int
    components: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """The picture, and the size of its tiles."""

    picture: Codestream
    tile_width: int
    tile_height: int

    @property
    def tiles(self) -> int:
        """How many tiles there are."""
        across = -(-self.picture.width // self.tile_width)
        return across * -(-self.picture.height // self.tile_height)


@dataclass(frozen=True, slots=True)
class _Style:
    """How a component is cut: levels, code-block powers, and precinct powers per resolution."""

    levels: int
    block: tuple[int, int]
    precincts: tuple[tuple[int, int], ...]


def read(data: bytes) -> Codestream:
    """Read a whole codestream's bounds.

    RefusedError where it is cut, contradicts itself, is of a kind that chips do not hold, or asks
    for more work than the limits above.
    """
    segments = _main_header(data)
    frame = _frame(next(segments)[1])
    styles: dict[int, _Style] = {}
    usual: tuple[int, _Style] | None = None
    at = 0
    for marker, body, at in segments:  # noqa: B007 - where the tiles begin is wanted after
        if marker == _COD:
            if usual is not None:
                raise RefusedError(UnreadableCode.CORRUPT)
            usual = _default_style(body)
        elif marker == _COC:
            component, style = _component_style(body)
            styles[component] = style
        elif marker in _RARE_MAIN:
            raise RefusedError(UnreadableCode.FORMAT_UNSUPPORTED, name=_RARE)
    if usual is None:
        raise RefusedError(UnreadableCode.CORRUPT)
    layers, style = usual
    _bound(frame, layers, [styles.get(each, style) for each in range(frame.picture.components)])
    _check_tiles(data, at, frame.tiles)
    return frame.picture


def _main_header(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield marker, body and end of each segment after SOC, SIZ first, up to the first tile."""
    if not data.startswith(MAGIC):
        raise RefusedError(UnreadableCode.CORRUPT)
    at = 2
    for _ in range(_MAX_SEGMENTS):
        marker, start, end = _segment(data, at)
        if marker == _SOT:
            return
        if marker in (_SOC, _SOD, _EOC) or (marker == _SIZ) != (at == 2):  # noqa: PLR2004
            raise RefusedError(UnreadableCode.CORRUPT)
        yield marker, data[start:end], end
        at = end
    raise RefusedError(UnreadableCode.CORRUPT)


def _segment(data: bytes, at: int) -> tuple[int, int, int]:
    """Read the marker at ``at``: its code, and where its body starts and ends."""
    if at + 4 > len(data):
        raise RefusedError(UnreadableCode.TRUNCATED)
    if data[at] != 0xFF:  # noqa: PLR2004 - every marker begins so
        raise RefusedError(UnreadableCode.CORRUPT)
    marker = data[at + 1]
    if marker in (_SOC, _SOD, _EOC):
        return marker, at + 2, at + 2
    length = int.from_bytes(data[at + 2 : at + 4])
    if length < 2:  # noqa: PLR2004 - a length counts itself
        raise RefusedError(UnreadableCode.CORRUPT)
    if at + 2 + length > len(data):
        raise RefusedError(UnreadableCode.TRUNCATED)
    return marker, at + 4, at + 2 + length


def _frame(body: bytes) -> _Frame:
    """Read SIZ (A.5.1); only what chips hold: 8 bits, whole components, nothing offset."""
    if len(body) < _SIZE.size or len(body) != _SIZE.size + 3 * int.from_bytes(body[34:36]):
        raise RefusedError(UnreadableCode.CORRUPT)
    capabilities, width, height, *rest, components = _SIZE.unpack_from(body)
    left, top, tile_width, tile_height, tile_left, tile_top = rest
    plain = all(
        tuple(body[at : at + 3]) == (_EIGHT_BITS, 1, 1) for at in range(_SIZE.size, len(body), 3)
    )
    usual = components in _CHANNELS and not capabilities & _EXTENDED
    if not (plain and usual) or any((left, top, tile_left, tile_top)):
        raise RefusedError(UnreadableCode.FORMAT_UNSUPPORTED, name=_RARE)
    if not (width and height and tile_width and tile_height):
        raise RefusedError(UnreadableCode.CORRUPT)
    if width * height * components > MAX_SAMPLES:
        raise RefusedError(UnreadableCode.TOO_LARGE, width=width, height=height)
    return _Frame(Codestream(width, height, components), tile_width, tile_height)


def _default_style(body: bytes) -> tuple[int, _Style]:
    """Read COD (A.6.1): how many layers, and how components are cut."""
    if len(body) < 10:  # noqa: PLR2004 - its fixed part
        raise RefusedError(UnreadableCode.CORRUPT)
    return int.from_bytes(body[2:4]), _style(body[5:], body[0])


def _component_style(body: bytes) -> tuple[int, _Style]:
    """Read COC (A.6.2) for one of fewer than 257 components."""
    if len(body) < 7:  # noqa: PLR2004 - its fixed part
        raise RefusedError(UnreadableCode.CORRUPT)
    return body[0], _style(body[2:], body[1])


def _style(body: bytes, flags: int) -> _Style:
    """Read SPcod or SPcoc (tables A.15 to A.21)."""
    levels, across, down, kind = body[0], body[1] + 2, body[2] + 2, body[3]
    if kind & _HIGH_THROUGHPUT:
        raise RefusedError(UnreadableCode.FORMAT_UNSUPPORTED, name=_RARE)
    if max(across, down) > _MAX_BLOCK_POWER or across + down > _MAX_BLOCK_AREA_POWER:
        raise RefusedError(UnreadableCode.CORRUPT)
    if levels > _MAX_LEVELS:
        raise RefusedError(UnreadableCode.FORMAT_UNSUPPORTED, name=_RARE)
    told = body[5:]
    if len(told) != (levels + 1 if flags & _PRECINCTS_TOLD else 0):
        raise RefusedError(UnreadableCode.CORRUPT)
    sizes = tuple((each & 15, each >> 4) for each in told) or ((_WHOLE_TILE, _WHOLE_TILE),) * (
        levels + 1
    )
    if any(0 in size for size in sizes[1:]):
        raise RefusedError(UnreadableCode.CORRUPT)
    return _Style(levels, (across, down), sizes)


def _bound(frame: _Frame, layers: int, styles: list[_Style]) -> None:
    """Hold tiles, code-blocks and packets against the limits."""
    size = frame.picture.width, frame.picture.height
    tile = min(frame.tile_width, size[0]), min(frame.tile_height, size[1])
    blocks = precincts = 0
    for style in styles:
        for resolution in range(style.levels + 1):
            some_blocks, some_precincts = _counts(tile, style, resolution)
            blocks += some_blocks * frame.tiles
            precincts += some_precincts * frame.tiles
    if frame.tiles > _MAX_TILES or blocks > _MAX_BLOCKS or precincts * layers > _MAX_PACKETS:
        raise RefusedError(UnreadableCode.TOO_LARGE, width=size[0], height=size[1])
    if not layers:
        raise RefusedError(UnreadableCode.CORRUPT)


def _counts(tile: tuple[int, int], style: _Style, resolution: int) -> tuple[int, int]:
    """Count code-blocks and precincts of one resolution of one tile (B.6, B.7), at the most."""
    halvings = style.levels - resolution
    blocks, precincts = 1 if resolution == 0 else 3, 1
    for side, block, precinct in zip(tile, style.block, style.precincts[resolution], strict=True):
        pixels = -(-side >> halvings) + 1
        # A tile may begin anywhere between two borders, which makes one more of each.
        precincts *= (pixels >> precinct) + (1 if precinct == _WHOLE_TILE else 2)
        of_band = precinct if resolution == 0 else precinct - 1
        band = pixels if resolution == 0 else -(-pixels >> 1) + 1
        blocks *= (band >> min(block, of_band)) + 2
    return blocks, precincts


def _check_tiles(data: bytes, at: int, tiles: int) -> None:
    """Walk the tile-parts from ``at`` on (A.4.2): whole, nothing rare in them, no tile missing."""
    seen: set[int] = set()
    for _ in range(_MAX_SEGMENTS):
        if at >= len(data) or data[at : at + 2] == bytes((0xFF, _EOC)):
            break
        marker, start, header_end = _segment(data, at)
        if marker != _SOT or header_end != at + _TILE_PART_LENGTH:
            raise RefusedError(UnreadableCode.CORRUPT)
        index, length, _, _ = _TILE_PART.unpack_from(data, start)
        # Length 0 says: to the end of the codestream.
        end = at + length if length else len(data)
        if end > len(data):
            raise RefusedError(UnreadableCode.TRUNCATED)
        _check_part(data, header_end, end)
        seen.add(index)
        at = end
    if any(index >= tiles for index in seen):
        raise RefusedError(UnreadableCode.CORRUPT)
    if len(seen) < tiles:
        raise RefusedError(UnreadableCode.TRUNCATED)


def _check_part(data: bytes, at: int, end: int) -> None:
    """Walk the header of one tile-part to its coded data, which begins before ``end``."""
    for _ in range(_MAX_SEGMENTS):
        marker, _, at = _segment(data, at)
        if at > end or marker in (_SOC, _SIZ, _SOT, _EOC):
            raise RefusedError(UnreadableCode.CORRUPT)
        if marker == _SOD:
            return
        if marker in _RARE_TILE:
            raise RefusedError(UnreadableCode.FORMAT_UNSUPPORTED, name=_RARE)
    raise RefusedError(UnreadableCode.CORRUPT)
