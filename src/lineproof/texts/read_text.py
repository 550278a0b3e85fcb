"""Reads a text as it was shown: of a consent, or what a member of staff confirms."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from lineproof.domain.assistance import LANGUAGES, WORDS
from lineproof.domain.consent import exists

if TYPE_CHECKING:
    from lineproof.domain.consent import Purpose


def consent_text(purpose: Purpose, text_version: str, language: str) -> str | None:
    """Give the text (Markdown) of a purpose; None where there is none in this version."""
    if not exists(purpose, text_version, language):
        return None
    name = f"{purpose}.{text_version}.{language}.md"
    return files("lineproof.texts").joinpath(name).read_text("utf-8")


def assistance_words(language: str) -> tuple[str, str]:
    """Give the sentence that is confirmed, and the language it is in: English where no other is."""
    code = language if language in LANGUAGES else "en"
    name = f"assistance.{WORDS}.{code}.md"
    return files("lineproof.texts").joinpath(name).read_text("utf-8").strip(), code
