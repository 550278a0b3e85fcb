"""A script in a real browser: what is filmed and signed, and that the server takes just that."""

from __future__ import annotations

import hashlib
import io
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect

from lineproof.domain.finding import Measured
from lineproof.domain.script import Screen, Turn, Variant
from lineproof.domain.token import token_hash
from tests.flow.stage import NO_MATCH
from tests.pages.conftest import as_a_telephone
from tests.pages.hurried import HURRIED
from tests.pages.living import DEAD, LONG_ENOUGH, Sitter, living_place, sitter
from tests.pages.place import grainy_film
from tests.pages.test_every_state import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Route

    from tests.pages.conftest import Launch
    from tests.pages.place import Place

READ_KEYS = """new Promise((done, wrong) => {
  const opening = indexedDB.open("lineproof", 1);
  opening.onerror = () => wrong(opening.error);
  opening.onsuccess = () => {
    const all = opening.result.transaction("keys").objectStore("keys").getAll();
    all.onsuccess = () => { opening.result.close(); done(all.result.map(each => each.pair)); };
  };
})"""


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Place]:
    """Give a service that asks for a living person."""
    with living_place(tmp_path) as found:
        yield found


@pytest.fixture
def window(grainy: Browser) -> Iterator[BrowserContext]:
    """Give a browser without a past, before a camera with noise."""
    yield from as_a_telephone(grainy)


@pytest.fixture
def seated(window: BrowserContext, there: Place) -> Sitter:
    """Give somebody at the page of the face, whose scripts nobody waits for."""
    return sitter(window, there)


@pytest.fixture
def unhurried(window: BrowserContext, there: Place) -> Sitter:
    """Give somebody at the page of the face, whose scripts take as long as they take."""
    return sitter(window, there, hurried=False)


def registered(sat: Sitter) -> str:
    """Give the key that the server has for this browser's session."""
    (cookie,) = [each for each in sat.tab.context.cookies() if each["name"] == "__Host-case"]
    with sat.place.house.stage.service.store.read() as tx:
        return tx.registered_key(token_hash(str(cookie["value"]))) or ""


@pytest.mark.unhurried
@pytest.mark.parametrize("variant", ["full", "calm", "still"])
def test_what_the_browser_films_and_signs_is_taken(unhurried: Sitter, variant: str) -> None:
    """The server's own check takes the message, and every step of its script was filmed in time."""
    unhurried.plays(variant)
    assert unhurried.title() == "We know it is you"
    assert unhurried.place.case().attempts == 1
    (told,) = unhurried.place.eye.captures
    frames = unhurried.place.eye.frames
    assert told.script.variant is Variant(variant)
    assert 12 <= len(frames) <= 24
    assert sum(map(len, frames)) <= 1_000_000
    assert told.digests == tuple(hashlib.sha256(each).hexdigest() for each in frames)
    assert len(set(told.digests)) == len(frames)
    assert all(one < later for one, later in pairwise(told.at_ms))
    assert told.camera
    for step in told.script.steps:
        within = [at for at in told.at_ms if step.start_ms <= at < step.start_ms + step.ms]
        assert len(within) >= 2 if isinstance(step, (Screen, Turn)) else within, step


def test_a_noisy_camera_s_frames_are_no_more_than_a_megabyte(
    launch: Launch, there: Place, tmp_path: Path
) -> None:
    """What would weigh more is sent in a lower quality, then smaller, and all frames alike."""
    film = grainy_film(tmp_path / "noise.mjpeg", frames=20, grain=60.0, size=(1280, 960))
    window = launch(film).new_context(locale="en")
    window.set_default_timeout(15_000)
    sat = sitter(window, there)
    sat.plays("still")
    assert sat.title() == "We know it is you"
    frames = there.eye.frames
    assert 400_000 < sum(map(len, frames)) <= 1_000_000
    (size,) = {Image.open(io.BytesIO(each)).size for each in frames}
    assert size[1] < 640
    window.close()


def test_the_key_leaves_the_browser_by_no_way(seated: Sitter) -> None:
    """Its private half is never exported; its public half is the session's, also after a reload."""
    seated.opens_camera()
    seated.tab.wait_for_load_state("networkidle")
    told = seated.tab.evaluate(
        f"""async () => {{
          const [pair, ...others] = await ({READ_KEYS});
          const tried = ["jwk", "pkcs8", "raw"].map(form => crypto.subtle
            .exportKey(form, pair.privateKey).then(() => "exported", error => error.name));
          const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
          return [others.length, pair.privateKey.extractable, await Promise.all(tried),
            btoa(String.fromCharCode(...point))];
        }}"""
    )
    assert told[:2] == [0, False]
    assert "exported" not in told[2]
    mine = registered(seated)
    assert mine == told[3].replace("+", "-").replace("/", "_").rstrip("=")
    seated.tab.reload()
    seated.plays()
    assert registered(seated) == mine
    assert seated.title() == "We know it is you"


