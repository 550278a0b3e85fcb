"""The demonstration's pages, walked through in a headless browser, a picture of each kept."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.sync_api import Error, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    from playwright.sync_api import Browser, Page

    from lineproof.demo_lines import Standing

    Part: TypeAlias = Callable[[Browser, Standing, Path, "Album"], None]

PROGRAMS = "chromium", "chromium-browser", "google-chrome"
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    # As root, which containers are, Chromium starts only so. It opens nothing but our own pages.
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
PATIENCE = 30_000
"""Milliseconds until a page that does not come is a fault."""


@dataclass(frozen=True, slots=True)
class BrowserMissing:
    """No browser can be started, and what to do."""

    sentence: str


@dataclass(slots=True)
class Album:
    """The pictures that were taken."""

    folder: Path
    files: list[Path] = field(default_factory=list)

    def keep(self, tab: Page, name: str) -> None:
        """Take a picture of the whole page."""
        file = self.folder / f"{len(self.files) + 1:02}-{name}.png"
        tab.screenshot(path=file, full_page=True)
        self.files.append(file)


def browser_program() -> str | BrowserMissing:
    """Find Chromium."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        return BrowserMissing("Chromium is not here. Install it: apt-get install chromium.")
    return found


@dataclass(frozen=True, slots=True)
class Photographer:
    """Walks through the pages of a service that runs, a photograph before the camera."""

    program: str
    document: Path
    face: Path
    album: Album

    @classmethod
    def into(cls, folder: Path, program: str, *, document: Path, face: Path) -> Photographer:
        """Make one whose pictures go into an empty ``folder``."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return cls(program, document, face, Album(folder))

    def everybody(self, standing: Standing) -> BrowserMissing | None:
        """Be the subscriber, the agent, the reviewer and the admin of a service."""
        return self._walk(standing, _as_subscriber, _at_the_counter, _as_reviewer, _as_admin)

    def thief(self, standing: Standing) -> BrowserMissing | None:
        """Hold the photograph before the camera of a service that asks for a living person."""
        return self._walk(standing, _as_thief)

    def _walk(self, standing: Standing, *parts: Part) -> BrowserMissing | None:
        film = self.album.folder / "camera.mjpeg"
        # Motion JPEG: pictures one after another, which Chromium plays again and again.
        film.write_bytes(self.face.read_bytes() * 4)
        try:
            with _browser(self.program, film) as browser:
                for part in parts:
                    part(browser, standing, self.document, self.album)
        except Error as error:
            return BrowserMissing(f"The browser stopped: {error.message.splitlines()[0]}")
        finally:
            film.unlink()
        return None


@contextmanager
def _browser(program: str, film: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[*FLAGS, f"--use-file-for-fake-video-capture={film}"],
        )
        yield browser
        browser.close()


@contextmanager
def _tab(browser: Browser, size: dict[str, int]) -> Iterator[Page]:
    window = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        locale="en",
        ignore_https_errors=True,
    )
    window.set_default_timeout(PATIENCE)
    yield window.new_page()
    window.close()


def _as_subscriber(browser: Browser, standing: Standing, document: Path, album: Album) -> None:
    """From the operator's link to the answer, and on to who looked."""
    with _tab(browser, PHONE) as tab:
        tab.goto(standing.link)
        tab.wait_for_url("**/c/start")
        album.keep(tab, "two-ways")
        tab.locator('a[href="/c/other-way"]').click()
        album.keep(tab, "other-way")
        tab.go_back()
        tab.locator('.way[href="/c/consent"]').click()
        album.keep(tab, "consent")
        tab.locator("form button").click()
        tab.wait_for_url("**/c/document")
        album.keep(tab, "document")
        tab.locator("#front").set_input_files(document)
        tab.locator("#document button").click()
        tab.wait_for_url("**/c/face")
        tab.locator("face-capture button").click()
        tab.locator(".face-stage[data-state]").wait_for()
        album.keep(tab, "camera")
        tab.locator("face-capture button").first.click()
        tab.wait_for_url("**/c/result**")
        album.keep(tab, "result")
        for path in ("lines", "looks"):
            tab.goto(f"{standing.address}/c/{path}")
            album.keep(tab, path)


def _as_thief(browser: Browser, standing: Standing, document: Path, album: Album) -> None:
    """Answer the camera's script with a photograph, which moves as little as it lives."""
    with _tab(browser, PHONE) as tab:
        tab.goto(standing.link)
        tab.wait_for_url("**/c/start")
        tab.locator('.way[href="/c/consent"]').click()
        tab.locator("form button").click()
        tab.wait_for_url("**/c/document")
        tab.locator("#front").set_input_files(document)
        tab.locator("#document button").click()
        tab.wait_for_url("**/c/face")
        tab.locator("face-capture button").first.click()
        tab.locator(".face-stage[data-state]").wait_for()
        tab.locator("face-capture button").first.click()
        tab.locator("dialog[data-do=screen]").wait_for()
        album.keep(tab, "thief-script")
        tab.wait_for_url("**/c/face**", wait_until="load")
        tab.locator("h1").wait_for()
        album.keep(tab, "thief-again")


def _at_the_counter(browser: Browser, standing: Standing, _document: Path, album: Album) -> None:
    """Sign in and open a case by the keyboard."""
    with _tab(browser, DESK) as tab:
        tab.goto(f"{standing.address}/staff/sign-in")
        album.keep(tab, "staff-sign-in")
        _be(tab, "agent")
        album.keep(tab, "counter")
        tab.keyboard.press("1")
        tab.wait_for_url("**/staff/counter/new/new_line")
        for typed in ("15550009", "8949000000000000009", "001010000000009", "holder@example.org"):
            tab.keyboard.type(typed)
            tab.keyboard.press("Enter")
        tab.wait_for_url("**/staff/counter/cases/case_**")
        album.keep(tab, "counter-case")


def _as_reviewer(browser: Browser, standing: Standing, _document: Path, album: Album) -> None:
    """See the queue, take the case, and see it."""
    with _tab(browser, DESK) as tab:
        tab.goto(f"{standing.address}/staff/sign-in")
        _be(tab, "reviewer")
        album.keep(tab, "reviews")
        tab.locator('form[action="/staff/reviews/next"] button').click()
        tab.wait_for_url("**/staff/reviews/case_**")
        album.keep(tab, "review")


def _as_admin(browser: Browser, standing: Standing, _document: Path, album: Album) -> None:
    """See how the service does."""
    with _tab(browser, DESK) as tab:
        tab.goto(f"{standing.address}/staff/sign-in")
        _be(tab, "admin")
        tab.goto(f"{standing.address}/staff/operations")
        album.keep(tab, "operations")


def _be(tab: Page, role: str) -> None:
    with tab.expect_navigation(wait_until="load"):
        tab.locator(f'button[value="{role}"]').click()
    tab.wait_for_load_state()
