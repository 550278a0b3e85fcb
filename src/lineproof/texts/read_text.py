"""Reads a consent text as it was shown."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from lineproof.domain.consent import exists

if TYPE_CHECKING:
    from lineproof.domain.consent import Purpose


def consent_text(purpose: Purpose, text_version: str, language: str) -> str | None:
    """Give the text (Markdown) of a purpose; None where there is none in this version."""
    if not exists(purpose, text_version, language):
        return None
    name = f"{purpose}.{text_version}.{language}.md"
    return files("lineproof.texts").joinpath(name).read_text("utf-8")
