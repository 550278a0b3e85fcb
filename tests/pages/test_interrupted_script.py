"""A script that does not end as it should: a sentence, and the same place to go on from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload, expect

from lineproof.domain.finding import Measured
from tests.flow.stage import MATCH, NO_MATCH
from tests.pages.living import SENT, Sitter, living_place, sitter
from tests.pages.place import as_jpeg, silhouette
from tests.pages.test_bad_input import TOKEN, sends_face
from tests.regime import REGIME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

    from tests.pages.place import Place

INTERRUPTED = "It was interrupted, and nothing was sent."
TOO_LONG = "That took too long or was interrupted"

HIDDEN = """Object.defineProperty(document, "hidden", { get: () => true });
document.dispatchEvent(new Event("visibilitychange"))"""

UNPLUGGED = """document.querySelector("video").srcObject.getVideoTracks()[0]
.dispatchEvent(new Event("ended"))"""

SWAPS = """(() => {
  const append = FormData.prototype.append;
  let held = null;
  FormData.prototype.append = function (name, ...more) {
    if (name !== "frame" || held === true) append.call(this, name, ...more);
    else if (held === null) held = more;
    else {
      append.call(this, name, ...more);
      append.call(this, "frame", ...held);
      held = true;
    }
  };
})()"""
"""Lets the first two frames change places after they were signed."""

SLOW = """(() => {
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (seen) {
    setTimeout(() => seen(performance.now(), {}), 1200);
  };
})()"""

PRESSES = """(() => {
  const deeds = document.querySelector(".face-room .face-deeds");
  new MutationObserver(() => deeds.querySelector("button")?.click())
    .observe(deeds, { childList: true });
})()"""
"""Presses what comes in a button's place, as a slow double click does."""

OLD = "delete HTMLVideoElement.prototype.requestVideoFrameCallback"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Place]:
    """Give a service that asks for a living person."""
    with living_place(tmp_path) as found:
        yield found


@pytest.fixture
def seated(window: BrowserContext, there: Place) -> Sitter:
    """Give somebody at the page of the face."""
    return sitter(window, there)


def begun(sat: Sitter) -> Sitter:
    """Begin a script, and see its first colour."""
    sat.opens_camera()
    sat.begins()
    sat.sees("screen")
    return sat


def closed(sat: Sitter) -> bool:
    """Whether the camera is off."""
    return sat.tab.locator("face-capture video").count() == 0


def test_escape_and_stop_end_it(seated: Sitter) -> None:
    """Both close the camera and say that nothing was sent; then it can be done again to its end."""
    begun(seated).tab.keyboard.press("Escape")
    seated.is_back(INTERRUPTED)
    expect(seated.tab.get_by_role("button", name="Open the camera")).to_be_focused()
    begun(seated).sees("turn")
    seated.tab.get_by_role("button", name="Stop").click()
    seated.is_back(INTERRUPTED)
    seated.plays()
    assert seated.title() == "We know it is you"
    assert seated.place.case().attempts == 1


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [(HIDDEN, INTERRUPTED), (UNPLUGGED, "The camera was switched off, and nothing was sent.")],
    ids=["the tab is hidden", "the camera is unplugged"],
)
def test_what_is_interrupted_is_not_sent(seated: Sitter, happens: str, sentence: str) -> None:
    """A script that nobody sees, or no camera films, ends at once."""
    begun(seated).tab.evaluate(happens)
    seated.is_back(sentence)


def test_a_reload_in_the_middle_costs_nothing(seated: Sitter) -> None:
    """The page comes again as it was, and the same session goes on with the same key."""
    begun(seated).tab.reload()
    assert seated.at() == "/c/face"
    assert closed(seated)
    assert "3 tries" in seated.tab.locator("main").inner_text()
    seated.plays()
    assert seated.title() == "We know it is you"


def test_back_and_forward_in_the_middle(seated: Sitter) -> None:
    """Who goes back leaves no camera on, and finds the page as it was."""
    begun(seated).tab.go_back()
    seated.tab.wait_for_load_state()
    seated.tab.go_forward()
    seated.tab.wait_for_url("**/c/face")
    expect(seated.tab.get_by_role("button", name="Open the camera")).to_be_visible()
    assert closed(seated)
    assert seated.place.case().attempts == 0


def test_two_presses_begin_one_script(seated: Sitter) -> None:
    """The second half of a double click neither begins a second script nor stops the first."""
    asked: list[str] = []
    seated.tab.on("request", lambda request: asked.append(request.url))
    seated.opens_camera()
    seated.tab.evaluate(PRESSES)
    seated.tab.get_by_role("button", name="Begin").dblclick()
    seated.sends()
    assert len([url for url in asked if "/c/face/question" in url]) == 1
    assert seated.place.case().attempts == 1


def test_the_network_goes_away_in_the_middle(seated: Sitter) -> None:
    """The script ends, the loss is said, and the button goes on from where the case stands."""
    begun(seated).tab.context.set_offline(offline=True)
    seated.hurries()
    expect(seated.said()).to_contain_text("The connection was lost", timeout=SENT)
    assert closed(seated)
    seated.tab.context.set_offline(offline=False)
    with seated.tab.expect_navigation():
        seated.tab.get_by_role("button", name="Go on").click()
    assert seated.at() == "/c/face"
    assert "3 tries" in seated.tab.locator("main").inner_text()


