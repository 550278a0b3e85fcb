from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from lineproof.domain.finding import Measured
from tests.flow.stage import NO_MATCH
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

    from tests.pages.conftest import Launch
    from tests.pages.place import Place


def test_a_link_that_was_used_elsewhere_says_what_to_do(
    tab: Page, browser: Browser, there: Place
) -> None:
    """A stolen link opens nothing, and its page tells the owner and the thief the same."""
    link = Walk(tab, there).arrives()
    other = browser.new_context()
    thief = other.new_page()
    thief.goto(link)
    thief.wait_for_url("**/c/open")
    assert thief.locator("h1").inner_text() == "This link cannot be used any more"
    assert "tell your operator now" in thief.locator("main").inner_text()
    thief.goto(f"{there.address}/c/case")
    assert thief.locator("h1").inner_text() == "We do not know which request this is"
    other.close()


def test_the_secret_leaves_the_address_and_the_cookie_is_shut(
    tab: Page, window: BrowserContext, there: Place
) -> None:
    """Neither history nor script nor another site can get at what opens the case."""
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    link = Walk(tab, there).arrives()
    secret = link.partition("#")[2]
    assert [url for url in asked if secret in url.partition("#")[0]] == []
    (cookie,) = [each for each in window.cookies() if each["name"] == "__Host-case"]
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    assert cookie["path"] == "/"
    assert tab.evaluate("document.cookie") == ""
    tab.go_back()
    assert secret not in tab.url


def test_reloading_and_going_back_repeat_nothing(tab: Page, there: Place) -> None:
    """After each step the page can be loaded again, and the back button leads nowhere wrong."""
    walk = Walk(tab, there)
    walk.arrives()
    walk.consents()
    tab.reload()
    assert walk.at() == "/c/document"
    tab.go_back()
    tab.reload()
    assert walk.at() == "/c/document"
    walk.shows_document()
    tab.reload()
    assert walk.at() == "/c/face"
    walk.shows_face()
    tab.reload()
    assert walk.title() == "We know it is you"
    tab.go_back()
    tab.reload()
    assert walk.title() == "We know it is you"
    assert there.case().attempts == 1


def test_clicking_twice_captures_once(tab: Page, there: Place) -> None:
    """An impatient double click costs nobody a try."""
    walk = Walk(tab, there)
    walk.until_document()
    walk.chooses_document()
    tab.locator("#document button").dblclick()
    tab.wait_for_url("**/c/face")
    walk.opens_camera()
    with tab.expect_navigation():
        tab.locator("face-capture button").first.dblclick()
    tab.wait_for_url("**/c/result")
    assert there.case().attempts == 1
    assert len(there.eye.frames) == 4


def test_two_tabs_go_on_from_the_same_place(
    tab: Page, window: BrowserContext, there: Place
) -> None:
    """What was done in one tab is not done again in the other, which shows where it stands."""
    first = Walk(tab, there)
    first.arrives()
    second = Walk(window.new_page(), there)
    second.goes("/c/consent")
    first.consents()
    second.tab.locator("form button").click()
    second.tab.wait_for_url("**/c/document")
    first.shows_document()
    second.goes("/c/face")
    second.opens_camera()
    first.shows_face()
    with second.tab.expect_navigation():
        second.tab.locator("face-capture button").first.click()
    second.tab.wait_for_url("**/c/result")
    assert second.title() == "We know it is you"
    assert len(there.eye.frames) == 4


def test_a_page_of_another_request_does_nothing(
    tab: Page, window: BrowserContext, there: Place
) -> None:
    """A tab left open from an earlier link cannot consent in the case of a later one."""
    old = Walk(tab, there)
    old.arrives()
    old.goes("/c/consent")
    new = Walk(window.new_page(), there)
    new.arrives(msisdn="15550002")
    old.tab.locator("form button").click()
    old.tab.wait_for_load_state()
    assert old.title() == "This page belongs to another request"
    assert there.status() == "opened"


def test_the_network_goes_away_in_the_middle(
    tab: Page, window: BrowserContext, there: Place
) -> None:
    """A lost connection is said plainly, and the button goes on from where the case stands."""
    walk = Walk(tab, there)
    walk.until_face()
    walk.opens_camera()

    def lost(route: Route) -> None:
        # The pictures arrive; the answer does not.
        route.fetch(max_redirects=0)
        route.abort()

    window.route("**/c/face", lost)
    tab.locator("face-capture button").first.click()
    said = tab.locator("face-capture [role=status]")
    expect(said).to_contain_text("The connection was lost")
    window.unroute("**/c/face")
    with tab.expect_navigation():
        tab.get_by_role("button", name="Go on").click()
    tab.wait_for_url("**/c/result")
    assert walk.title() == "We know it is you"


