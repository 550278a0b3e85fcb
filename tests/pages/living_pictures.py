"""Draws what docs/pictures/ has of a script: `python -m tests.pages.living_pictures`.

The camera sees a drawing, and nobody.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.pages.conftest import FLAGS
from tests.pages.living import living_place, sitter
from tests.pages.pictures import keep
from tests.pages.place import film, silhouette
from tests.pages.test_living_states import STILL


def main() -> None:
    """Play scripts, and keep what each step looks like on a telephone."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        camera = film(silhouette(), folder / "camera.mjpeg")
        flags = [
            *FLAGS,
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
        ]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
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
        browser.close()


if __name__ == "__main__":
    main()