def test_two_tabs_have_one_key(seated: Sitter) -> None:
    """The second tab signs with the first one's key, and either may go on."""
    other = Sitter(seated.tab.context.new_page(), seated.place, hurried=True)
    other.goes("/c/face")
    other.opens_camera()
    other.tab.wait_for_load_state("networkidle")
    seated.opens_camera()
    other.begins()
    other.sends()
    assert other.title() == "We know it is you"


def test_a_session_whose_key_is_elsewhere_is_told_what_to_do(seated: Sitter) -> None:
    """A browser that lost its key signs nothing; the ways without the camera are opened up."""
    seated.opens_camera()
    seated.tab.wait_for_load_state("networkidle")
    seated.tab.get_by_role("button", name="Close", exact=True).click()
    seated.tab.evaluate("indexedDB.deleteDatabase('lineproof')")
    seated.tab.reload()
    seated.opens_camera()
    seated.begins()
    seated.is_back("This browser cannot do this check")
    expect(seated.tab.locator("#without-camera")).to_have_attribute("open", "")


def test_less_motion_is_less_motion(grainy: Browser, there: Place) -> None:
    """Who wants less motion has every choice in view, and is led to none of them."""
    window = grainy.new_context(locale="en-GB", reduced_motion="reduce")
    window.set_default_timeout(10_000)
    sat = sitter(window, there)
    expect(sat.tab.locator("[value=full]")).to_be_checked()
    for each in ("full", "calm", "still"):
        expect(sat.tab.locator(f"[value={each}]")).to_be_in_viewport()
    sat.opens_camera()
    moving = "getComputedStyle(document.querySelector('.face-room .oval')).transitionDuration"
    assert sat.tab.evaluate(moving) == "0s"
    sat.tab.get_by_role("button", name="Close", exact=True).click()
    sat.chooses("still")
    sat.tab.reload()
    expect(sat.tab.locator("[value=still]")).to_be_checked()
    window.close()


STILL_LIFE = """void (HTMLMediaElement.prototype.play = () =>
  Promise.reject(new DOMException("", "NotAllowedError")))"""


def test_a_camera_whose_picture_does_not_begin_keeps_nobody(seated: Sitter) -> None:
    """A browser that will not play the picture shows no room without a way out of it."""
    seated.tab.evaluate(STILL_LIFE)
    seated.tab.get_by_role("button", name="Open the camera").click()
    seated.is_back("Another program uses the camera")
    expect(seated.tab.locator("#without-camera")).to_have_attribute("open", "")


def test_without_colours_the_screen_keeps_the_page_s_own(seated: Sitter) -> None:
    """Who chose no colours is shown none, nor a sudden white where the page is dark."""
    seated.tab.emulate_media(color_scheme="dark")
    seated.chooses("calm")
    seated.opens_camera()
    colour = "getComputedStyle(document.querySelector('.face-room')).backgroundColor"
    before = seated.tab.evaluate(colour)
    assert before == seated.tab.evaluate("getComputedStyle(document.body).backgroundColor")
    seated.begins()
    for step in ("turn", "approach"):
        seated.sees(step)
        assert seated.tab.evaluate(colour) == before


@pytest.mark.unhurried
def test_colours_cover_the_screen_in_the_order_asked_for(unhurried: Sitter) -> None:
    """Each colour is the whole screen's, once, and nothing comes between two of them."""
    unhurried.opens_camera()
    unhurried.notes()
    unhurried.begins()
    unhurried.sees("screen")
    box = unhurried.room().bounding_box()
    assert box is not None
    assert [box["width"], box["height"]] == unhurried.tab.evaluate("[innerWidth, innerHeight]")
    shade = "getComputedStyle(document.querySelector('.face-room .shade')).fill"
    colour = "getComputedStyle(document.querySelector('.face-room')).backgroundColor"
    assert unhurried.tab.evaluate(f"{shade} === {colour}")
    unhurried.sends()
    (told,) = unhurried.place.eye.captures
    shown = [each[3] for each in unhurried.noted() if each[0] == "do"]
    changes = [each for i, each in enumerate(shown) if not i or each != shown[i - 1]]
    colours = [rgb(step) for step in told.script.steps if isinstance(step, Screen)]
    assert changes[changes.index(colours[0]) :] == [*colours, "rgb(255, 255, 255)"]


def rgb(step: Screen) -> str:
    """Write a step's colour as the browser does."""
    return "rgb({}, {}, {})".format(*step.rgb)


