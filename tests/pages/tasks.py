"""Counts what a task costs a person: `python -m tests.pages.tasks` prints docs/tasks.md's table."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from lineproof.domain.case import Kind
from lineproof.domain.finding import Measured
from tests.flow.stage import MATCH, UNSURE, passport
from tests.pages.conftest import FLAGS
from tests.pages.desk import enrolled
from tests.pages.hurried import HURRIED
from tests.pages.living import Sitter, lets_time_pass, living_place
from tests.pages.place import Place, film, place, silhouette
from tests.pages.staff_tasks import STAFF_TASKS
from tests.pages.walk import Walk
from tests.regime import REGIME

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser

COUNTS = """
const words = text => (text.match(/\\S+/g) || []).length;
const sentences = each => each.innerText.split(/(?<=[.?!])\\s+|\\n+/);
document.addEventListener('click', e =>
  e.isTrusted && (e.target.matches('input') || !e.target.closest('label')) &&
  window.counted('click'), true);
document.addEventListener('change', e =>
  e.target.type !== 'radio' && window.counted('click'), true);
document.addEventListener('toggle', e => e.target.open && window.counted('more',
  words(e.target.innerText) - words(e.target.querySelector('summary').innerText)), true);
addEventListener('load', () => {
  const opens = document.querySelector('#open');
  if (opens && (location.hash || opens.hidden)) return;
  const frame = [...document.querySelectorAll('.top, .about, .bottom')].map(each => each.innerText);
  window.counted('frame', words(frame.join(' ')));
  window.counted('page', words(document.querySelector('main').innerText));
  const camera = document.querySelector('face-capture'), read = new Set();
  camera && new MutationObserver(() => {
    if (!camera.querySelector('[data-state]')) return;
    const room = camera.querySelector('.face-room');
    if (read.size && !room?.dataset.do && camera.querySelector('.face-deeds button')) return;
    const fresh = sentences(room ?? camera).filter(each => !read.has(each));
    fresh.forEach(each => read.add(each));
    window.counted('more', words(fresh.join(' ')));
  }).observe(camera, { subtree: true, attributes: true, childList: true });
});
"""
"""A chosen file counts as a click, and so does a field that was filled in; a label is its input.
The page that opens a link by itself is not one to read. Nothing is counted before a page has its
style: two words that stand in two lines only by it would be one. Words are those that a page shows
when it comes, those of a fold when it is opened, those of the camera when it is first open, and
each sentence and button from then until the pictures are taken, once, when it is shown. The frame
around the pages, which stays the same, counts once."""


@dataclass(slots=True)
class Cost:
    """Pages that were shown, words on them, clicks and chosen files."""

    pages: int = 0
    words: int = 0
    clicks: int = 0
    frame: int = 0
    """Words of the widest frame around the pages: name, request, languages, links."""

    def count(self, kind: str, words: int = 0) -> None:
        """Take in what the browser counted; ``start`` begins anew."""
        if kind == "start":
            self.clicks = self.pages = self.words = self.frame = 0
        elif kind == "frame":
            self.frame = max(self.frame, words)
        else:
            self.clicks += kind == "click"
            self.pages += kind == "page"
            self.words += words


def replace_my_sim(walk: Walk) -> None:
    """Replace my SIM, by the face check."""
    walk.place.house.line()
    walk.until_face("sim_replacement")
    walk.shows_face()


def replace_my_sim_by_script(walk: Walk) -> None:
    """Replace my SIM, by the face check with a script."""
    lets_time_pass(walk.tab.context, walk.place)
    walk.tab.context.add_init_script(HURRIED)
    walk.place.house.line()
    walk.until_face("sim_replacement")
    sat = Sitter(walk.tab, walk.place, hurried=True)
    sat.opens_camera()
    sat.begins()
    sat.sends()


def who_looked(walk: Walk) -> None:
    """Find out who looked at my case."""
    house, eye = walk.place.house, walk.place.eye
    visitor = house.session(house.open())
    eye.band = Measured(UNSURE)
    visitor.passes()
    eye.band = Measured(MATCH)
    house.takes("reviewer", visitor.case)
    assert house.staff("reviewer", "GET", f"/v1/reviews/{visitor.case}").status_code == 200
    again = house.system("POST", f"/v1/cases/{visitor.case}/secrets").json()
    walk.enters(f"{walk.place.address}/c#{again['client_secret']}", "/c/result")
    walk.clicks('a[href="/c/lines"]', "/c/lines")
    walk.clicks('a[href="/c/looks"]', "/c/looks")
    assert "reviewer" in walk.tab.locator("main").inner_text()


def not_my_face(walk: Walk) -> None:
    """I do not want the face check."""
    walk.arrives()
    walk.takes_other_way("in_person")


def stop_a_change(walk: Walk) -> None:
    """Stop a change that I did not ask for."""
    house = walk.place.house
    house.line()
    house.session(house.open("sim_replacement")).passes()
    _opens_notice(walk)
    walk.clicks('button[value="object"]', "/answer/question")
    assert walk.place.status() == "referred"


def lock_my_line(walk: Walk) -> None:
    """Lock my line, where the operator asks for a check first."""
    _to_my_lines(walk)
    walk.clicks('form[action="/c/lines/lock"] button', "/c/lines")
    assert walk.place.house.stage.line().locked


def not_my_line(walk: Walk) -> None:
    """Say that a line in my name is not mine."""
    _to_my_lines(walk)
    walk.tab.locator("section summary").click()
    walk.clicks('form[action="/c/lines/not-mine"] button', "/c/lines")
    assert walk.place.house.stage.line().locked


def to_my_daughter(walk: Walk) -> None:
    """Hand my line to my daughter: my part."""
    walk.place.house.line()
    walk.place.house.open("transfer")
    _opens_notice(walk)
    walk.clicks('button[value="agree"]', "/answer/question")
    assert walk.place.status() == "opened"


def from_my_mother(walk: Walk) -> None:
    """Hand my line to my daughter: her part."""
    house = walk.place.house
    house.line()
    opened = house.open("transfer")
    house.stage.run()
    secret = house.stage.letters.secret()
    agreed = house.call("POST", "/v1/answers/holder", json={"secret": secret, "agrees": True})
    assert agreed.status_code == 201
    walk.place.eye.document = passport("P2")
    walk.passes(opened["client_secret"])


def on_my_own_phone(walk: Walk) -> None:
    """Finish on my own phone what began at the counter: my part."""
    browser = walk.tab.context.browser
    assert browser is not None
    agent = enrolled(browser.new_context(locale="en"), walk.place, "agent-1")
    agent.signs_in("/staff/counter")
    agent.opens_case()
    walk.enters(agent.link(), "/c/start")
    walk.consents()
    walk.shows_document()
    walk.shows_face()


def withdraw(walk: Walk) -> None:
    """Withdraw, and have everything deleted."""
    walk.arrives()
    walk.clicks('a[href="/c/leave"]', "/c/leave")
    walk.clicks("form button", "/c/left")


def no_camera(walk: Walk) -> None:
    """I cannot use a camera, and find out only when it shall open."""
    walk.until_face()
    walk.tab.locator("face-capture button").click()
    walk.tab.locator("#without-camera[open]").wait_for()
    walk.takes_other_way("in_person")


TASKS = (
    replace_my_sim,
    replace_my_sim_by_script,
    who_looked,
    not_my_face,
    stop_a_change,
    lock_my_line,
    not_my_line,
    to_my_daughter,
    from_my_mother,
    on_my_own_phone,
    withdraw,
    no_camera,
    *STAFF_TASKS,
)


def scene(folder: Path, task: Callable[[Walk], None]) -> AbstractContextManager[Place]:
    """Serve what a task is done in: its profile asks for a living person where there is a script.

    The line that was there before came to its holder without one.
    """
    if task is replace_my_sim_by_script:
        return living_place(folder, REGIME, Kind.SIM_REPLACEMENT)
    return place(folder)


def cost(browser: Browser, there: Place, task: Callable[[Walk], None]) -> Cost:
    """Do a task and count."""
    permissions = [] if task is no_camera else ["camera"]
    window = browser.new_context(locale="en", permissions=permissions)
    window.set_default_timeout(15_000)
    counted = Cost()

    # A method cannot be bound: what drives the browser writes an attribute onto it.
    window.expose_function("counted", lambda kind, words=0: counted.count(kind, words))
    window.add_init_script(COUNTS)
    task(Walk(window.new_page(), there))
    window.close()
    return counted


def row(task: Callable[[Walk], None], found: Cost) -> str:
    """Write a task's row of the table."""
    return f"| {task.__doc__} | {found.pages} | {found.clicks} | {found.words + found.frame} |"


def _opens_notice(walk: Walk) -> None:
    """Open the link of the last notice, as its reader does."""
    stage = walk.place.house.stage
    stage.run()
    walk.tab.goto("about:blank")
    walk.tab.goto(f"{walk.place.address}/answer#{stage.letters.secret()}")
    walk.tab.wait_for_url("**/answer/question")


def _to_my_lines(walk: Walk) -> None:
    """Hold a line, be asked to confirm it, pass, and go to one's lines."""
    house = walk.place.house
    house.line()
    secret = house.open("recheck", sim=None)["client_secret"]
    walk.passes(secret)
    walk.clicks('a[href="/c/lines"]', "/c/lines")


def main() -> None:
    """Print a row for each task."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        camera = film(silhouette(), Path(name) / "camera.mjpeg")
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={camera}"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        for number, task in enumerate(TASKS):
            folder = Path(name) / str(number)
            folder.mkdir()
            with scene(folder, task) as there:
                print(row(task, cost(browser, there, task)))  # noqa: T201 - its purpose
        browser.close()


if __name__ == "__main__":
    main()
