"""Renders a page: Jinja with autoescape, the language's messages, the headers of every page."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lineproof.web.context import context
from lineproof.web.pages.languages import COOKIE, NAMES, Language
from lineproof.web.pages.static_files import asset

if TYPE_CHECKING:
    from datetime import datetime

    from fastapi import Request, Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Nothing inline and nothing from elsewhere (CSP Level 3)."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=()",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie",
}

A_YEAR = 365 * 24 * 3600


def page(
    request: Request, language: Language, template: str, *, status: int = 200, **values: object
) -> HTMLResponse:
    """Render a template; ``values`` are what it names."""
    settings = context(request).settings
    shown = {
        "say": language.say,
        "language": language,
        "languages": NAMES,
        "asset": asset,
        "when": when,
        "here": request.url.path,
        "unsafe_dev_login": settings.unsafe_dev_login,
        "operator_name": settings.operator_name,
        "shops": settings.shops,
        "form": "",
        "case": None,
    }
    text = _templates().get_template(template).render(shown | values)
    answer = HTMLResponse(text, status_code=status, headers=HEADERS)
    answer.headers["Content-Language"] = language.code
    if request.query_params.get("lang") == language.code:
        answer.set_cookie(
            COOKIE, language.code, max_age=A_YEAR, secure=True, httponly=True, samesite="lax"
        )
    return answer


def when(moment: datetime) -> Markup:
    """Write a time in UTC; ``times.js`` turns it into the reader's own."""
    return Markup('<time datetime="{}">{}</time>').format(
        moment.isoformat(), moment.strftime("%Y-%m-%d %H:%M UTC")
    )


def wants_json(request: Request) -> bool:
    """Whether a script asks, and not a person's navigation."""
    return request.headers.get("accept", "").startswith("application/json")


def lead(request: Request, path: str) -> Response:
    """Lead on to a page: a form by 303, so that a reload repeats nothing; a script by its name."""
    if wants_json(request):
        return JSONResponse({"next": path}, headers=HEADERS)
    return RedirectResponse(path, status_code=303, headers=HEADERS)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("lineproof.web.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
