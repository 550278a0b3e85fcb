from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from lineproof.settings import Settings
from lineproof.web.arriving import JSON_BYTES, Arriving
from lineproof.web.problems import Problem, WebCode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

Receive = Any


def arriving(receive: Receive, *, length: int | None = None, seconds: int = 30) -> list[bytes]:
    """Read a body through the middleware, as a route would; give its parts."""
    parts: list[bytes] = []

    async def route(scope: Any, watched: Callable[[], Awaitable[Any]], send: Any) -> None:  # noqa: ANN401 - ASGI
        del scope, send
        more = True
        while more:
            message = await watched()
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)

    headers = [(b"content-length", str(length).encode())] if length is not None else []
    scope = {"type": "http", "path": "/v1/cases", "headers": headers}
    settings = Settings.model_construct(body_seconds=seconds)

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI
        raise AssertionError(message)

    asyncio.run(Arriving(route, settings=settings)(scope, receive, send))
    return parts


async def unread() -> dict[str, Any]:
    """Fail where a byte is asked for."""
    raise AssertionError("the body was read")


async def silent() -> dict[str, Any]:
    """Send nothing, for ever."""
    await asyncio.get_running_loop().create_future()
    raise AssertionError


def test_a_length_that_is_too_large_is_refused_before_a_byte_is_read() -> None:
    """Nobody's memory is taken by a body that will be refused."""
    with pytest.raises(Problem) as refused:
        arriving(unread, length=JSON_BYTES + 1)
    assert refused.value.code is WebCode.BODY_TOO_LARGE


def test_a_body_that_never_comes_is_given_up() -> None:
    """A slow client holds nothing for longer than the settings allow."""
    with pytest.raises(Problem) as refused:
        arriving(silent, seconds=0)
    assert refused.value.code is WebCode.BODY_TOO_SLOW
    assert refused.value.headers == {"Connection": "close"}


def test_a_length_that_is_a_lie_is_counted() -> None:
    """What is counted is what came, whatever the head said."""

    async def much() -> dict[str, Any]:
        return {"type": "http.request", "body": b" " * JSON_BYTES, "more_body": True}

    with pytest.raises(Problem) as refused:
        arriving(much, length=1)
    assert refused.value.code is WebCode.BODY_TOO_LARGE


def test_a_body_that_is_as_large_as_allowed_arrives() -> None:
    """The limit itself is allowed."""
    bodies = [b"x" * (JSON_BYTES - 1), b"y"]

    async def exact() -> dict[str, Any]:
        body = bodies.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(bodies)}

    assert sum(map(len, arriving(exact, length=JSON_BYTES))) == JSON_BYTES
