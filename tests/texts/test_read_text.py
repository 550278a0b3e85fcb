from __future__ import annotations

from importlib.resources import files

import pytest

from lineproof.domain.assistance import LANGUAGES, WORDS
from lineproof.domain.consent import SAYS_SEVERAL, TEXTS, Purpose
from lineproof.domain.shown_moment import SHOWN
from lineproof.texts.read_text import assistance_words, consent_text


@pytest.mark.parametrize(
    ("purpose", "version", "language"),
    [(purpose, *text) for purpose, texts in TEXTS.items() for text in sorted(texts)],
)
def test_a_text_that_can_be_consented_to_can_be_read(
    purpose: Purpose, version: str, language: str
) -> None:
    """Nobody consents to a version or a language that does not exist as a text."""
    text = consent_text(purpose, version, language)
    assert text is not None
    assert text.startswith("# ")


def test_the_face_check_says_that_there_is_another_way_and_what_is_kept() -> None:
    """The promises that a person can only use if they are told."""
    text = consent_text(Purpose.FACE_CHECK, SAYS_SEVERAL, "en") or ""
    for said in ("You can say no", "What is kept", "who looked", "stop at any time"):
        assert said in text


def test_the_newest_text_says_how_many_pictures_a_reviewer_is_shown() -> None:
    """As many as the rule chooses, in every language; the one before said two in all."""
    four = {
        "en": "four",
        "zh": "四",
        "es": "cuatro",
        "fr": "quatre",
        "ar": "أربع",
        "hi": "चार फ़ोटो",
    }
    assert SHOWN == 4
    for language, word in four.items():
        told = " ".join((consent_text(Purpose.FACE_CHECK, SAYS_SEVERAL, language) or "").split())
        before = " ".join((consent_text(Purpose.FACE_CHECK, "2026-11", language) or "").split())
        assert word in told
        assert word not in before


def test_the_newest_text_says_what_a_script_does_and_judges() -> None:
    """Changing colours, and whether a living person is there, in every language."""
    said = {
        "en": ("change colours", "living person", "secret key"),
        "zh": ("变换颜色", "活人", "密钥"),
        "es": ("cambiar de color", "persona viva", "clave secreta"),
        "fr": ("changer de couleur", "personne vivante", "clé secrète"),
        "ar": ("ألوان الشاشة", "شخص حي", "مفتاحنا السري"),
        "hi": ("स्क्रीन के रंग", "जीवित व्यक्ति", "गुप्त कुंजी"),
    }
    for language, words in said.items():
        told = " ".join((consent_text(Purpose.FACE_CHECK, SAYS_SEVERAL, language) or "").split())
        assert [word for word in words if word not in told] == []


def test_no_text_lies_about_that_nobody_can_be_shown() -> None:
    """Each file is one that the domain knows."""
    known = {f"{p}.{v}.{lang}.md" for p, texts in TEXTS.items() for v, lang in texts}
    known |= {f"assistance.{WORDS}.{lang}.md" for lang in LANGUAGES}
    lying = {f.name for f in files("lineproof.texts").iterdir() if f.name.endswith(".md")}
    assert lying == known


def test_an_unknown_text_is_none() -> None:
    """A version that never was cannot be read."""
    assert consent_text(Purpose.FACE_CHECK, "1999-01", "en") is None


def test_what_staff_confirm_is_in_every_language() -> None:
    """One sentence each, and English for whoever reads none of them."""
    read = {language: assistance_words(language) for language in LANGUAGES}
    assert len({text for text, _ in read.values()}) == len(LANGUAGES)
    assert all(code == language and "\n" not in text for language, (text, code) in read.items())
    assert assistance_words("../en") == read["en"]
