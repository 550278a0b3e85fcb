"""Style sheets, scripts and icons: our own files, each named by its content and cached for long."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Path, Response

from lineproof.web.problems import Problem, WebCode

router = APIRouter(prefix="/static", include_in_schema=False)

KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}

WORKER = "face-worker.js"
WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
"""A worker has a policy of its own (CSP Level 3, 4.2): so WebAssembly is compiled in this file's
and on no page."""

CACHED = {"Cache-Control": "public, max-age=31536000, immutable"}
BRIEFLY = {"Cache-Control": "public, max-age=300"}


@router.get("/{name}")
def static_file(name: Annotated[str, Path(max_length=60)], v: str = "") -> Response:
    """Give one of the files, and none that is not there."""
    content = contents().get(name)
    if content is None:
        raise Problem(WebCode.NOT_FOUND, "There is no such file.")
    headers = CACHED if v == version_of(name) else BRIEFLY
    if name == WORKER:
        headers = headers | {"Content-Security-Policy": WORKER_POLICY}
    return Response(content, media_type=KINDS[name[name.rindex(".") :]], headers=headers)


def asset(name: str) -> str:
    """Give a file's address, which changes with its content."""
    return f"/static/{name}?v={version_of(name)}"


@cache
def contents() -> dict[str, bytes]:
    """Read every file there is, once."""
    folder = files("lineproof.web").joinpath("static")
    return {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if any(file.name.endswith(kind) for kind in KINDS)
    }


@cache
def version_of(name: str) -> str:
    """Give what stands for a file's content."""
    return hashlib.sha256(contents()[name]).hexdigest()[:12]