def test_without_a_network_nothing_is_lost(tab: Page, window: BrowserContext, there: Place) -> None:
    """Where nothing at all arrives, the try is still there when the connection comes back."""
    walk = Walk(tab, there)
    walk.until_face()
    walk.opens_camera()
    window.set_offline(offline=True)
    tab.locator("face-capture button").first.click()
    expect(tab.locator("face-capture [role=status]")).to_contain_text("The connection was lost")
    window.set_offline(offline=False)
    with tab.expect_navigation():
        tab.get_by_role("button", name="Go on").click()
    tab.wait_for_url("**/c/face")
    assert "3 tries" in tab.locator("main").inner_text()


def test_the_camera_is_refused(launch: Launch, there: Place) -> None:
    """Who does not allow the camera is told so, and shown two ways on without it."""
    window = launch(allowed=False).new_context(locale="en")
    window.set_default_timeout(10_000)
    window.grant_permissions([])
    walk = Walk(window.new_page(), there)
    walk.until_face()
    assert not walk.tab.locator("#without-camera").get_attribute("open")
    walk.tab.locator("face-capture button").click()
    said = walk.tab.locator("face-capture [role=status]")
    expect(said).to_contain_text("The camera is not allowed")
    expect(walk.tab.get_by_role("button", name="Take a photo instead")).to_be_visible()
    walk.takes_other_way("in_person")
    assert walk.title() == "Please come to a shop, or see the staff"
    window.close()


def test_the_camera_opens_only_when_asked(tab: Page, there: Place) -> None:
    """Coming to the page opens no camera, and leaving it closes the camera."""
    tab.add_init_script(
        "window.opened = 0; const real = MediaDevices.prototype.getUserMedia;"
        "MediaDevices.prototype.getUserMedia = function (...a) { window.opened += 1;"
        " return real.apply(this, a).then(s => (window.stream = s)); };"
    )
    walk = Walk(tab, there)
    walk.until_face()
    assert tab.evaluate("window.opened") == 0
    walk.opens_camera()
    assert tab.evaluate("window.opened") == 1
    tab.get_by_role("button", name="Close", exact=True).click()
    assert tab.evaluate("window.stream.getTracks().every(t => t.readyState === 'ended')")
    assert tab.locator("face-capture video").count() == 0


def test_the_session_is_over(tab: Page, there: Place) -> None:
    """Who comes back after half an hour is told what to do."""
    walk = Walk(tab, there)
    walk.until_document()
    there.house.later(timedelta(minutes=31))
    tab.reload()
    assert walk.title() == "We do not know which request this is"


def test_a_face_that_is_not_alike_hears_no_more_than_that(tab: Page, there: Place) -> None:
    """A try that did not match asks for another, and says nothing to shape a picture by."""
    there.eye.band = Measured(NO_MATCH)
    walk = Walk(tab, there)
    walk.until_face()
    walk.shows_face("/c/face")
    told = tab.locator(".errors").inner_text()
    assert "These pictures were not enough" in told
    assert "2 tries" in tab.locator("main").inner_text()


def test_leaving_deletes_and_ends(tab: Page, window: BrowserContext, there: Place) -> None:
    """Stopping is two clicks away on every page, and nothing is left in the browser."""
    walk = Walk(tab, there)
    walk.until_face()
    walk.clicks('a[href="/c/leave"]', "/c/leave")
    walk.clicks("form button", "/c/left")
    assert there.status() == "withdrawn"
    assert [each["name"] for each in window.cookies() if each["name"] == "__Host-case"] == []
    tab.go_back()
    tab.reload()
    assert walk.title() == "We do not know which request this is"


def test_a_fault_of_ours_is_said_plainly(tab: Page, there: Place) -> None:
    """Where our own code fails, a person meets a sentence and a way on, and no traceback."""
    there.eye.fault = RuntimeError("X123 is the number that was read")
    walk = Walk(tab, there)
    walk.until_document()
    walk.chooses_document()
    with tab.expect_navigation():
        tab.locator("#document button").click()
    assert walk.title() == "Something is wrong on our side"
    assert "X123" not in tab.content()
    there.eye.fault = None
    walk.clicks('a[href="/c/case"]', "/c/document")
