"""The text that is consented to, as a part of a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from lineproof.domain.consent import TEXTS, Purpose, exists
from lineproof.texts.read_text import consent_text

if TYPE_CHECKING:
    from lineproof.web.pages.languages import Language

NEWEST = {purpose: max(version for version, _ in texts) for purpose, texts in TEXTS.items()}
"""The version of each purpose's text that is shown."""

_BOLD = re.compile(r"\*\*(.+?)\*\*")


def shown_text(purpose: Purpose, language: Language) -> tuple[Markup, str]:
    """Give the newest text as HTML, and the language it is in: English where there is no other."""
    code = language.code if exists(purpose, NEWEST[purpose], language.code) else "en"
    text = consent_text(purpose, NEWEST[purpose], code)
    if text is None:
        raise RuntimeError("a consent text that the domain knows is not among the files")
    return as_html(text), code


def as_html(text: str) -> Markup:
    """Give the few things that our texts use of Markdown: a heading, paragraphs, bold."""
    blocks = [" ".join(block.split()) for block in text.split("\n\n")]
    return Markup("\n").join(_block(block) for block in blocks if block)


def _block(block: str) -> Markup:
    if block.startswith("# "):
        return Markup("<h2>{}</h2>").format(block[2:])
    parts = _BOLD.split(block)
    told = [
        Markup("<strong>{}</strong>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    ]
    return Markup("<p>{}</p>").format(Markup("").join(told))
