"""The bytes of dlib's serialisation: packed integers, floats, text, tensors and matrices.

Every count is checked against the bytes that are left before anything is allocated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from lineproof.packs.build.fault import MalformedModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEGATIVE, _RESERVED, _LENGTH = 0x80, 0x70, 0x0F
_MAX_INTEGER_BYTES = 8
_TENSOR_VERSION = 2
_FLAGS = (0x30, 0x31)
_SPECIAL_EXPONENT = 32000
"""From this exponent on dlib means infinity or not a number; no weight may be either."""


@dataclass(slots=True)
class Reader:
    """A position in a file; every method reads one value and moves on, or says what is wrong.

    Raises ``MalformedModel`` naming the file, the offset and what was expected there.
    """

    name: str
    data: bytes
    offset: int = 0

    def fail(self, expected: str) -> NoReturn:
        """Raise the fault: ``expected`` was not found at the current offset."""
        raise MalformedModel(f"{self.name}: expected {expected} at byte {self.offset}.")

    def take(self, size: int, expected: str) -> bytes:
        """Return the next ``size`` bytes."""
        if size > len(self.data) - self.offset:
            self.fail(f"{expected} ({size} bytes, {len(self.data) - self.offset} are left)")
        start = self.offset
        self.offset = start + size
        return self.data[start : self.offset]

    def integer(self, expected: str) -> int:
        """Read one packed integer: sign and length in the first byte, then little-endian."""
        data, start = self.data, self.offset
        head = data[start] if start < len(data) else 0
        length = head & _LENGTH
        end = start + 1 + length
        if not 0 < length <= _MAX_INTEGER_BYTES or head & _RESERVED or end > len(data):
            self.fail(f"{expected} (an integer)")
        self.offset = end
        value = int.from_bytes(data[start + 1 : end], "little")
        return -value if head & _NEGATIVE else value

    def exactly(self, value: int, expected: str) -> None:
        """Read one packed integer that must be ``value``."""
        start = self.offset
        if self.integer(expected) != value:
            self.offset = start
            self.fail(f"{expected} {value}")

    def count(self, expected: str, *, at_least_bytes: int) -> int:
        """Read how many items follow, each of which needs ``at_least_bytes`` in this file."""
        start = self.offset
        value = self.integer(expected)
        if not 0 <= value <= (len(self.data) - self.offset) // at_least_bytes:
            self.offset = start
            self.fail(f"{expected} (no more than the file can hold)")
        return value

    def number(self, expected: str) -> float:
        """Read one float: mantissa times two to the exponent, both packed integers."""
        start = self.offset
        mantissa = self.integer(expected)
        exponent = self.integer(expected)
        if abs(exponent) >= _SPECIAL_EXPONENT:
            self.offset = start
            self.fail(f"{expected} (a finite number)")
        try:
            return math.ldexp(mantissa, exponent)
        except OverflowError:
            self.offset = start
            self.fail(f"{expected} (a finite number)")

    def text(self, expected: str) -> str:
        """Read one string: its length, then its bytes."""
        start = self.offset
        raw = self.take(self.count(expected, at_least_bytes=1), expected)
        try:
            return raw.decode("ascii")
        except UnicodeDecodeError:
            self.offset = start
            self.fail(f"{expected} (text)")

    def flag(self, expected: str) -> bool:
        """Read one boolean, stored as the character 0 or 1."""
        raw = self.take(1, expected)
        if raw[0] not in _FLAGS:
            self.offset -= 1
            self.fail(f"{expected} (0 or 1)")
        return raw == b"1"

    def tensor(self, expected: str) -> NDArray[np.float32]:
        """Read one tensor (version 2): four sizes, then little-endian float32."""
        self.exactly(_TENSOR_VERSION, f"{expected}: tensor version")
        start = self.offset
        shape = tuple(self.integer(f"{expected}: a size") for _ in range(4))
        size = 4 * math.prod(shape)
        if min(shape) < 0 or size > len(self.data) - self.offset:
            self.offset = start
            self.fail(f"{expected} (sizes {shape} that the file can hold)")
        values = np.frombuffer(self.take(size, expected), "<f4").astype(np.float32)
        if not np.isfinite(values).all():
            self.offset = start
            self.fail(f"{expected} (finite numbers)")
        return values.reshape(shape)

    def column(self, expected: str, *, rows: int) -> list[float]:
        """Read one matrix of ``rows`` x 1, whose sizes stand there as negative integers."""
        self.exactly(-rows, f"{expected}: rows, as")
        self.exactly(-1, f"{expected}: columns, as")
        return [self.number(expected) for _ in range(rows)]

    def end(self) -> None:
        """Refuse anything left over."""
        if self.offset != len(self.data):
            self.fail("the end of the file")
