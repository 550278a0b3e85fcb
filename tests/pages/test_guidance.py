"""Guidance at the camera, in a browser: by the detector here, by the server, or not at all."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.axe import violations
from tests.pages.guide import default_guide, guided, scene
from tests.pages.place import film, place
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL import Image
    from playwright.sync_api import Page

    from tests.pages.conftest import Launch

OURS = ("face-guide.js", "face-worker.js", "face-kernel.wasm", "/c/face/detector", "/c/face/hint")

SCENES = {
    "Come closer.": ((0.5, 0.55),),
    "Only one person, please.": ((0.38, 0.6), (0.62, 0.6)),
    "No face is seen. Put your face into the oval.": (),
    "Put your face into the oval.": ((0.5, 1.1),),
    "Move back a little.": ((0.5, 2.4),),
}
"""What is said of faces of which a sixth is the distance of the eyes, in a frame of 3 to 4."""


@contextmanager
def before_camera(
    launch: Launch, folder: Path, picture: Image.Image, script: str = "", **context: object
) -> Iterator[tuple[Walk, list[str]]]:
    """Stand before the page of the face; also give all that was asked for by then and after."""
    browser = launch(film(picture, folder / "camera.mjpeg"), **context)
    window = browser.new_context(viewport={"width": 360, "height": 740}, locale="en")
    window.set_default_timeout(15_000)
    if script:
        window.add_init_script(script)
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    with place(folder, site=guided(default_guide())) as there:
        walk = Walk(window.new_page(), there)
        walk.until_face()
        yield walk, asked
    window.close()


def by(tab: Page, who: str) -> None:
    """Wait until guidance is by somebody."""
    expect(tab.locator(".face-stage")).to_have_attribute("data-by", who, timeout=15_000)


def loaded(asked: list[str]) -> set[str]:
    """Give what of guidance was asked for."""
    return {name for name in OURS if any(name in url for url in asked)}


@pytest.mark.parametrize("sentence", SCENES)
def test_the_browser_s_own_detector_says_how_to_stand(
    launch: Launch, tmp_path: Path, sentence: str
) -> None:
    """With WebAssembly the page says it in words, and no frame leaves the browser for it."""
    with before_camera(launch, tmp_path, scene(*SCENES[sentence])) as (walk, asked):
        walk.opens_camera()
        by(walk.tab, "detector")
        expect(walk.tab.locator("face-capture [role=status]")).to_have_text(sentence)
        assert loaded(asked) == set(OURS) - {"/c/face/hint"}


def test_nothing_of_guidance_comes_before_the_camera_opens(launch: Launch, tmp_path: Path) -> None:
    """Not on the camera's own page; and from no other host, then or later."""
    with before_camera(launch, tmp_path, scene((0.5, 0.55))) as (walk, asked):
        walk.tab.wait_for_load_state("networkidle")
        assert any("face-capture.js" in url for url in asked)
        assert loaded(asked) == set()
        walk.opens_camera()
        by(walk.tab, "detector")
        assert {url.split("/")[2] for url in asked} == {walk.place.address.split("/")[2]}


@pytest.mark.parametrize(
    "script",
    [
        "delete window.WebAssembly",
        "window.Worker = class { constructor() { throw new Error('no workers') } }",
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })",
        "WebAssembly.validate = () => false",
    ],
    ids=["no WebAssembly", "no worker", "data is saved", "no vectors"],
)
def test_without_the_detector_the_server_hints(launch: Launch, tmp_path: Path, script: str) -> None:
    """The same words come, from small frames to our own host; the detector is not loaded."""
    with before_camera(launch, tmp_path, scene((0.5, 0.55)), script) as (walk, asked):
        walk.opens_camera()
        by(walk.tab, "server")
        expect(walk.tab.locator("face-capture [role=status]")).to_have_text("Come closer.")
        expect(walk.tab.locator(".face-stage")).to_have_attribute("data-state", "mend")
        assert "/c/face/detector" not in loaded(asked)
        assert walk.place.status() == "capturing"


def test_where_the_detector_s_file_does_not_come_the_server_hints(
    launch: Launch, tmp_path: Path
) -> None:
    """A connection that lets the file down costs the person nothing."""
    with before_camera(launch, tmp_path, scene((0.5, 0.55))) as (walk, _):
        walk.tab.context.route("**/c/face/detector", lambda route: route.abort())
        walk.opens_camera()
        by(walk.tab, "server")
        expect(walk.tab.locator("face-capture [role=status]")).to_have_text("Come closer.")


def test_where_the_camera_is_refused_nothing_of_guidance_comes(
    launch: Launch, tmp_path: Path
) -> None:
    """The other way is open, and the person's data was not spent."""
    with before_camera(launch, tmp_path, scene(), allowed=False) as (walk, asked):
        walk.tab.locator("face-capture button").click()
        expect(walk.tab.locator("#without-camera")).to_have_attribute("open", "")
        expect(walk.tab.locator("face-capture [role=status]")).to_contain_text("not allowed")
        assert loaded(asked) == set()


def test_guidance_shuts_nobody_out(launch: Launch, tmp_path: Path) -> None:
    """While a hint shows, axe finds nothing, and the oval is dashed: the hint is no colour."""
    with before_camera(launch, tmp_path, scene((0.5, 0.55))) as (walk, _):
        walk.opens_camera()
        by(walk.tab, "detector")
        status = walk.tab.locator("face-capture [role=status]")
        expect(status).to_have_text("Come closer.")
        assert status.get_attribute("aria-live") == "polite"
        dashes = "getComputedStyle(document.querySelector('.face-stage .oval')).strokeDasharray"
        assert walk.tab.evaluate(dashes) != "none"
        assert violations(walk.tab) == []


def test_hints_are_trusted_by_nobody(launch: Launch, tmp_path: Path) -> None:
    """Whatever is hinted, the pictures can be taken and the server decides."""
    with before_camera(launch, tmp_path, scene()) as (walk, _):
        walk.opens_camera()
        by(walk.tab, "detector")
        status = walk.tab.locator("face-capture [role=status]")
        expect(status).to_contain_text("No face is seen")
        walk.clicks("face-capture button >> nth=0", "/c/result")
        assert walk.place.status() in {"approved", "ordered", "issued"}
