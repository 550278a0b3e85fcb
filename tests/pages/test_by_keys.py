"""What is done with nothing but keys, beside the subscriber's own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.domain.staff import Role
from tests.flow.stage import NO_MATCH
from tests.pages.desk import enrolled
from tests.pages.test_reviewing_pages import refers
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.pages.place import Place


def presses(tab: Page, wanted: str) -> None:
    """Press Tab until what is wanted, by a script about the focused element, has the focus."""
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate(f"(e => Boolean({wanted}))(document.activeElement)"):
            return
    pytest.fail(f"{wanted} is not reached by Tab")


def test_an_override_by_keyboard_alone(there: Place, browser: Browser) -> None:
    """Two reviewers take the case, choose the verdict and send it with nothing but keys."""
    refers(there, browser, NO_MATCH, tries=3)
    for name, said in (("reviewer-1", "refer"), ("reviewer-2", "approve")):
        window = browser.new_context(locale="en-GB")
        window.set_default_timeout(10_000)
        desk = enrolled(window, there, name, Role.REVIEWER)
        desk.signs_in("/staff/reviews")
        presses(desk.tab, "e.innerText === 'Take the next one'")
        desk.tab.keyboard.press("Enter")
        desk.arrives("/staff/reviews/case_")
        presses(desk.tab, "e.type === 'radio'")
        desk.tab.keyboard.press("Space")
        assert desk.tab.evaluate("document.activeElement.value") == "approve:same_person"
        presses(desk.tab, "e.innerText === 'Put my verdict on record'")
        desk.tab.keyboard.press("Enter")
        desk.arrives(f"/staff/reviews?said={said}")
        window.close()
    assert there.status() == "ordered"


def test_my_lines_by_keyboard_alone(tab: Page, there: Place) -> None:
    """From the result to a locked line with Tab and Enter."""
    walk = Walk(tab, there)
    there.house.line()
    secret = there.house.open("recheck", sim=None)["client_secret"]
    walk.passes(secret)
    presses(tab, "e.pathname === '/c/lines'")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/c/lines")
    presses(tab, "e.form && e.form.action.endsWith('/c/lines/lock')")
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    tab.wait_for_load_state()
    assert there.house.stage.line().locked
    presses(tab, "e.pathname === '/c/looks'")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/c/looks")


def test_operations_by_keyboard_alone(window: BrowserContext, there: Place) -> None:
    """An admin signs in, reads the operations page and leaves with Tab and Enter."""
    admin = enrolled(window, there, "admin-1", Role.ADMIN)
    admin.signs_in("/staff")
    admin.goes("/staff/operations")
    presses(admin.tab, "e.classList.contains('table')")
    presses(admin.tab, "e.lang === 'ar'")
    admin.goes("/staff/operations")
    presses(admin.tab, "e.innerText === 'Sign out'")
    admin.tab.keyboard.press("Enter")
    admin.arrives("/staff/sign-in")
