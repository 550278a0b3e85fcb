"""Counts what a task costs a person: `python -m tests.pages.tasks` prints docs/tasks.md's table."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.pages.conftest import FLAGS
from tests.pages.place import Place, film, place, silhouette
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser

COUNTS = "document.addEventListener('click', e => e.isTrusted && window.counted('click'), true)"


@dataclass(slots=True)
class Cost:
    """Pages that were shown, words on them, clicks and chosen files."""

    pages: int = 0
    words: int = 0
    clicks: int = 0


def replace_my_sim(walk: Walk) -> None:
    """Replace my SIM, by the face check."""
    walk.place.house.line()
    walk.until_face("sim_replacement")
    walk.shows_face()


def not_my_face(walk: Walk) -> None:
    """I do not want the face check."""
    walk.arrives()
    walk.takes_other_way("in_person")


def not_my_face_after_all(walk: Walk) -> None:
    """I began the face check and do not want it any more."""
    walk.until_face()
    walk.tab.locator("summary").click()
    walk.takes_other_way("in_person")


def stop(walk: Walk) -> None:
    """Stop, and have everything deleted."""
    walk.arrives()
    walk.clicks('a[href="/c/leave"]', "/c/leave")
    walk.clicks("form button", "/c/left")


def read_in_arabic(walk: Walk) -> None:
    """Read it all in Arabic."""
    walk.arrives()
    walk.clicks('a[hreflang="ar"]', "/c/start")


TASKS = (replace_my_sim, not_my_face, not_my_face_after_all, stop, read_in_arabic)


def cost(browser: Browser, there: Place, task: Callable[[Walk], None]) -> Cost:
    """Do a task and count."""
    window = browser.new_context(locale="en")
    counted = Cost()

    def one(kind: str, words: int = 0) -> None:
        counted.clicks += kind == "click"
        counted.pages += kind == "page"
        counted.words += words

    window.expose_function("counted", one)
    window.add_init_script(
        COUNTS + ";document.addEventListener('DOMContentLoaded', () => {"
        " if (document.querySelector('#open') && location.hash) return;"
        " window.counted('page', document.querySelector('main').innerText.split(/\\s+/).length) })"
        ";document.addEventListener('change', e => window.counted('click'), true)"
    )
    task(Walk(window.new_page(), there))
    window.close()
    return counted


def main() -> None:
    """Print a row for each task."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        camera = film(silhouette(), Path(name) / "camera.mjpeg")
        flags = [
            *FLAGS,
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
        ]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        for number, task in enumerate(TASKS):
            folder = Path(name) / str(number)
            folder.mkdir()
            with place(folder) as there:
                found = cost(browser, there, task)
            print(f"| {task.__doc__} | {found.pages} | {found.clicks} | {found.words} |")  # noqa: T201 - its purpose
        browser.close()


if __name__ == "__main__":
    main()
