"""What a frame's guidance takes: by the detector in headless Chromium, and on the server."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright
from tests.pages.conftest import FLAGS
from tests.pages.guide import default_guide, guided, scene
from tests.pages.place import film, place
from tests.pages.walk import Walk
from tests.samples import stored

from benchmarks.common import write_figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page, Response

FRAMES = 200

TIMES = """
async (count) => {
  const { startGuide } = await import("/static/face-guide.js");
  const { cut } = await import("/static/face-frames.js");
  const began = performance.now(), guide = startGuide({ detector: "/c/face/detector", send: null });
  while (guide.by !== "detector") await new Promise((done) => setTimeout(done, 5));
  const ready = performance.now() - began, video = document.querySelector("face-capture").video;
  const whole = [], network = [];
  for (let left = count + 10; left > 0; left -= 1) {
    const start = performance.now();
    await guide.guide(cut(video, 256));
    whole.push(performance.now() - start);
    network.push(guide.took);
  }
  guide.stop();
  return { ready, whole: whole.slice(10), network: network.slice(10) };
}
"""


def guidance() -> None:
    """Time frames of a face at the camera, ten of them unmeasured first."""
    picture = scene((0.5, 1.1))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        camera = film(picture, Path(folder) / "camera.mjpeg")
        flags = [
            *FLAGS,
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
        ]
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), headless=True, args=flags
        )
        with place(Path(folder), site=guided(default_guide())) as there:
            tab = browser.new_page()
            loaded: list[int] = []
            walk = Walk(tab, there)
            walk.until_face()
            tab.on("response", lambda answer: loaded.append(_size(answer)))
            walk.opens_camera()
            tab.locator('.face-stage[data-by="detector"]').wait_for()
            opened = sum(loaded)
            times = _times(tab)
        browser.close()
    frame = stored(picture.crop((140, 0, 500, 480)).resize((192, 256)), quality=70)
    write_figures(
        "guidance",
        {
            "browser, a frame in all (ms)": spread(times["whole"]),
            "browser, network and rule (ms)": spread(times["network"]),
            "browser, until it is ready (ms)": round(times["ready"]),
            "loaded when the camera opens (bytes)": opened,
            "a frame for the server (bytes)": len(frame),
            "server, a hint (ms)": spread([_hint(frame) for _ in range(FRAMES)]),
        },
    )


def _times(tab: Page) -> dict[str, list[float]]:
    # The element's own guidance would share the core.
    tab.evaluate("document.querySelector('face-capture').guide = () => null")
    found: dict[str, list[float]] = tab.evaluate(TIMES, FRAMES)
    return found


def _size(answer: Response) -> int:
    return int(answer.request.sizes()["responseBodySize"])


def _hint(frame: bytes) -> float:
    began = time.perf_counter()
    default_guide().hint(frame)
    return (time.perf_counter() - began) * 1000


def spread(times: Sequence[float]) -> dict[str, float]:
    """Give median, the middle 90 in 100, and the most."""
    cuts = quantiles(times, n=20)
    found = {"median": median(times), "5 %": cuts[0], "95 %": cuts[-1], "most": max(times)}
    return {name: round(value, 1) for name, value in found.items()}
