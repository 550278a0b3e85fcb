from __future__ import annotations

import struct

import numpy as np
import pytest

from lineproof.face.formats.exif import orientation, turn_upright
from tests.face.drawn import drawing, oriented


def block(order: str, *, tag: int = 0x0112, kind: int = 3, value: int = 6, at: int = 8) -> bytes:
    """Make an EXIF block of one entry."""
    sign = "<" if order == "II" else ">"
    head = order.encode() + struct.pack(sign + "HI", 42, at)
    entry = struct.pack(sign + "HHIHH", tag, kind, 1, value, 0)
    return head + struct.pack(sign + "H", 1) + entry + bytes(4)


@pytest.mark.parametrize("order", ["II", "MM"])
def test_both_byte_orders_are_read(order: str) -> None:
    """Intel and Motorola order give the same number, with the prefix and without."""
    assert orientation(block(order)) == 6
    assert orientation(b"Exif\x00\x00" + block(order)) == 6


def test_the_entry_is_found_among_others() -> None:
    """Cameras write many entries before it."""
    assert orientation(oriented(8)) == 8


@pytest.mark.parametrize(
    "exif",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"Exif\x00\x00", id="prefix alone"),
        pytest.param(b"II*\x00", id="cut"),
        pytest.param(block("II")[:-8], id="entry cut"),
        pytest.param(block("XX".replace("X", "I"), value=0), id="zero"),
        pytest.param(block("MM", value=9), id="nine"),
        pytest.param(block("MM", kind=2), id="text"),
        pytest.param(block("MM", tag=0x0110), id="another tag"),
        pytest.param(block("MM", at=4_000_000_000), id="directory outside"),
        pytest.param(b"XX" + block("MM")[2:], id="no byte order"),
    ],
)
def test_broken_blocks_leave_the_picture_as_it_is(exif: bytes) -> None:
    """An orientation that cannot be read is upright, never a refusal."""
    assert orientation(exif) == 1


def test_turning_keeps_every_pixel() -> None:
    """Eight turns, eight different pictures of the same pixels."""
    stored = drawing(40, 24)
    turned = [turn_upright(stored, number) for number in range(1, 9)]
    assert [picture.shape[0] for picture in turned] == [24] * 4 + [40] * 4
    assert len({picture.tobytes() for picture in turned}) == 8
    for picture in turned:
        assert np.array_equal(np.sort(picture.reshape(-1)), np.sort(stored.reshape(-1)))
