"""Every form of every page, found in the templates, and the fields that it brings back."""

from __future__ import annotations

import re
from pathlib import Path

import lineproof.web.pages

TEMPLATES = Path(lineproof.web.pages.__file__).parent / "templates"

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_ACTION = re.compile(r'action="([^"]*)"')
_NAME = re.compile(r'<(?:input|button|select|textarea)\b[^>]*?\bname="([^"]*)"', re.DOTALL)
_PICTURE = re.compile(r'p\.picture\("\w+", "(\w+)"')
_FIELD = re.compile(r"<(?:input|select|textarea)\b(?![^>]*type=\"range\")")

FormsOf = dict[tuple[str, str], frozenset[str]]


def forms() -> FormsOf:
    """Give the fields of each form, by template and by the action that the template writes."""
    found: FormsOf = {}
    for file in sorted(TEMPLATES.glob("*.html")):
        for attributes, inside in _FORM.findall(file.read_text("utf-8")):
            action = _ACTION.search(attributes)
            key = (file.name, action.group(1) if action else "")
            names = frozenset([*_NAME.findall(inside), *_PICTURE.findall(inside)])
            if "p.token()" in inside:
                names |= {"form"}
            # Two forms to one address on one page, as the parts of a page may have.
            found[key] = found.get(key, frozenset()) | names
    return found


def stray_fields() -> list[str]:
    """Name the templates with a field that stands in no form: nothing here would find it."""
    outside = ((file.name, _FORM.sub("", file.read_text("utf-8"))) for file in _templates())
    return [name for name, text in outside if _FIELD.search(text)]


def _templates() -> list[Path]:
    # The macros of pieces.html are counted where they are used.
    return [file for file in sorted(TEMPLATES.glob("*.html")) if file.name != "pieces.html"]
