"""Draws what docs/pictures/ has of notices, one's own lines and operations.

`python -m tests.pages.own_pictures`; the other pictures are drawn by `tests.pages.pictures`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lineproof.domain.staff import Role
from tests.pages import test_answers, test_my_lines
from tests.pages.pictures import drawn_camera, keep
from tests.pages.place import Place, place
from tests.pages.test_operations import WORST, at_operations, given_up
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

NOTICES = {"may-object": "notice", "objected": "notice-stopped", "may-agree": "notice-transfer"}
LINES = {
    "lines": "lines",
    "lines-disputed": "lines-disputed",
    "looks": "who-looked",
    "consents": "consents",
}


def main() -> None:
    """Walk through the states and keep the pictures that are named."""
    with drawn_camera() as (folder, browser):
        walk(browser, folder / "notices", test_answers.states, NOTICES)
        walk(browser, folder / "lines", test_my_lines.states, LINES)
        operations(browser, folder / "operations")


def walk(
    browser: Browser,
    folder: Path,
    states: Callable[[Walk, Place], Iterator[str]],
    names: dict[str, str],
) -> None:
    """Keep the pictures of one set of states, as a telephone shows them."""
    folder.mkdir()
    window = browser.new_context(viewport={"width": 360, "height": 640}, locale="en")
    with place(folder) as there:
        shown = Walk(window.new_page(), there)
        for state in states(shown, there):
            if state in names:
                keep(shown.tab, names[state])
    window.close()


def operations(browser: Browser, folder: Path) -> None:
    """Keep the operations page, wide, soon after the start."""
    folder.mkdir()
    window = browser.new_context(viewport={"width": 1280, "height": 640}, locale="en")
    with place(folder, WORST) as there:
        given_up(there)
        tab = at_operations(window, there, Role.ADMIN).tab
        # The table of routes is longer than a picture in the documentation need be.
        tab.locator("main > .table").last.evaluate("each => each.remove()")
        keep(tab, "operations-wide")
    window.close()


if __name__ == "__main__":
    main()
