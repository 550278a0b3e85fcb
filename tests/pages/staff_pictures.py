"""Draws what docs/pictures/ has of staff: `python -m tests.pages.staff_pictures`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.pages.pictures import drawn_camera, keep
from tests.pages.place import place
from tests.pages.staff_states import staff_states

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

NARROW: ViewportSize = {"width": 360, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 640}
FILM: ViewportSize = {"width": 800, "height": 900}

NARROW_ONES = {"sign-in", "counter", "counter-code", "attest", "receipt", "review"}
WIDE_ONES = {"counter", "counter-code", "reviews"}


def main() -> None:
    """Walk through the states and keep the pictures that are named."""
    with drawn_camera() as (folder, browser):
        window = browser.new_context(viewport=NARROW, locale="en")
        phone = browser.new_context(viewport=NARROW, locale="en")
        with place(folder) as there:
            for state, tab in staff_states(window, phone, there):
                if state in NARROW_ONES:
                    keep(tab, f"staff-{state}")
                if state in WIDE_ONES:
                    tab.set_viewport_size(WIDE)
                    keep(tab, f"staff-{state}-wide")
                    tab.set_viewport_size(NARROW)
                if state == "review-full":
                    tab.set_viewport_size(FILM)
                    tab.locator(".faces").evaluate(
                        "all => all.previousElementSibling.scrollIntoView()"
                    )
                    keep(tab, "staff-review-film", whole=False)
                    tab.set_viewport_size(NARROW)


if __name__ == "__main__":
    main()
