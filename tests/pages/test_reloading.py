"""A reload after every step, for each who meets a page: nothing is done again, and it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.finding import Measured
from lineproof.domain.staff import Role
from tests.flow.stage import MATCH, NO_MATCH, UNSURE
from tests.pages.desk import enrolled
from tests.pages.test_answers import change_asked, opens, says, transfer_asked
from tests.pages.test_junk import fate
from tests.pages.test_my_lines import presses, verified
from tests.pages.test_operations import given_up
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Request

    from tests.pages.place import Place


@dataclass(slots=True)
class Reloaded:
    """A tab that is loaded again after each step, and the forms that it sent."""

    tab: Page
    there: Place
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tab.on("request", lambda request: self._hear(request))  # noqa: PLW0108 - see tasks.py

    def _hear(self, request: Request) -> None:
        if request.method == "POST" and request.is_navigation_request():
            self.sent.append(request.url.removeprefix(self.there.address))

    def again(self) -> str:
        """Reload twice: no form goes out, nothing is done, the same page shows. Give its title."""
        self.tab.wait_for_load_state()
        before = (fate(self.there), self.tab.url, self.title(), list(self.sent))
        for _ in range(2):
            self.tab.reload()
            after = (fate(self.there), self.tab.url, self.title(), list(self.sent))
            assert after == before
        return self.title()

    def back(self) -> None:
        """Go back, and reload what is there: no form goes out and nothing is done."""
        before = (fate(self.there), list(self.sent))
        self.tab.go_back()
        self.tab.reload()
        assert (fate(self.there), self.sent) == before

    def title(self) -> str:
        """Give the page's one heading."""
        return self.tab.locator("h1").inner_text()

    def posts(self, css: str) -> None:
        """Press a button whose form leads to a page."""
        before = len(self.sent)
        with self.tab.expect_navigation(wait_until="load"):
            self.tab.locator(css).first.click()
        assert len(self.sent) == before + 1


@pytest.fixture
def mine(tab: Page, there: Place) -> Reloaded:
    """Give the subscriber's tab."""
    return Reloaded(tab, there)


def reviewer(window: BrowserContext, there: Place, name: str) -> Reloaded:
    """Sign in as a reviewer."""
    desk = enrolled(window, there, name, Role.REVIEWER)
    desk.signs_in("/staff/reviews")
    return Reloaded(desk.tab, there)


def test_a_review_survives_reloading(window: BrowserContext, there: Place) -> None:
    """From the queue over a claim and a wrong verdict to the right one, each page again."""
    there.eye.band = Measured(UNSURE)
    there.house.session(there.house.open()).passes()
    there.eye.band = Measured(MATCH)
    one = reviewer(window, there, "reviewer-1")
    assert one.again() == "Requests that wait for a person"
    one.posts('form[action="/staff/reviews/next"] button')
    assert one.again() == "Is it the same person?"
    one.posts('form[action$="/verdict"] button')
    assert one.tab.locator(".errors").count() == 1
    one.again()
    assert one.tab.locator(".errors").count() == 1
    one.posts('form[action$="/release"] button')
    assert one.again() == "Requests that wait for a person"
    one.posts('form[action$="/claim"] button')
    assert one.again() == "Is it the same person?"
    one.tab.locator('input[value="approve:same_person"]').check()
    one.posts('form[action$="/verdict"] button')
    assert one.again() == "Requests that wait for a person"
    assert "On record: approved." in one.tab.locator("main").inner_text()
    assert there.status() == "ordered"
    # The page of the case is over: going back leads to the queue, which says so.
    one.back()
    assert "?said=over" in one.tab.url
    assert one.sent == [each for each in one.sent if each.startswith("/staff/reviews/")]
    assert len(one.sent) == 5


def test_the_first_of_two_verdicts_survives_reloading(window: BrowserContext, there: Place) -> None:
    """A reload after the first verdict is no second one."""
    house = there.house
    there.eye.band = Measured(NO_MATCH)
    walk = Walk(window.new_page(), there)
    walk.until_face()
    for then in ("/c/face", "/c/face", "/c/result"):
        walk.shows_face(then)
    one = reviewer(window, there, "reviewer-1")
    one.posts('form[action="/staff/reviews/next"] button')
    one.tab.locator('input[value="approve:same_person"]').check()
    one.posts('form[action$="/verdict"] button')
    one.again()
    assert "You have concluded" in one.tab.locator("main").inner_text()
    assert there.status() == "referred"
    with house.stage.service.store.read() as tx:
        deeds = [each.deed.action for each in tx.entries_of(there.case().id)]
    assert deeds.count("review_claimed") == 1


