from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pages.walk import Walk

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.pages.place import Place


def test_from_a_link_to_a_line(tab: Page, there: Place) -> None:
    """A subscriber goes from the link over consent, document and camera to the line."""
    walk = Walk(tab, there)
    walk.arrives()
    assert walk.title() == "How do you want to show that it is you?"
    walk.consents()
    walk.shows_document()
    walk.shows_face()
    assert walk.title() == "We know it is you"
    assert there.status() == "ordered"
    assert len(there.eye.frames) == 4
    there.house.stage.run()
    tab.get_by_role("link", name="See if there is news").click()
    assert walk.title() == "Done"
