"""Whether the screen will change colour is said before anything begins, of what is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lineproof.domain.script import Screen, Variant, script
from tests.pages.living import living_place, sitter
from tests.pages.test_every_state import wrong_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

    from tests.pages.living import Sitter

CHANGES, STAYS = "Screen colours change.", "The screen does not change colour."

BESIDE = """() => {
  const capture = document.querySelector("face-capture"), beside = capture.cloneNode(false);
  beside.setAttribute("assisted", "");
  capture.replaceWith(beside);
}"""
"""Gives the element as it is where a member of staff can help."""

READ_OUT = """() => {
  window.readOut = [];
  const said = document.querySelector(".face-choice [role=status]");
  const note = () => window.readOut.push(said.textContent);
  new MutationObserver(note).observe(said, { childList: true });
}"""
"""Notes each change of the sentence, which is what a screen reader reads out."""


def coloured(variant: Variant) -> bool:
    """Whether a script of this variant has colours."""
    return any(isinstance(step, Screen) for step in script(variant, bytes(32)).steps)


@pytest.fixture
def seated(browser: Browser, tmp_path: Path) -> Iterator[Sitter]:
    """Give somebody at the page of the face, in a browser without a past."""
    window = browser.new_context(locale="en")
    window.set_default_timeout(15_000)
    with living_place(tmp_path) as there:
        yield sitter(window, there)
    window.close()


def told(sat: Sitter) -> Locator:
    """Give the sentence at the choice."""
    return sat.tab.locator(".face-choice [role=status]")


def test_what_is_said_of_colours_holds_for_what_is_chosen(seated: Sitter) -> None:
    """Each way from each other one: the sentence is that of the one chosen now, read out once."""
    expect(told(seated)).to_have_text(CHANGES)
    seated.tab.evaluate(BESIDE)
    expect(told(seated)).to_have_attribute("aria-live", "polite")
    seated.tab.evaluate(READ_OUT)
    heard, before = [], CHANGES
    for variant in (*Variant, *reversed(Variant), Variant.STILL, Variant.ASSISTED, Variant.FULL):
        seated.chooses(variant)
        now = CHANGES if coloured(variant) else STAYS
        expect(told(seated)).to_have_text(now)
        heard += [now] if now != before else []
        before = now
    assert seated.tab.evaluate("window.readOut") == heard


def test_each_way_says_whether_it_has_colours_before_it_is_chosen(seated: Sitter) -> None:
    """Who must not see changing light knows which ways to leave alone without trying them."""
    seated.tab.evaluate(BESIDE)
    for variant in Variant:
        label = seated.tab.locator(f"face-capture label:has([value={variant}])").inner_text()
        assert ("Screen colours" in label) is coloured(variant), label
        assert ("without colours" in label) is not coloured(variant), label


@pytest.mark.parametrize("variant", [each for each in Variant if not coloured(each)])
def test_a_screen_that_is_said_to_stay_stays(seated: Sitter, variant: Variant) -> None:
    """Nobody who was told of no colours sees a dark page turn white when the camera opens."""
    seated.tab.emulate_media(color_scheme="dark")
    seated.tab.evaluate(BESIDE)
    seated.chooses(variant)
    ground = seated.tab.evaluate("getComputedStyle(document.body).backgroundColor")
    seated.opens_camera()
    colour = "getComputedStyle(document.querySelector('.face-room')).backgroundColor"
    assert seated.tab.evaluate(colour) == ground


def test_it_is_said_before_the_camera_opens_and_after_a_reload(seated: Sitter) -> None:
    """The choice that is kept is the one that is told of; nothing was asked or filmed before."""
    asked: list[str] = []
    seated.tab.on("request", lambda each: asked.append(each.url))
    for variant in (Variant.CALM, Variant.STILL, Variant.FULL):
        seated.chooses(variant)
        seated.tab.reload()
        expect(told(seated)).to_be_visible()
        expect(told(seated)).to_have_text(CHANGES if coloured(variant) else STAYS)
    assert not [url for url in asked if url.endswith(("/keys", "/question"))]
    assert wrong_with(seated.tab) == []


@pytest.mark.parametrize("code", ["zh", "es", "fr", "ar", "hi"])
def test_each_language_says_both(browser: Browser, tmp_path: Path, code: str) -> None:
    """Two sentences, and the ways without colours differ from those with them by words."""
    window = browser.new_context(locale=code)
    window.set_default_timeout(15_000)
    with living_place(tmp_path) as there:
        sat = sitter(window, there)
        said = {}
        for variant in (Variant.FULL, Variant.CALM, Variant.STILL):
            sat.chooses(variant)
            said[variant] = told(sat).inner_text()
    window.close()
    assert said[Variant.FULL] == said[Variant.STILL] != said[Variant.CALM]
    assert all(said.values())
    assert CHANGES not in said.values()
