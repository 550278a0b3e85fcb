"""The steps that a subscriber takes in a browser, in whatever language."""

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

    def at(self) -> str:
        """Give the path of the page."""
        return self.tab.url.removeprefix(self.place.address).partition("?")[0]

    def goes(self, path: str) -> None:
        """Open a page by its address."""
        self.tab.goto(f"{self.place.address}{path}")

    def looks_away(self) -> None:
        """Leave the page: one that waits would show by itself, at any moment, what happens next."""
        self.tab.goto("about:blank")

    def clicks(self, css: str, path: str) -> None:
        """Click, and arrive at a page."""
        self.tab.locator(css).click()
        self.tab.wait_for_url(lambda url: url.partition("?")[0] == f"{self.place.address}{path}")

    def arrives(
        self, kind: str = "new_line", *, msisdn: str = "15550001", then: str = "/c/start"
    ) -> str:
        """Open the operator's link; give it."""
        link = self.place.link(kind, msisdn)
        self.enters(link, then)
        return link

    def enters(self, link: str, then: str) -> None:
        """Open a link. A tab that shows its page already would only move within it."""
        self.tab.goto("about:blank")
        self.tab.goto(link)
        self.tab.wait_for_url(lambda url: url == f"{self.place.address}{then}")

    def consents(self) -> None:
        """Choose the face check and agree to it."""
        self.clicks('.way[href="/c/consent"]', "/c/consent")
        self.clicks("form button", "/c/document")

    def chooses_document(self) -> None:
        """Choose a photograph of the document."""
        page = FilePayload(name="page.jpg", mimeType="image/jpeg", buffer=drawn_page())
        self.tab.locator("#front").set_input_files(page)

    def shows_document(self, then: str = "/c/face") -> None:
        """Photograph the document and send it."""
        self.chooses_document()
        self.clicks("#document button", then)

    def opens_camera(self) -> None:
        """Open the camera."""
        self.tab.locator("face-capture button").click()
        self.tab.locator(".face-stage[data-state]").wait_for()

    def shows_face(self, then: str = "/c/result") -> None:
        """Open the camera and take the pictures."""
        self.opens_camera()
        with self.tab.expect_navigation(wait_until="load"):
            self.tab.locator("face-capture button").first.click()
        self.tab.wait_for_url(lambda url: url.partition("?")[0] == f"{self.place.address}{then}")

    def until_document(self, kind: str = "new_line", *, msisdn: str = "15550001") -> None:
        """Go as far as the document."""
        self.arrives(kind, msisdn=msisdn)
        self.consents()

    def until_face(self, kind: str = "new_line", *, msisdn: str = "15550001") -> None:
        """Go as far as the face."""
        self.until_document(kind, msisdn=msisdn)
        self.shows_document()

    def passes(self, secret: str) -> None:
        """Open the link with this secret and go the whole way of the face check."""
        self.enters(f"{self.place.address}/c#{secret}", "/c/start")
        self.consents()
        self.shows_document()
        self.shows_face()

    def takes_other_way(self, way: str) -> None:
        """Choose another way than the face check."""
        self.clicks('a[href="/c/other-way"]', "/c/other-way")
        self.clicks(f'button[value="{way}"]', "/c/other-way")
