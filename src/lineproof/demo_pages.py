"""The demonstration's pages, walked through in a headless browser, a picture of each kept."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.sync_api import Error, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from lineproof.demo_lines import Standing

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


def photograph_pages(
    program: str, standing: Standing, document: Path, face: Path, folder: Path
) -> list[Path] | BrowserMissing:
    """Walk through the pages of a service that runs, ``face`` before the camera; give the files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    film = folder / "camera.mjpeg"
    # Motion JPEG: pictures one after another, which Chromium plays again and again.
    film.write_bytes(face.read_bytes() * 4)
    album = Album(folder)
    try:
        with _browser(program, film) as browser:
            _as_subscriber(browser, standing, document, album)
            _at_the_counter(browser, standing, album)
            _as_reviewer(browser, standing, album)
            _as_admin(browser, standing, album)
    except Error as error:
        return BrowserMissing(f"The browser stopped: {error.message.splitlines()[0]}")
    finally:
        film.unlink()
    return album.files


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


def _at_the_counter(browser: Browser, standing: Standing, album: Album) -> None:
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


def _as_reviewer(browser: Browser, standing: Standing, album: Album) -> None:
    """See the queue, take the case, and see it."""
    with _tab(browser, DESK) as tab:
        tab.goto(f"{standing.address}/staff/sign-in")
        _be(tab, "reviewer")
        album.keep(tab, "reviews")
        tab.locator('form[action="/staff/reviews/next"] button').click()
        tab.wait_for_url("**/staff/reviews/case_**")
        album.keep(tab, "review")


def _as_admin(browser: Browser, standing: Standing, album: Album) -> None:
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
