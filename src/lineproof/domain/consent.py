"""Consent: for what, to which text, in which language, since when and until when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class Purpose(StrEnum):
    """What a person consents to; one does not stand for the other."""

    FACE_CHECK = "face_check"
    """Compare the face with the document's portrait, for this one case, and keep nothing."""
    KEEP_TEMPLATE = "keep_template"
    """Keep a sealed template for later checks of the same line."""


TEXTS: dict[Purpose, frozenset[tuple[str, str]]] = {
    purpose: frozenset(("2026-11", language) for language in ("en", "zh", "es", "fr", "ar", "hi"))
    for purpose in Purpose
}
"""The texts there are for each purpose, by version and language (BCP 47)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One consent to one purpose, given to one text."""

    purpose: Purpose
    text_version: str
    language: str
    given_at: datetime
    withdrawn_at: datetime | None


def exists(purpose: Purpose, text_version: str, language: str) -> bool:
    """Whether there is such a text: nobody consents to what could not be read."""
    return (text_version, language) in TEXTS[purpose]


def covers(consents: Iterable[Consent], purpose: Purpose, *, now: datetime) -> bool:
    """Whether one of the consents holds for this purpose now."""
    return any(
        consent.purpose is purpose
        and consent.given_at <= now
        and (consent.withdrawn_at is None or now < consent.withdrawn_at)
        for consent in consents
    )
