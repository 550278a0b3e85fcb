"""Consent: for what, to which text, in which language, since when and until when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import product
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


SAYS_SEVERAL = "2026-12"
"""The version from which the text of a face check says that a reviewer may be shown up to four
pictures of the person; those before say one."""

VERSIONS = {Purpose.FACE_CHECK: ("2026-11", SAYS_SEVERAL), Purpose.KEEP_TEMPLATE: ("2026-11",)}

TEXTS: dict[Purpose, frozenset[tuple[str, str]]] = {
    purpose: frozenset(product(versions, ("en", "zh", "es", "fr", "ar", "hi")))
    for purpose, versions in VERSIONS.items()
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
    return bool(_holding(consents, purpose, now))


def covers_several(consents: Iterable[Consent], *, now: datetime) -> bool:
    """Whether whoever consents was told, by the text they read last, of more than one picture."""
    holding = _holding(consents, Purpose.FACE_CHECK, now)
    last = max(holding, key=lambda consent: consent.given_at, default=None)
    return last is not None and last.text_version >= SAYS_SEVERAL


def _holding(consents: Iterable[Consent], purpose: Purpose, now: datetime) -> list[Consent]:
    return [
        consent
        for consent in consents
        if consent.purpose is purpose
        and consent.given_at <= now
        and (consent.withdrawn_at is None or now < consent.withdrawn_at)
    ]
