from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pages.desk import Desk, enrolled
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.pages.place import Place


@pytest.fixture
def agent(window: BrowserContext, there: Place) -> Desk:
    """Give an agent who is signed in, at a counter as wide as a telephone."""
    found = enrolled(window, there, "agent-1")
    found.signs_in("/staff/counter")
    return found


def test_from_a_passkey_to_a_line(agent: Desk, browser: Browser) -> None:
    """An agent opens a case by keyboard, the subscriber finishes it, and the counter sees it."""
    agent.opens_case()
    assert agent.title() == "Let the person scan this code"
    phone = browser.new_context(locale="en-GB")
    walk = Walk(phone.new_page(), agent.place)
    walk.enters(agent.link(), "/c/start")
    agent.tab.get_by_role("heading", name="The person goes on by themselves").wait_for()
    walk.consents()
    walk.shows_document()
    walk.shows_face()
    agent.tab.get_by_role("heading", name="Checked, being set up").wait_for()
    agent.place.house.stage.run()
    agent.tab.get_by_role("heading", name="It is done").wait_for()
    phone.close()
