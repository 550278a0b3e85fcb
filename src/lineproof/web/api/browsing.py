"""The interface's documentation in a browser, from our own files: nothing is asked of others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import swagger_ui_bundle
from fastapi import APIRouter, Response
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse

from lineproof.flow.refused import RefusalCode
from lineproof.storage import Trouble
from lineproof.web.problems import STATUS_OF, Problem, WebCode, title

router = APIRouter(include_in_schema=False)

FILES = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
"""The only files that are given out."""

FOLDER = Path(str(swagger_ui_bundle.swagger_ui_path))

# Swagger UI writes style attributes and data: images; scripts come from us alone.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Lineproof: the interface</title>
<link rel="icon" href="/docs/files/favicon-32x32.png">
<link rel="stylesheet" href="/docs/files/swagger-ui.css">
<main id="interface"></main>
<script src="/docs/files/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""

START = """\
SwaggerUIBundle({ url: "/v1/openapi.json", dom_id: "#interface", deepLinking: false,
  validatorUrl: null, persistAuthorization: false });
"""

CACHED = {"Cache-Control": "public, max-age=86400"}


@router.get("/docs")
def page() -> HTMLResponse:
    """Show the interface's documentation."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})


@router.get("/docs/start.js")
def start() -> Response:
    """Start Swagger UI."""
    return Response(START, media_type="text/javascript", headers=CACHED)


@router.get("/docs/files/{name}")
def file(name: Annotated[str, InPath(max_length=40)]) -> Response:
    """Give one of Swagger UI's files."""
    if name not in FILES:
        raise Problem(WebCode.NOT_FOUND, "There is no such file.")
    return Response((FOLDER / name).read_bytes(), media_type=FILES[name], headers=CACHED)


@router.get("/problems/{code}")
def problem(code: Annotated[str, InPath(max_length=60)]) -> dict[str, object]:
    """Say what a problem's type is; docs/reasons.md says more."""
    known = {str(each): each for each in (*RefusalCode, *WebCode, *Trouble)}
    if code not in known:
        raise Problem(WebCode.NOT_FOUND, "There is no such problem.")
    return {"code": code, "title": title(known[code]), "status": int(STATUS_OF[known[code]])}
