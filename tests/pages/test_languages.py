from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.case import Kind, Status
from lineproof.domain.consent import TEXTS
from lineproof.web.pages.hints import HINT_OF
from lineproof.web.pages.languages import NAMES, language
from tests.web.house import house

if TYPE_CHECKING:
    from pathlib import Path

OTHERS = sorted(set(NAMES) - {"en"})
SAME = {"page.name", "page.error_prefix"}
"""Messages that are the same everywhere."""


def placeholders(message: str) -> set[str]:
    """Give the names of what is put into a message."""
    return {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_says_everything(code: str) -> None:
    """Each catalogue has every message, with the same values in it."""
    english, other = language("en").messages, language(code).messages
    assert set(other) == set(english)
    differing = [k for k in english if placeholders(english[k]) != placeholders(other[k])]
    assert differing == []


@pytest.mark.parametrize("code", OTHERS)
def test_no_message_was_left_in_english(code: str) -> None:
    """Nobody meets a sentence of another language in the middle of their own."""
    english, other = language("en").messages, language(code).messages
    assert [k for k in english if english[k] == other[k] and k not in SAME] == []


@pytest.mark.parametrize("code", ["zh", "ar", "hi"])
def test_each_script_is_its_own(code: str) -> None:
    """A message in another script has more of its own letters than Latin ones."""
    latin = re.compile("[A-Za-z]")
    poor = [
        key
        for key, message in language(code).messages.items()
        if key not in SAME
        and len(latin.findall(re.sub(r"\{\w+\}", "", message))) > len(message) / 2
    ]
    assert poor == []


def test_everything_that_can_be_said_is_in_the_catalogue() -> None:
    """Each kind, each end of a case and each hint has its sentence."""
    messages = language("en").messages
    needed = {f"kind.{kind}" for kind in Kind} | {f"result.issued_{kind}" for kind in Kind}
    shown = set(Status) - {Status.OPENED, Status.CAPTURING, Status.OTHER_WAY, Status.WITHDRAWN}
    needed |= {f"result.{status}_title" for status in shown}
    needed |= {f"hint.{hint}" for hint in (*HINT_OF.values(), "any")}
    assert needed - set(messages) == set()


def test_the_texts_of_consent_are_in_every_language() -> None:
    """Nobody is asked to agree to what they cannot read."""
    for purpose, texts in TEXTS.items():
        assert {code for _, code in texts} == set(NAMES), purpose


@pytest.mark.parametrize(
    ("address", "accepted", "expected"),
    [
        ("/c?lang=hi", "fr", "hi"),
        ("/c", "fr-CA,en;q=0.5", "fr"),
        ("/c", "de,es;q=0.3,zh-Hans;q=0.7", "zh"),
        ("/c", "de", "en"),
        ("/c?lang=../../x", "ar;q=0,es", "es"),
        ("/c", ",;q=,q=x;q=x,\xff", "en"),
    ],
)
def test_the_language_is_the_readers(
    tmp_path: Path, address: str, accepted: str, expected: str
) -> None:
    """What the address says comes first, then the browser's wish, then English."""
    found = house(tmp_path).http.get(
        address, headers={"Accept-Language": accepted.encode("latin-1")}
    )
    assert f'<html lang="{expected}"' in found.text
    assert found.headers["content-language"] == expected


def test_a_chosen_language_stays(tmp_path: Path) -> None:
    """Who chose a language once need not choose it on the next page."""
    there = house(tmp_path)
    answer = there.http.get("/c?lang=ar")
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("__Host-language=ar", "HttpOnly", "Secure", "Path=/"))
    again = there.http.get("/c", headers={"Cookie": "__Host-language=ar"})
    assert '<html lang="ar" dir="rtl">' in again.text
