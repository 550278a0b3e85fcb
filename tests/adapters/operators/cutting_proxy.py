"""Stands between an operator and the register, and hangs up where a test says."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class CuttingProxy:
    """Passes commands on one at a time; hangs up at the ``cut_at``-th, from 0, if it is there.

    ``after`` False hangs up before the register hears the command, True before its answer is
    passed back. ``between`` is called whenever the register has answered.
    """

    def __init__(self, upstream: tuple[str, int], between: Callable[[], None]) -> None:
        self.upstream, self.between = upstream, between
        self.cut_at: int | None = None
        self.after = False
        self.commands: list[str] = []
        self.broken: list[BaseException] = []
        self.listener = socket.create_server(("127.0.0.1", 0))

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        port: int = self.listener.getsockname()[1]
        return port

    def serve(self) -> None:
        """Serve connections until the listener is closed."""
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            with near, socket.create_connection(self.upstream, timeout=5) as far:
                try:
                    self._pass_on(near, far)
                except BaseException as broken:  # noqa: BLE001 - the test's thread raises it
                    self.broken.append(broken)

    def _pass_on(self, near: socket.socket, far: socket.socket) -> None:
        number = 0
        while (command := message(near)) is not None:
            cut = number == self.cut_at
            self.commands.append(command[4:].decode())
            if cut and not self.after:
                return
            far.sendall(command)
            answer = message(far)
            assert answer is not None
            self.between()
            if cut:
                return
            near.sendall(answer)
            number += 1


def message(stream: socket.socket) -> bytes | None:
    """Read one message whole, with its head; None where the other side hung up."""
    head = _exactly(stream, 3)
    if head is None:
        return None
    content = _exactly(stream, int.from_bytes(head[:2], "big"))
    return None if content is None else head + content


def _exactly(stream: socket.socket, length: int) -> bytes | None:
    content = b""
    while len(content) < length:
        try:
            part = stream.recv(length - len(content))
        except OSError:
            return None
        if not part:
            return None
        content += part
    return content


@contextmanager
def cutting_proxy(upstream: tuple[str, int], between: Callable[[], None]) -> Iterator[CuttingProxy]:
    """Run a proxy until the block ends; what broke in it is raised then."""
    proxy = CuttingProxy(upstream, between)
    thread = threading.Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        # A close alone would leave accept() waiting.
        proxy.listener.shutdown(socket.SHUT_RDWR)
        proxy.listener.close()
        thread.join()
    if proxy.broken:
        raise proxy.broken[0]
