from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.pages.place import Place, film, grainy_film, place, silhouette

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
]

Launch = Callable[..., Browser]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Start what drives browsers.

    It keeps an event loop running in this thread, so it ends with this folder's tests: others begin
    loops of their own.
    """
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="package")
def launch(playwright: Playwright) -> Iterator[Launch]:
    """Give what starts Debian's Chromium with a film for its camera; skip where it is not.

    Where Debian's headless shell is, it is that: the same engine without tabs and menus around it,
    for a third of the work. ``whole`` starts the browser that people have, and so does a camera
    that was not allowed beforehand: the shell has nobody whom it could ask.
    """
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    shell = shutil.which("chromium-headless-shell") or browser
    opened: list[Browser] = []

    def start(camera: Path | None = None, *, allowed: bool = True, whole: bool = False) -> Browser:
        program = browser if whole or not allowed else shell
        flags = [*FLAGS, *(["--use-fake-ui-for-media-stream"] if allowed else [])]
        if camera is not None:
            flags.append(f"--use-file-for-fake-video-capture={camera}")
        found = playwright.chromium.launch(executable_path=program, headless=True, args=flags)
        opened.append(found)
        return found

    yield start
    for each in opened:
        each.close()


@pytest.fixture(scope="package")
def browser(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Give a browser whose camera sees a drawn silhouette."""
    return launch(film(silhouette(), tmp_path_factory.mktemp("film") / "camera.mjpeg"))


@pytest.fixture(scope="package")
def grainy(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Give a browser whose camera has a sensor's noise: no frame is as another."""
    return launch(grainy_film(tmp_path_factory.mktemp("grain") / "camera.mjpeg"))


def as_a_telephone(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser without a past, as wide as a telephone, and close it."""
    found = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    found.set_default_timeout(10_000)
    yield found
    found.close()


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser without a past, as wide as a telephone."""
    yield from as_a_telephone(browser)


@pytest.fixture
def tab(window: BrowserContext) -> Page:
    """Give a tab."""
    return window.new_page()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Place]:
    """Give a service that a browser can enter."""
    with place(tmp_path) as found:
        yield found
