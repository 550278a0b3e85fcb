from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pages.staff_states import staff_states
from tests.pages.test_every_state import WIDTHS, photograph, wrong_with

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ViewportSize

    from tests.pages.place import Place

NEVER = ("score", "embedding", "fmr", "band", "similarity", "at_most")
"""What stands on no page, whoever reads it."""


@pytest.mark.parametrize("code", ["en", "ar"])
def test_no_page_of_the_staff_shuts_anybody_out(browser: Browser, there: Place, code: str) -> None:
    """In no state does axe find anything: light, dark, narrow, wide, in both directions."""
    view: ViewportSize = {"width": WIDTHS[0], "height": 740}
    window = browser.new_context(viewport=view, locale=code)
    phone = browser.new_context(viewport=view, locale=code)
    window.set_default_timeout(15_000)
    found: dict[str, list[str]] = {}
    told: list[str] = []
    seen = 0
    for name, tab in staff_states(window, phone, there):
        seen += 1
        assert tab.locator("html").get_attribute("lang") == code
        assert tab.locator("h1").count() == 1, name
        text = tab.locator("main").inner_html().lower()
        told += [f"{name}: {word}" for word in NEVER if word in text]
        photograph(tab, f"staff-{seen:02}-{name}-{code}")
        if wrong := wrong_with(tab):
            found[name] = wrong
    window.close()
    phone.close()
    assert seen == 26
    assert found == {}
    assert told == []
