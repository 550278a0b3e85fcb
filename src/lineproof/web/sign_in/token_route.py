"""``POST /v1/oauth/token``: an assertion in, an access token out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from lineproof.web.sign_in.access_token import (
    MOST_FORM,
    SCOPE,
    Issued,
    OAuthRefused,
    token_request,
)

if TYPE_CHECKING:
    from lineproof.web.sign_in.door import Door

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def token_router(door: Door) -> APIRouter:
    """Give the route at which operators' systems get their access tokens (RFC 6749, 4.4)."""
    router = APIRouter(tags=["sign-in"])

    @router.post("/v1/oauth/token", summary="Get an access token for a signed assertion")
    async def token(request: Request) -> JSONResponse:
        """Answer RFC 6749's success or error object, never to be stored."""
        if "authorization" in request.headers:
            # One way to authenticate a client, and only that one (RFC 6749, 2.3).
            refused = OAuthRefused("invalid_request", "Send a client_assertion alone.", 400)
            return _answer(refused)
        return _answer(await run_in_threadpool(token_request, door, await _form(request)))

    return router


async def _form(request: Request) -> bytes:
    """Read the body, and no more of it than one byte too many."""
    form = b""
    async for part in request.stream():
        form += part
        if len(form) > MOST_FORM:
            break
    return form[: MOST_FORM + 1]


def _answer(found: Issued | OAuthRefused) -> JSONResponse:
    body: dict[str, Any]
    if isinstance(found, OAuthRefused):
        body = {"error": found.error, "error_description": found.sentence}
        return JSONResponse(body, status_code=found.status, headers=NO_STORE)
    body = {
        "access_token": found.token,
        "token_type": "Bearer",
        "expires_in": found.expires_in,
        "scope": SCOPE,
    }
    return JSONResponse(body, headers=NO_STORE)