def test_my_lines_survive_reloading(mine: Reloaded) -> None:
    """Lock, dispute, looks and consents: each done once, and each page shows how it stands."""
    walk = Walk(mine.tab, mine.there)
    verified(walk)
    assert mine.again() == "Lines in your name"
    presses(walk, 'section:has-text("15550001") form[action="/c/lines/lock"] button')
    mine.again()
    assert "Locked" in mine.tab.locator('section:has-text("15550001")').inner_text()
    mine.tab.locator('section:has-text("••02") summary').click()
    presses(walk, 'section:has-text("••02") form[action="/c/lines/not-mine"] button')
    mine.again()
    assert "your operator was told" in mine.tab.locator("main").inner_text()
    for path, title in (
        ("/c/looks", "Who looked at your request"),
        ("/c/consents", "Your consents, deletion and appeal"),
    ):
        walk.goes(path)
        assert mine.again() == title
    mine.back()
    assert mine.sent[-2:] == ["/c/lines/lock", "/c/lines/not-mine"]


def test_withdrawing_survives_reloading(mine: Reloaded) -> None:
    """What was withdrawn is withdrawn once, where the case is over and where it is not."""
    there, walk = mine.there, Walk(mine.tab, mine.there)
    walk.until_face()
    walk.shows_face()
    walk.looks_away()
    there.house.stage.run()
    walk.goes("/c/consents")
    mine.posts('form[action="/c/consents/withdraw"] button')
    assert mine.again() == "Your consents, deletion and appeal"
    there.house.stage.later(timedelta(days=1))
    walk.arrives(msisdn="15550002")
    walk.goes("/c/leave")
    assert mine.again() == "Do you want to stop?"
    mine.posts('form[action="/c/leave"] button')
    assert mine.again() == "You have stopped"
    mine.back()
    assert mine.title() == "We do not know which request this is"


def test_the_other_way_survives_reloading(mine: Reloaded) -> None:
    """The chip, then two members of staff, then back to the face: each chosen once."""
    walk = Walk(mine.tab, mine.there)
    walk.arrives()
    assert mine.again() == "Show that it is you"
    walk.takes_other_way("chip")
    assert mine.again() == "Let the chip in your document be read"
    mine.posts('button[value="in_person"]')
    assert mine.again() == "Please come to a shop, or see the staff"
    walk.clicks('a[href="/c/consent"]', "/c/consent")
    mine.again()
    walk.clicks("form button", "/c/document")
    mine.again()
    assert mine.there.status() == "capturing"


@pytest.mark.parametrize("answer", ["object", "nothing", "agree", "decline"])
def test_an_answer_survives_reloading(mine: Reloaded, answer: str) -> None:
    """Each of the four things that a notice's reader can say is said once."""
    asked = change_asked if answer in {"object", "nothing"} else transfer_asked
    walk = Walk(mine.tab, mine.there)
    opens(walk, asked(mine.there))
    mine.again()
    says(walk, answer, "/answer/nothing" if answer == "nothing" else "/answer/question")
    mine.again()
    mine.back()


def test_the_counter_survives_reloading(window: BrowserContext, there: Place) -> None:
    """A case is opened once, gets one new code, and is seen by one person once."""
    desk = enrolled(window, there, "agent-1")
    desk.signs_in("/staff/counter")
    one = Reloaded(desk.tab, there)
    assert one.again() == "Counter"
    desk.goes("/staff/counter/new/new_line")
    one.again()
    desk.opens_case()
    assert one.again() == "Let the person scan this code"
    walk = Walk(window.new_page(), there)
    walk.enters(desk.link(), "/c/start")
    desk.tab.get_by_role("heading", name="The person goes on by themselves").wait_for()
    one.again()
    one.posts('form[action$="/code"] button')
    assert one.again() == "Let the person scan this code"
    one.posts('form[action$="/in-person"] button')
    assert one.again() == "Look at the person and the document"
    desk.attests()
    assert one.again() == "Now another member of staff"
    assert [each.rpartition("/")[2] for each in one.sent] == [
        "new_line",
        "code",
        "in-person",
        "attestations",
    ]


def test_operations_survive_reloading(window: BrowserContext, there: Place) -> None:
    """What was given up is sent again once."""
    given_up(there)
    desk = enrolled(window, there, "admin-1", Role.ADMIN)
    desk.signs_in("/staff")
    desk.goes("/staff/operations")
    one = Reloaded(desk.tab, there)
    one.again()
    one.posts('form[action="/staff/operations/replay"] button')
    assert one.again() == "Operations"
    assert desk.tab.locator('form[action="/staff/operations/replay"]').count() == 0
    assert one.sent == ["/staff/operations/replay"]
