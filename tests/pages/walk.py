"""The steps that a subscriber takes in a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import FilePayload

from tests.pages.place import drawn_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.pages.place import Place


@dataclass(frozen=True, slots=True)
class Walk:
    """One subscriber in one tab."""

    tab: Page
    place: Place

    def title(self) -> str:
        """Give the page's one heading."""
        return self.tab.locator("h1").inner_text()

    def arrives(self, kind: str = "new_line") -> str:
        """Open the operator's link; give it."""
        link = self.place.link(kind)
        self.tab.goto(link)
        self.tab.wait_for_url("**/c/start")
        return link

    def consents(self) -> None:
        """Choose the face check and agree to it."""
        self.tab.get_by_role("link", name="Face check").click()
        self.tab.get_by_role("button", name="I agree").click()
        self.tab.wait_for_url("**/c/document")

    def shows_document(self) -> None:
        """Photograph the document."""
        page = FilePayload(name="page.jpg", mimeType="image/jpeg", buffer=drawn_page())
        self.tab.locator("#front").set_input_files(page)
        self.tab.get_by_role("button", name="Send the pictures").click()
        self.tab.wait_for_url("**/c/face")

    def shows_face(self) -> None:
        """Open the camera and take the pictures."""
        self.tab.get_by_role("button", name="Open the camera").click()
        self.tab.get_by_role("button", name="Take the pictures").click()
        self.tab.wait_for_url(lambda url: not url.endswith("/c/face"))
