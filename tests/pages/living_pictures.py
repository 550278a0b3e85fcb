"""Draws what docs/pictures/ has of a script: `python -m tests.pages.living_pictures`.

The camera sees a drawing, and nobody.
"""

from __future__ import annotations

from tests.pages.living import living_place, sitter
from tests.pages.pictures import drawn_camera, keep
from tests.pages.test_living_states import STILL


def main() -> None:
    """Play scripts, and keep what each step looks like on a telephone."""
    with drawn_camera() as (folder, browser):
        window = browser.new_context(viewport={"width": 360, "height": 640}, locale="en")
        with living_place(folder) as there:
            sat = sitter(window, there)
            keep(sat.tab, "script-choice")
            for step in ("screen", "turn"):
                sat.opens_camera()
                sat.begins()
                sat.sees(step)
                sat.tab.evaluate(STILL)
                keep(sat.tab, f"script-{step}", whole=False)
                sat.tab.reload()


if __name__ == "__main__":
    main()
