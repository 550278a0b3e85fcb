"""Draws docs/pictures/: `python -m tests.pages.pictures`. The camera sees a drawing, and nobody."""

from __future__ import annotations

import io
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.pages.conftest import FLAGS
from tests.pages.place import film, place, silhouette
from tests.pages.states import states

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"
COLOURS = 96
TOO_LARGE = 60_000

PHONE = {
    "start",
    "consent",
    "document",
    "document-unreadable",
    "face",
    "face-camera",
    "face-again",
    "referred",
    "approved",
    "issued",
    "other-way",
    "in-person",
    "chip",
    "leave",
    "link-used",
}
WIDE, DARK, ARABIC = ["start", "face-camera"], ["start", "face-camera"], ["start", "approved"]


@contextmanager
def drawn_camera() -> Iterator[tuple[Path, Browser]]:
    """Give an empty folder, and a browser before whose camera a drawing is."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        camera = film(silhouette(), folder / "camera.mjpeg")
        flags = [
            *FLAGS,
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
        ]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        yield folder, browser
        browser.close()


def main() -> None:
    """Walk through every state in English and Arabic and keep the pictures that are named."""
    FOLDER.mkdir(exist_ok=True)
    with drawn_camera() as (folder, browser):
        for code in ("en", "ar"):
            (folder / code).mkdir()
            walk(browser, folder / code, code)


def walk(browser: Browser, folder: Path, code: str) -> None:
    """Keep the pictures of one language."""
    window = browser.new_context(viewport={"width": 360, "height": 640}, locale=code)
    tab = window.new_page()
    with place(folder) as there:
        for name in states(tab, there):
            if code == "ar":
                if name in ARABIC:
                    keep(tab, f"{name}-arabic")
                continue
            if name in PHONE:
                keep(tab, name)
            if name in DARK:
                tab.emulate_media(color_scheme="dark")
                keep(tab, f"{name}-dark")
                tab.emulate_media(color_scheme="light")
            if name in WIDE:
                tab.set_viewport_size({"width": 1280, "height": 640})
                keep(tab, f"{name}-wide")
                tab.set_viewport_size({"width": 360, "height": 640})
    window.close()


def keep(tab: Page, name: str, *, whole: bool = True) -> None:
    """Keep one picture, in few colours: of the whole page, or of what the screen shows."""
    picture = Image.open(io.BytesIO(tab.screenshot(full_page=whole))).convert("RGB")
    file = FOLDER / f"{name}.png"
    picture.quantize(COLOURS).save(file, optimize=True)
    assert file.stat().st_size < TOO_LARGE, name


if __name__ == "__main__":
    main()
