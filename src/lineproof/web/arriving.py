"""What a body may be while it arrives: not larger and not slower than is allowed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lineproof.web.problems import Problem, WebCode

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from lineproof.settings import Settings

JSON_BYTES = 64 * 1024
"""Of a body that is no upload of pictures."""

UPLOADS = frozenset(
    {
        "/v1/session/documents",
        "/v1/session/captures",
        "/v1/session/chip-proofs",
        "/c/document",
        "/c/face",
    }
)
"""Where pictures and chips' files come in."""


class Arriving:
    """Counts a body's bytes and its seconds as it is read; a half body reaches no route."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, its body watched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.settings.upload_bytes if scope["path"] in UPLOADS else JSON_BYTES
        loop = asyncio.get_running_loop()
        over_at = loop.time() + self.settings.body_time.total_seconds()
        told = _content_length(scope)
        count, whole = 0, False

        async def watched() -> Message:
            nonlocal count, whole
            if told is not None and told > most:
                raise _too_large(most)
            if whole:
                # What comes now is only that the client went away.
                return await receive()
            try:
                async with asyncio.timeout_at(over_at):
                    message = await receive()
            except TimeoutError:
                raise _too_slow() from None
            if message["type"] == "http.request":
                count += len(message.get("body", b""))
                whole = not message.get("more_body", False)
            if count > most:
                raise _too_large(most)
            return message

        await self.app(scope, watched, send)


def _content_length(scope: Scope) -> int | None:
    given = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(given) if given.isdigit() else None


def _too_large(most: int) -> Problem:
    sentence = f"The body is larger than {most} bytes. Send smaller pictures, or fewer."
    # The rest of it is not read, so nothing can follow it on this connection.
    return Problem(WebCode.BODY_TOO_LARGE, sentence, headers={"Connection": "close"})


def _too_slow() -> Problem:
    sentence = "The body took too long to arrive. Send it again, perhaps with smaller pictures."
    return Problem(WebCode.BODY_TOO_SLOW, sentence, headers={"Connection": "close"})
