from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.axe import violations
from tests.pages.states import states

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

    from tests.pages.place import Place

WIDTHS = (360, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
REASONS = ("no_match", "match_uncertain", "face_match", "live_quality", "single_face", "at_most")
NEVER = (*REASONS, "score", "embedding", "fmr", r"\bband", "similarity")
"""What no subscriber's browser may be told: a measure, or a reason finer than our sentences."""

BROKEN = """
new Set([...document.querySelectorAll('.bottom .quiet')].map(each => each.offsetTop)).size > 1
"""

PICTURES = os.environ.get("LINEPROOF_TEST_PICTURES")
"""A folder to save a picture of each state in; docs/pictures/ was made so."""


def wrong_with(tab: Page) -> list[str]:
    """Give what is wrong with a page as it stands, in both schemes and at both widths."""
    found = []
    for scheme in SCHEMES:
        tab.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 740})
            found += [f"{scheme} {width}: {each}" for each in violations(tab)]
            if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{scheme} {width}: wider than the screen")
            if width == WIDTHS[1] and tab.evaluate(BROKEN):
                found.append(f"{scheme} {width}: the links at the foot stand in two rows")
    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size({"width": WIDTHS[0], "height": 740})
    return found


def photograph(tab: Page, name: str) -> None:
    """Save a picture of a state, where somebody asked for pictures."""
    if PICTURES is not None:
        tab.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("code", ["en", "ar"])
def test_no_page_shuts_anybody_out(browser: Browser, there: Place, code: str) -> None:
    """On no page, in no state, is anything found: light, dark, narrow, wide, both directions."""
    window = browser.new_context(viewport={"width": WIDTHS[0], "height": 740}, locale=code)
    window.set_default_timeout(15_000)
    tab = window.new_page()
    found: dict[str, list[str]] = {}
    seen = 0
    for name in states(tab, there):
        seen += 1
        assert tab.locator("html").get_attribute("lang") == code
        assert tab.locator("h1").count() == 1, name
        photograph(tab, f"{seen:02}-{name}-{code}")
        if wrong := wrong_with(tab):
            found[name] = wrong
    window.close()
    assert seen == 29
    assert found == {}


def test_nothing_reaches_the_browser_that_should_not(tab: Page, there: Place) -> None:
    """No other host is asked, the policy stops nothing of ours, and no answer tells a measure."""
    hosts: set[str] = set()
    wrong: list[str] = []
    tab.context.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    tab.on("console", lambda message: wrong.append(_refused(message)))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    for _ in states(tab, there):
        pass
    said = there.overheard.said
    never = re.compile("|".join(NEVER), re.IGNORECASE)
    told = {f"{path}: {found.group()}" for path, text in said for found in never.finditer(text)}
    assert len(said) > 60
    assert hosts == {there.address.removeprefix("http://")}
    assert [each for each in wrong if each] == []
    assert told == set()


def _refused(message: ConsoleMessage) -> str:
    """Give an error of the console, but for the statuses that some states are about."""
    expected = "the server responded with a status of 40"
    return message.text if message.type == "error" and expected not in message.text else ""
