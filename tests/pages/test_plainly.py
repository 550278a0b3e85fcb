from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload, expect

from tests.pages.place import as_jpeg, film, place, silhouette
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Response

    from tests.pages.conftest import Launch
    from tests.pages.place import Place

FIRST_PAGE = 100 * 1024
"""Bytes of everything that the first page needs, the whole way from the link."""


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Page]:
    """Give a tab that runs no scripts."""
    window = browser.new_context(java_script_enabled=False, locale="en")
    window.set_default_timeout(10_000)
    yield window.new_page()
    window.close()


def test_without_scripts_from_a_code_to_a_line(scriptless: Page, there: Place) -> None:
    """A browser without scripts goes the whole way, with files for the camera."""
    walk = Walk(scriptless, there)
    link = there.link()
    scriptless.goto(link)
    scriptless.locator("#client_secret").fill(f"  {link} ")
    walk.clicks("#open button", "/c/start")
    walk.consents()
    walk.shows_document()
    scriptless.locator("summary").click()
    walk.clicks("details form button", "/c/face/question")
    photo = FilePayload(name="me.jpg", mimeType="image/jpeg", buffer=as_jpeg(silhouette()))
    scriptless.locator("#photo").set_input_files(photo)
    walk.clicks("form button", "/c/result")
    assert walk.title() == "We know it is you"


@pytest.mark.parametrize(
    "junk", ["", "   ", "#", "x" * 500, "'; DROP TABLE cases", "<script>1</script>", "😀" * 40]
)
def test_junk_for_a_code_gets_a_plain_page(scriptless: Page, there: Place, junk: str) -> None:
    """Whatever is pasted into the field, the page says what to do and repeats nothing of it."""
    walk = Walk(scriptless, there)
    walk.goes("/c")
    scriptless.locator("#client_secret").fill(junk)
    scriptless.locator("#open button").click()
    scriptless.wait_for_load_state()
    assert walk.title() in {"Open your request", "This link cannot be used any more"}
    assert len(junk.strip()) <= 1 or junk not in scriptless.content()


def test_no_picture_chosen_is_said_at_the_field(scriptless: Page, there: Place) -> None:
    """The summary at the top leads to the field, which says the same."""
    walk = Walk(scriptless, there)
    link = there.link()
    scriptless.goto(link)
    scriptless.locator("#client_secret").fill(link)
    walk.clicks("#open button", "/c/start")
    walk.consents()
    # An old browser that does not know "required" sends an empty file.
    nothing = FilePayload(name="", mimeType="application/octet-stream", buffer=b"")
    scriptless.locator("#front").set_input_files(nothing)
    walk.clicks("#document button", "/c/document")
    assert scriptless.title().startswith("Error:")
    summary = scriptless.get_by_role("alert").get_by_role("link")
    assert summary.get_attribute("href") == "#front"
    expect(scriptless.locator("#front-error")).to_contain_text("Choose a picture")
    assert scriptless.locator("#front").get_attribute("aria-invalid") == "true"


def test_by_keyboard_alone(tab: Page, there: Place) -> None:
    """Every step can be taken with Tab and Enter, and what has the focus shows it."""
    walk = Walk(tab, there)
    walk.arrives()
    _presses(tab, "Face check")
    tab.wait_for_url("**/c/consent")
    _presses(tab, "I agree")
    tab.wait_for_url("**/c/document")
    walk.chooses_document()
    _presses(tab, "Send")
    tab.wait_for_url("**/c/face")
    _presses(tab, "Open the camera")
    tab.locator("face-capture video").wait_for()
    expect(tab.get_by_role("button", name="Take pictures")).to_be_focused()
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    tab.wait_for_url("**/c/result")
    assert walk.title() == "We know it is you"


def _presses(tab: Page, name: str) -> None:
    """Press Tab until something of this name has the focus, then Enter."""
    for _ in range(40):
        tab.keyboard.press("Tab")
        focused = tab.evaluate(
            "(() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.innerText || '', s.outlineStyle, s.boxShadow]; })()"
        )
        if focused[0].strip().startswith(name):
            assert focused[1] == "solid"
            assert focused[2] != "none"
            tab.keyboard.press("Enter")
            return
    pytest.fail(f"{name} is not reached by Tab")


def test_the_first_page_is_small(tab: Page, there: Place) -> None:
    """From the link to the first page, no more than 100 KB come over the network in all."""
    sizes: list[int] = []
    tab.on("response", lambda answer: sizes.append(_size(answer)))
    Walk(tab, there).arrives()
    tab.wait_for_load_state("networkidle")
    assert len(sizes) >= 5
    assert sum(sizes) <= FIRST_PAGE


def _size(answer: Response) -> int:
    sizes = answer.request.sizes()
    return int(sizes["responseBodySize"] + sizes["responseHeadersSize"])


def test_the_camera_s_script_comes_with_its_page_only(tab: Page, there: Place) -> None:
    """Nothing of the camera is loaded before the page that opens it."""
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    walk = Walk(tab, there)
    walk.until_document()
    assert not any("face-capture" in url for url in asked)
    walk.shows_document()
    assert any("face-capture.js" in url for url in asked)


def test_light_is_hinted_at_in_words(launch: Launch, tmp_path: Path) -> None:
    """In the dark the page says so in words and by the oval's shape, before anything is sent."""
    dark = silhouette().point(lambda value: value // 8)
    browser = launch(film(dark, tmp_path / "dark.mjpeg"))
    window = browser.new_context(locale="en")
    with place(tmp_path) as there:
        walk = Walk(window.new_page(), there)
        walk.until_face()
        walk.opens_camera()
        status = walk.tab.locator("face-capture [role=status]")
        expect(status).to_contain_text("It is too dark")
        assert status.get_attribute("aria-live") == "polite"
        expect(walk.tab.locator(".face-stage")).to_have_attribute("data-state", "mend")
        assert there.eye.frames == []
    window.close()


def test_both_ways_are_alike(tab: Page, there: Place) -> None:
    """The face check and the other way have the same size, the same look and the same level."""
    Walk(tab, there).arrives()
    boxes = [way.bounding_box() for way in tab.locator(".way").all()]
    assert len(boxes) == 2
    assert len({(box["width"], box["height"]) for box in boxes if box}) == 1
    looks = tab.evaluate(
        "[...document.querySelectorAll('.way')].map(w => { const s = getComputedStyle(w);"
        " return [s.backgroundColor, s.borderColor, s.fontSize, s.fontWeight].join(); })"
    )
    assert len(set(looks)) == 1