def test_by_keyboard_alone(seated: Sitter) -> None:
    """The choice in its fold, the camera, the beginning: Tab, arrows and Enter."""
    tab = seated.tab
    tab.locator("face-capture summary").focus()
    expect(tab.locator("[value=full]")).to_be_hidden()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    expect(tab.locator("[value=full]")).to_be_focused()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    expect(tab.locator("[value=still]")).to_be_checked()
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Open the camera")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="Begin")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="Stop")).to_be_focused()
    seated.sends()
    assert seated.title() == "We know it is you"


def refused(sat: Sitter, sentence: str = TOO_LONG) -> None:
    """Stand at the same page, told so in its summary; nothing was looked at."""
    expect(sat.tab.get_by_role("alert")).to_contain_text(sentence)
    assert sat.at() == "/c/face"
    assert sat.place.eye.frames == []
    assert sat.place.case().attempts == 0


def test_frames_out_of_order_are_refused_plainly(grainy: Browser, there: Place) -> None:
    """Two frames that change places break the chain: a sentence, and no try is lost."""
    window = grainy.new_context(locale="en")
    sat = sitter(window, there)
    sat.tab.evaluate(SWAPS)
    sat.plays(then="/c/face")
    refused(sat)
    window.close()


def test_a_picture_from_the_gallery_answers_no_script(seated: Sitter) -> None:
    """A file sent with a fresh question, where a script was asked for, is looked at by nobody."""
    asked = seated.tab.request.post(
        f"{seated.place.address}/c/face/question?variant=full",
        form={"form": seated.tab.evaluate(TOKEN)},
        headers={"Accept": "application/json", "Origin": seated.place.address},
    )
    found = sends_face(seated, str(asked.json()["nonce"]), as_jpeg(silhouette()))
    assert found.headers["location"] == "/c/face?wrong=too_slow"
    seated.goes("/c/face?wrong=too_slow")
    refused(seated)


def test_the_same_message_after_the_end_changes_nothing(seated: Sitter) -> None:
    """A capture that comes again once the case is decided is not looked at."""
    bodies: list[tuple[bytes, str]] = []
    seated.tab.on(
        "request",
        lambda request: (
            bodies.append((request.post_data_buffer or b"", request.headers["content-type"]))
            if request.method == "POST" and request.url.endswith("/c/face")
            else None
        ),
    )
    seated.plays()
    (body, kind) = bodies[0]
    before, seen = seated.place.case(), len(seated.place.eye.frames)
    late = seated.tab.request.post(
        f"{seated.place.address}/c/face",
        data=body,
        headers={"Content-Type": kind, "Accept": "text/html", "Origin": seated.place.address},
    )
    assert "We know it is you" in late.text()
    assert (seated.place.case(), len(seated.place.eye.frames)) == (before, seen)


def test_what_comes_too_late_can_be_done_again(seated: Sitter) -> None:
    """A question is good for two minutes; after that the person begins again, with all tries."""
    with seated.tab.expect_navigation(timeout=SENT):
        begun(seated)
        seated.place.house.later(timedelta(minutes=3))
        seated.hurries()
    refused(seated)


def test_a_camera_that_is_too_slow_is_said_to_be(window: BrowserContext, there: Place) -> None:
    """Too few frames are not sent, and the ways without the camera are opened up."""
    sat = sitter(window, there)
    sat.tab.evaluate(SLOW)
    sat.opens_camera()
    sat.begins()
    sat.hurries()
    expect(sat.said()).to_contain_text("This camera gives too few pictures", timeout=SENT)
    sat.is_back("This camera gives too few pictures")
    expect(sat.tab.locator("#without-camera")).to_have_attribute("open", "")


@pytest.mark.unhurried
def test_a_browser_that_tells_no_frame_times_films_all_the_same(
    window: BrowserContext, there: Place
) -> None:
    """Without requestVideoFrameCallback frames are found by the video's own clock."""
    window.add_init_script(OLD)
    sat = sitter(window, there, hurried=False)
    sat.plays("calm")
    assert sat.title() == "We know it is you"


def test_a_photograph_instead_is_for_a_person_to_look_at(browser: Browser, there: Place) -> None:
    """Without scripts a photograph can be sent; the page says who looks, and approves nothing."""
    window = browser.new_context(java_script_enabled=False, locale="en")
    window.set_default_timeout(10_000)
    sat = Sitter(window.new_page(), there)
    link = there.link()
    sat.tab.goto(link)
    sat.tab.locator("#client_secret").fill(link)
    sat.clicks("#open button", "/c/start")
    sat.consents()
    sat.shows_document()
    sat.tab.locator("summary").click()
    sat.clicks("details form button", "/c/face/question")
    assert "Somebody then looks at it." in sat.tab.locator("main").inner_text()
    photo = FilePayload(name="me.jpg", mimeType="image/jpeg", buffer=as_jpeg(silhouette()))
    sat.tab.locator("#photo").set_input_files(photo)
    sat.clicks("form button", "/c/result")
    assert sat.title() == "Somebody looks at it now"
    assert there.status() == "referred"
    window.close()


def test_after_a_failed_try_the_next_one_waits(tmp_path: Path, window: BrowserContext) -> None:
    """The seconds are on the page; the element waits for them by itself, and then goes on."""
    waiting = replace(REGIME, delay_after_failure=timedelta(seconds=4))
    with living_place(tmp_path, waiting) as there:
        sat = sitter(window, there)
        there.eye.band = Measured(NO_MATCH)
        sat.plays("calm", then="/c/face")
        assert "Next try in 4 s." in sat.tab.locator("main").inner_text()
        there.eye.band = Measured(MATCH)
        sat.opens_camera()
        sat.begins()
        expect(sat.said()).to_have_text("A moment, then it begins.")
        there.house.later(timedelta(seconds=5))
        sat.sends()
        assert sat.title() == "We know it is you"
