"""Osmocom's control interface: GET and SET of variables over TCP, within a bounded time.

Protocol: OsmoHLR User Manual, "Osmocom Control Interface". A message is two bytes of length (big
endian, of what follows the third byte), 0xEE, 0x00 and a line of ASCII such as
``GET 7 subscriber.by-imsi-901700000000001.info``.
"""

from __future__ import annotations

import re
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lineproof.ports import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

_OSMO: Final = 0xEE
_CTRL: Final = 0x00
_LONGEST_REPLY: Final = 4096
"""Bytes. What is asked for here is answered in less than 400."""
_VARIABLE: Final = re.compile(r"[a-z0-9.-]+", re.ASCII)
_VALUE: Final = re.compile(r"[a-z0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class ControlError:
    """The program understood and says no, in its own words."""

    words: str


@contextmanager
def control_connection(host: str, port: int, *, deadline: float) -> Iterator[ControlConnection]:
    """Open a connection that must have done its work at ``deadline`` (of time.monotonic).

    Raises Unavailable where nobody answers, also from within the block.
    """
    try:
        with socket.create_connection((host, port), timeout=_left(deadline)) as stream:
            yield ControlConnection(stream, deadline)
    except TimeoutError as late:
        raise Unavailable("network_timeout") from late
    except OSError as broken:
        raise Unavailable("network_unreachable") from broken


class ControlConnection:
    """One connection, one question at a time."""

    def __init__(self, stream: socket.socket, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline
        self._asked = 0

    def get(self, variable: str) -> str | ControlError:
        """Give the value of a variable."""
        return self._ask("GET", variable, "")

    def set(self, variable: str, value: str) -> str | ControlError:
        """Set a variable; give what the program says to it, usually ``OK``."""
        if _VALUE.fullmatch(value) is None:
            raise ValueError("a value holds digits and small letters only")
        return self._ask("SET", variable, f" {value}")

    def _ask(self, verb: str, variable: str, tail: str) -> str | ControlError:
        # A space or a line's end in a name would be read as another part of the message.
        if _VARIABLE.fullmatch(variable) is None:
            raise ValueError("a variable's name holds digits, small letters, dots and dashes only")
        self._asked += 1
        number = str(self._asked)
        self._send(f"{verb} {number} {variable}{tail}".encode("ascii"))
        while True:
            kind, _, rest = self._receive().partition(" ")
            if kind == "TRAP":
                # News that nobody here asked for. They end at the deadline at the latest.
                continue
            answered, _, rest = rest.partition(" ")
            if answered != number:
                raise Unavailable("network_unreadable")
            if kind == "ERROR":
                return ControlError(rest)
            named, _, value = rest.partition(" ")
            if kind != f"{verb}_REPLY" or named != variable:
                raise Unavailable("network_unreadable")
            return value

    def _send(self, text: bytes) -> None:
        self._stream.settimeout(_left(self._deadline))
        head = (len(text) + 1).to_bytes(2, "big") + bytes((_OSMO, _CTRL))
        self._stream.sendall(head + text)

    def _receive(self) -> str:
        head = self._exactly(3)
        length = int.from_bytes(head[:2], "big")
        if head[2] != _OSMO or not 1 <= length <= _LONGEST_REPLY:
            raise Unavailable("network_unreadable")
        content = self._exactly(length)
        if content[0] != _CTRL or not content.isascii():
            raise Unavailable("network_unreadable")
        return content[1:].decode("ascii")

    def _exactly(self, length: int) -> bytes:
        content = b""
        while len(content) < length:
            self._stream.settimeout(_left(self._deadline))
            part = self._stream.recv(length - len(content))
            if not part:
                raise Unavailable("network_hung_up")
            content += part
        return content


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise Unavailable("network_timeout")
    return left
