"""The server's protocol, with a limit to how long a request's head may take to arrive.

Uvicorn itself waits for ever for whoever opens a connection and says nothing, or a letter a minute.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport

    from uvicorn.protocols.http.h11_impl import RequestResponseCycle

HEAD_SECONDS = 15.0
"""From the connection, or the first byte after an answer, to the head's last."""


class Punctual(H11Protocol):
    """Hangs up on whoever does not finish asking. What follows the head is ``Arriving``'s."""

    _head_timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Take bytes; while they are no whole head, the time runs on."""
        super().data_received(data)
        if self._asking():
            self._await_head()
        else:
            self._head_is_here()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._head_is_here()
        super().connection_lost(exc)

    def _asking(self) -> bool:
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is None or cycle.response_complete

    def _await_head(self) -> None:
        if self._head_timer is None:
            loop = asyncio.get_running_loop()
            self._head_timer = loop.call_later(HEAD_SECONDS, self._hang_up)

    def _head_is_here(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _hang_up(self) -> None:
        self._head_timer = None
        if self._asking() and not self.transport.is_closing():
            self.transport.close()