@pytest.mark.parametrize(("code", "left"), [("en", "Turn left."), ("ar", "أدر رأسك يسارًا.")])
def test_left_is_the_person_s_own_left(grainy: Browser, there: Place, code: str, left: str) -> None:
    """Mirrored as in a mirror: the arrow points to where the person turns, in either direction."""
    window = grainy.new_context(viewport={"width": 360, "height": 740}, locale=code)
    window.set_default_timeout(10_000)
    sat = sitter(window, there)
    sat.chooses("calm")
    sat.opens_camera()
    mirrored = "getComputedStyle(document.querySelector('.face-room video')).transform"
    assert sat.tab.evaluate(mirrored) == "matrix(-1, 0, 0, 1, 0, 0)"
    sat.tab.locator("dialog button").first.click()
    sat.sees("turn", "left")
    expect(sat.said()).to_have_text(left)
    arrow = sat.tab.locator(".arrow.left").bounding_box()
    assert arrow is not None
    assert arrow["x"] + arrow["width"] < 180
    expect(sat.tab.locator(".arrow.left")).to_be_visible()
    expect(sat.tab.locator(".arrow.right")).to_be_hidden()
    window.close()


def test_all_is_said_before_it_is_asked(seated: Sitter) -> None:
    """Who cannot see hears the order first, and each movement before its time begins."""
    seated.chooses("calm")
    seated.opens_camera()
    seated.notes()
    expect(seated.said()).to_have_attribute("aria-live", "polite")
    seated.begins()
    seated.sees("ahead")
    expect(seated.said()).to_have_attribute("aria-live", "assertive")
    seated.sends()
    noted = seated.noted()
    said = {each[1]: each[-1] for each in noted if each[0] == "said"}
    done = {f"{each[1]} {each[2]}".strip(): each[-1] for each in reversed(noted) if each[0] == "do"}
    (told,) = seated.place.eye.captures
    first, second = (step.side for step in told.script.steps if isinstance(step, Turn))
    order = said[f"Face the camera. Then turn a little {first}, {second}, nearer."]
    words = {
        f"turn {first}": f"Turn {first}.",
        f"turn {second}": f"Turn {second}.",
        "approach": "Nearer.",
    }
    for what, word in words.items():
        assert order < said[word] < done[what]


def test_no_more_than_coarse_words_reach_the_browser(seated: Sitter) -> None:
    """No match, and nobody alive, read alike; no other host is asked, nothing breaks the policy."""
    hosts: set[str] = set()
    wrong: list[str] = []
    seated.tab.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    seated.tab.on("console", lambda each: wrong.append(each.text) if each.type == "error" else None)
    seated.tab.on("pageerror", lambda error: wrong.append(str(error)))
    seated.place.eye.liveness = Measured(DEAD)
    seated.plays(then="/c/face")
    dead = seated.tab.locator("main").inner_text()
    seated.place.eye.band = Measured(NO_MATCH)
    seated.plays(then="/c/face")
    assert dead.replace("2 tries", "Last try") == seated.tab.locator("main").inner_text()
    assert "These pictures were not enough" in dead
    assert hosts == {seated.place.address.removeprefix("http://")}
    assert wrong == []
    never = re.compile("|".join((*NEVER, "liveness", "depth", "relief")), re.IGNORECASE)
    assert {path for path, text in seated.place.overheard.said if never.search(text)} == set()


EMBEDDED = """async ([session, id]) => {
  await import("/static/face-capture.js");
  const capture = document.createElement("face-capture");
  const told = { session, case: id, key: "/v1/session/keys",
    question: "/v1/session/challenges", answer: "/v1/session/captures" };
  for (const [name, value] of Object.entries(told)) capture.setAttribute(name, value);
  document.querySelector("main").replaceChildren(capture);
  window.decided = new Promise(done => capture.addEventListener("face-decided", event => {
    event.preventDefault();
    done(event.detail);
  }));
}"""
"""Puts the element into a page as an operator's own page does."""


def test_an_operator_s_own_page_plays_scripts_over_v1(grainy: Browser, there: Place) -> None:
    """With a session instead of a page's token the element does the same, and tells the answer."""
    visitor = there.house.session(there.house.open())
    visitor.consents()
    visitor.shows()
    window = grainy.new_context(locale="en")

    def later(route: Route) -> None:
        there.house.later(LONG_ENOUGH)
        route.continue_()

    window.route("**/v1/session/captures", later)
    window.add_init_script(HURRIED)
    sat = Sitter(window.new_page(), there, hurried=True)
    sat.goes("/c")
    sat.tab.evaluate(EMBEDDED, [visitor.token, visitor.case])
    sat.opens_camera()
    sat.begins()
    sat.hurries()
    told = sat.tab.evaluate("window.decided")
    assert told["outcome"] == "approved"
    assert there.case().attempts == 1
    window.close()
