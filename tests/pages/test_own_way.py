from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import FilePayload

from lineproof.ports import Site
from lineproof.profiles.read_profile import read_profile
from lineproof.wiring import site_for
from tests.pages.place import film, place
from tests.pages.walk import Walk
from tests.samples import document, engine, photograph

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from lineproof.domain.profile import Profile
    from tests.pages.conftest import Launch
    from tests.pages.place import Place


def test_from_a_link_to_a_line(tab: Page, there: Place) -> None:
    """A subscriber goes from the link over consent, document and camera to the line."""
    walk = Walk(tab, there)
    walk.arrives()
    assert walk.title() == "Show that it is you"
    walk.consents()
    walk.shows_document()
    walk.shows_face()
    assert walk.title() == "We know it is you"
    assert there.status() == "ordered"
    assert len(there.eye.frames) == 4
    there.house.stage.run()
    tab.get_by_role("heading", name="Done").wait_for()


def test_a_real_face_before_a_real_camera(launch: Launch, tmp_path: Path) -> None:
    """The right person is approved and the wrong one is not, by the default pack, film to line."""
    assert _verdict(launch, tmp_path / "right", "obama2.jpg") == "We know it is you"
    assert _verdict(launch, tmp_path / "wrong", "biden.jpg") == "Show your face"


def _verdict(launch: Launch, folder: Path, name: str) -> str:
    """Show the demonstration's document, and a photograph for a camera; give the page's heading."""
    engine()
    site = site_for("default", None)
    assert isinstance(site, Site)
    profile: Profile = read_profile("photographs")  # type: ignore[assignment]
    folder.mkdir()
    browser = launch(film(_before_a_camera(photograph(name)), folder / "camera.mjpeg"))
    window = browser.new_context(viewport={"width": 360, "height": 740}, locale="en")
    window.set_default_timeout(30_000)
    with place(folder, profile, site) as there:
        walk = Walk(window.new_page(), there)
        walk.until_document()
        page = FilePayload(name="page.jpg", mimeType="image/jpeg", buffer=document())
        walk.tab.locator("#front").set_input_files(page)
        walk.clicks("#document button", "/c/face")
        walk.opens_camera()
        with walk.tab.expect_navigation():
            walk.tab.locator("face-capture button").first.click()
        walk.tab.wait_for_load_state()
        return walk.title()


def _before_a_camera(stored: bytes) -> Image.Image:
    """Give a portrait as a camera of 1280 x 960 sees the person: in the middle of a room."""
    person = Image.open(io.BytesIO(stored)).convert("RGB")
    person = person.resize((round(person.width * 960 / person.height), 960))
    room = Image.new("RGB", (1280, 960), "#8d969c")
    room.paste(person, ((1280 - person.width) // 2, 0))
    return room
