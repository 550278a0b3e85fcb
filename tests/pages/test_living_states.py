"""Each state of the page that plays scripts shuts nobody out: axe, both schemes and directions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lineproof.domain.script import PALETTE
from tests.axe import violations
from tests.pages.living import Sitter, living_place, sitter
from tests.pages.test_every_state import wrong_with
from tests.pages.test_interrupted_script import SLOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

STILL = "window.requestAnimationFrame = () => 0"
"""Lets a script stand at the step that is shown."""

SHOWN = """async ({ rgb, words }) => {
  const { show } = await import("/static/face-live.js");
  const dialog = document.querySelector("dialog");
  show({ dialog, dots: dialog.querySelector(".face-dots") }, { do: "screen", rgb }, 0);
  dialog.querySelector(".face-said").textContent = words;
}"""
"""Shows a colour as the page does, with words on it."""

MOVING = ("ahead", "screen", "turn", "approach")


def states(sat: Sitter) -> Iterator[str]:
    """Lead somebody through every state; give each one's name while the tab shows it."""
    tab = sat.tab
    yield "choice"
    for step in MOVING:
        sat.chooses("full" if step == "screen" else "calm")
        if step == "ahead":
            yield "unfolded"
        sat.opens_camera()
        if step == "ahead":
            yield "room"
        tab.locator("dialog button").first.click()
        sat.sees(step)
        tab.evaluate(STILL)
        expect(tab.locator("dialog button")).to_have_count(1)
        yield step
        tab.reload()
    sat.opens_camera()
    tab.locator("dialog button").first.click()
    sat.sees("turn")
    tab.keyboard.press("Escape")
    sat.room().wait_for(state="detached")
    yield "interrupted"
    tab.evaluate(SLOW)
    sat.opens_camera()
    tab.locator("dialog button").first.click()
    tab.locator("#without-camera[open]").wait_for(timeout=20_000)
    yield "too-slow"
    sat.goes("/c/face?wrong=too_slow")
    yield "refused"
    tab.locator("#without-camera summary").click()
    sat.clicks("details form button", "/c/face/question")
    yield "photo"


@pytest.mark.parametrize("code", ["en", "ar"])
def test_no_state_of_a_script_shuts_anybody_out(
    browser: Browser, tmp_path: Path, code: str
) -> None:
    """Nothing is found in any state: light, dark, narrow, wide, from left and from right."""
    window = browser.new_context(viewport={"width": 360, "height": 740}, locale=code)
    window.set_default_timeout(15_000)
    found: dict[str, list[str]] = {}
    seen: list[str] = []
    with living_place(tmp_path) as there:
        sat = sitter(window, there)
        for name in states(sat):
            seen.append(name)
            assert sat.tab.locator("h1").count() == 1, name
            if folder := os.environ.get("LINEPROOF_TEST_PICTURES"):
                sat.tab.screenshot(path=f"{folder}/living-{name}-{code}.png")
            if wrong := wrong_with(sat.tab):
                found[name] = wrong
    window.close()
    assert len(seen) == 11
    assert found == {}


def test_words_and_deeds_are_read_on_every_colour(browser: Browser, tmp_path: Path) -> None:
    """Which colours a script has is drawn: black is not read on the darkest, nor white on most."""
    window = browser.new_context(locale="en")
    window.set_default_timeout(15_000)
    with living_place(tmp_path) as there:
        sat = sitter(window, there)
        sat.chooses("full")
        sat.opens_camera()
        sat.tab.locator("dialog button").first.click()
        sat.sees("screen")
        sat.tab.evaluate(STILL)
        for name, rgb in PALETTE.items():
            sat.tab.evaluate(SHOWN, {"rgb": rgb, "words": name})
            assert violations(sat.tab) == [], name
    window.close()


def test_the_smallest_screen_scrolls_one_way(browser: Browser, tmp_path: Path) -> None:
    """At 320 pixels, and on a telephone laid on its side, everything is there (WCAG 1.4.10)."""
    window = browser.new_context(viewport={"width": 320, "height": 568}, locale="fr")
    window.set_default_timeout(15_000)
    with living_place(tmp_path) as there:
        sat = sitter(window, there)
        sat.opens_camera()
        for size in ((320, 568), (320, 256), (568, 320)):
            sat.tab.set_viewport_size({"width": size[0], "height": size[1]})
            room = sat.room()
            assert not room.evaluate("room => room.scrollWidth > room.clientWidth"), size
            for each in room.locator("button").all():
                each.scroll_into_view_if_needed()
                expect(each).to_be_in_viewport()
            assert violations(sat.tab) == []
    window.close()
