"""A page that asks for a living person: its place, its films, and what a person does before it.

Nobody lives here: the eye is told what to say of life, and the film is a drawing with grain.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from lineproof.domain.finding import Measured
from tests.pages.hurried import HURRIED
from tests.pages.place import place
from tests.pages.walk import Walk
from tests.regime import LIVING, REGIME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Locator, Route

    from lineproof.domain.case import Kind
    from lineproof.domain.profile import Profile
    from tests.pages.place import Place

DEAD = replace(LIVING, passes=False, failed=("depth.relief",))

LONG_ENOUGH = timedelta(seconds=9)
"""Longer than any script: the house's clock stands still, and frames span no more than passed."""

SENT = 20_000
"""Milliseconds in which a script is played and its frames are sent."""


def living(profile: Profile = REGIME, *kinds: Kind) -> Profile:
    """Give the profile with a living person asked for in these kinds of case, or in every one."""
    asked = {
        kind: replace(profile.policies[kind], liveness_required=True)
        for kind in kinds or profile.policies
    }
    return replace(profile, policies={**profile.policies, **asked})


def plain(profile: Profile) -> Profile:
    """Give the profile with no living person asked for in any kind of case."""
    asked = {
        kind: replace(policy, liveness_required=False) for kind, policy in profile.policies.items()
    }
    return replace(profile, policies=asked)


@contextmanager
def living_place(folder: Path, profile: Profile = REGIME, *kinds: Kind) -> Iterator[Place]:
    """Serve a house that asks for a living person, and is told that one is there."""
    with place(folder, living(profile, *kinds)) as there:
        there.eye.liveness = Measured(LIVING)
        yield there


NOTES = """(() => {
  const noted = [], room = document.querySelector(".face-room");
  const said = room.querySelector("[role=status]");
  const note = (...what) => {
    noted.push([...what, performance.now()]);
    sessionStorage.setItem("noted", JSON.stringify(noted));
  };
  new MutationObserver(() => note("said", said.textContent)).observe(said, { childList: true });
  new MutationObserver(() => {
    note("do", room.dataset.do, room.dataset.side, getComputedStyle(room).backgroundColor);
  }).observe(room, { attributes: true });
})()"""
"""Notes what is said and shown from now on, each with its time in milliseconds."""


@dataclass(frozen=True, slots=True)
class Sitter(Walk):
    """Somebody before the camera of a page that plays scripts."""

    hurried: bool = False
    """Whether the page's clock is hurried over what is only waited for: ``hurried.py``."""

    def room(self) -> Locator:
        """Give what covers the page while the camera is open."""
        return self.tab.locator("face-capture dialog")

    def said(self) -> Locator:
        """Give what the element says now."""
        return self.tab.locator("face-capture [role=status]").last

    def chooses(self, variant: str) -> None:
        """Choose how, in the fold."""
        radio = self.tab.locator(f"face-capture [value={variant}]")
        radio.wait_for(state="attached")
        if not radio.is_visible():
            self.tab.locator("face-capture summary").click()
        radio.check()

    def begins(self) -> None:
        """Begin, once the camera is open."""
        self.tab.get_by_role("button", name="Begin").click()

    def sees(self, step: str, side: str = "") -> None:
        """Wait until a step is asked for; time goes on as on the wall while it is shown."""
        shown = f'.face-room[data-do="{step}"]' + (f'[data-side="{side}"]' if side else "")
        if self.hurried:
            self.tab.evaluate("shown => hurry(shown)", shown)
        self.tab.locator(shown).wait_for()

    def hurries(self) -> None:
        """Wait for nothing until the script is over."""
        if self.hurried:
            self.tab.evaluate("() => { hurry(); }")

    def sends(self, then: str = "/c/result") -> None:
        """Wait until the script is over, and its frames were answered."""
        self.hurries()
        self.arrives_at(then)

    def arrives_at(self, then: str) -> None:
        """Wait until the page that was sent to is here."""
        self.tab.wait_for_url(
            lambda url: url.partition("?")[0] == f"{self.place.address}{then}", timeout=SENT
        )

    def notes(self) -> None:
        """Note from now on what is said and shown."""
        self.tab.evaluate(NOTES)

    def noted(self) -> list[list[Any]]:
        """Give what was noted, on a later page as well: ``said`` and a text, ``do`` and a step."""
        found: list[list[Any]] = self.tab.evaluate("JSON.parse(sessionStorage.getItem('noted'))")
        return found

    def plays(self, variant: str = "full", then: str = "/c/result") -> None:
        """Choose, open the camera, begin, and follow the script to its end."""
        self.chooses(variant)
        self.opens_camera()
        with self.tab.expect_navigation(timeout=SENT):
            self.begins()
            self.hurries()
        self.arrives_at(then)

    def is_back(self, sentence: str) -> None:
        """Stand where the camera can be opened again, and have read why; nothing was sent."""
        expect(self.said()).to_contain_text(sentence)
        expect(self.room()).to_have_count(0)
        expect(self.tab.get_by_role("button", name="Open the camera")).to_be_visible()
        assert self.at() == "/c/face"
        assert self.place.case().attempts == 0
        assert self.place.eye.frames == []


def sitter(window: BrowserContext, there: Place, *, hurried: bool = True) -> Sitter:
    """Lead somebody to the page of the face; time passes for whoever sends frames."""
    lets_time_pass(window, there)
    if hurried:
        window.add_init_script(HURRIED)
    found = Sitter(window.new_page(), there, hurried)
    found.until_face()
    return found


def lets_time_pass(window: BrowserContext, there: Place) -> None:
    """Let as much time pass as a script takes, whenever this browser sends frames."""

    def later(route: Route) -> None:
        there.house.later(LONG_ENOUGH)
        route.continue_()

    window.route("**/c/face", lambda route: later(route) if _sends(route) else route.continue_())


def _sends(route: Route) -> bool:
    return route.request.method == "POST"
