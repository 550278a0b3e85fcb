from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.packs.build.dlib_dat import Reader
from lineproof.packs.build.fault import MalformedModel
from tests.packs.build.tiny import number, packed, tensor, text


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_integers_come_back(value: int) -> None:
    """Sign, length and bytes of a packed integer."""
    reader = Reader("f", packed(value))
    assert reader.integer("a number") == value
    reader.end()


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_floats_come_back(value: float) -> None:
    """A float32 is a mantissa of 24 bits and an exponent: nothing is lost."""
    assert Reader("f", number(value)).number("a number") == value


def test_text_flags_and_tensors_come_back() -> None:
    """One after the other, each leaving the reader at the next."""
    values = np.array([[1.5, -2.0, 3.25]], np.float32)
    reader = Reader("f", text("con_4") + b"01" + tensor(values))
    assert reader.text("a name") == "con_4"
    assert [reader.flag("a flag"), reader.flag("a flag")] == [False, True]
    assert np.array_equal(reader.tensor("a tensor"), values.reshape(1, 3, 1, 1))
    reader.end()


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"", "integer"),
        (b"\x00", "integer"),
        (b"\x09" + bytes(9), "integer"),
        (b"\x11\x01", "integer"),
        (b"\x04\x01\x02", "integer"),
        (b"\x01", "integer"),
        (packed(5) + packed(32000), "number"),
        (packed(5) + packed(-32001), "number"),
        (packed(1 << 40) + packed(20_000), "number"),
        (packed(-1) + b"a", "text"),
        (packed(2**62) + b"a", "text"),
        (packed(3) + b"ab", "text"),
        (packed(1) + b"\xff", "text"),
        (b"2", "flag"),
        (b"", "flag"),
        (packed(1) + packed(1) * 4 + bytes(4), "tensor"),
        (packed(2) + packed(1) * 3, "tensor"),
        (packed(2) + packed(2**60) * 4, "tensor"),
        (packed(2) + packed(-1) * 2 + packed(1) * 2 + bytes(4), "tensor"),
        (packed(2) + packed(1) * 4 + bytes(3), "tensor"),
        (packed(2) + packed(1) * 4 + struct.pack("<f", float("nan")), "tensor"),
        (packed(2) + packed(1) * 4 + struct.pack("<f", float("inf")), "tensor"),
    ],
)
def test_refuses_what_it_cannot_be(data: bytes, read: str) -> None:
    """File, expectation and offset are named; a huge count is refused, not allocated."""
    with pytest.raises(MalformedModel, match=r"model\.dat: expected the thing.* at byte \d+"):
        getattr(Reader("model.dat", data), read)("the thing")


def test_refuses_leftovers() -> None:
    """What nobody read means that something else was read wrongly."""
    with pytest.raises(MalformedModel, match="expected the end of the file at byte 0"):
        Reader("f", b"x").end()


def test_counts_are_held_against_the_bytes_that_are_left() -> None:
    """Ten items of four bytes do not fit into 39."""
    data = packed(10) + bytes(40)
    assert Reader("f", data).count("items", at_least_bytes=4) == 10
    with pytest.raises(MalformedModel, match="more than the file can hold"):
        Reader("f", data[:-1]).count("items", at_least_bytes=4)
