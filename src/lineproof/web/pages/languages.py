"""The languages that pages speak, and which of them a browser reads."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "en": "English",
        "zh": "中文",
        "es": "Español",
        "fr": "Français",
        "ar": "العربية",
        "hi": "हिन्दी",
    }
)
"""Every language by its code (BCP 47), as its own speakers write it."""

RIGHT_TO_LEFT = frozenset({"ar"})

COOKIE = "__Host-language"

FIRST_STRONG, POP = Markup("\u2068"), Markup("\u2069")
"""Isolate what is put into a message: a number must not turn a sentence round (UAX 9, 2.4)."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language and its messages by key, such as ``start.title``."""

    code: str
    messages: Mapping[str, str]

    @property
    def direction(self) -> str:
        """Where its lines begin: ``ltr`` or ``rtl``."""
        return "rtl" if self.code in RIGHT_TO_LEFT else "ltr"

    def say(self, key: str, **values: object) -> Markup:
        """Give a message with values put in, all escaped but a value that is markup already.

        A missing key is a fault, which a test finds.
        """
        told = {name: self._isolated(escape(value)) for name, value in values.items()}
        return escape(self.messages[key]).format(**told)

    def section(self, name: str) -> dict[str, str]:
        """Give the messages of a section that take no values, for a script."""
        lead = f"{name}."
        return {
            key.removeprefix(lead): message
            for key, message in self.messages.items()
            if key.startswith(lead)
        }

    def _isolated(self, value: Markup) -> Markup:
        return FIRST_STRONG + value + POP if self.direction == "rtl" else value


@cache
def language(code: str) -> Language:
    """Read a language's catalogue."""
    text = files("lineproof.web.pages").joinpath("catalogue", f"{code}.toml").read_text("utf-8")
    messages = {
        f"{section}.{key}": " ".join(message.split())
        for section, found in tomllib.loads(text).items()
        for key, message in found.items()
    }
    return Language(code, MappingProxyType(messages))


def speaking(request: Request) -> Language:
    """Choose: what the address says, what was chosen before, what the browser prefers, English."""
    asked = (request.query_params.get("lang", ""), request.cookies.get(COOKIE, ""))
    accepted = _accepted(request.headers.get("accept-language", ""))
    return language(next((code for code in (*asked, *accepted) if code in NAMES), "en"))


Speaking = Annotated[Language, Depends(speaking)]


def _accepted(header: str) -> list[str]:
    """Give the languages of Accept-Language (RFC 9110, 12.5.4), the most wanted first."""
    wanted = []
    for part in header[:200].split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            share = float(weight) if weight else 1.0
        except ValueError:
            continue
        wanted.append((-share, name.partition("-")[0].lower()))
    return [name for share, name in sorted(wanted, key=lambda each: each[0]) if share < 0]
