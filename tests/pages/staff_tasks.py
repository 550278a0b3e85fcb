"""The tasks of a counter and of a reviewer, for whoever counts what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.finding import Measured
from lineproof.domain.staff import Role
from tests.flow.stage import MATCH, UNSURE
from tests.pages.desk import Desk, enrolled
from tests.regime import OLD

if TYPE_CHECKING:
    from tests.pages.walk import Walk


def open_at_counter(walk: Walk) -> None:
    """Open a request for a new line, until its code is on the screen."""
    agent = _begins(walk, Role.AGENT, "/staff/counter")
    agent.tab.locator('a[data-key="1"]').click()
    agent.arrives("/staff/counter/new/new_line")
    for text in ("15550001", OLD.iccid, OLD.imsi, "holder@example.org"):
        agent.tab.keyboard.type(text)
        agent.tab.keyboard.press("Enter")
    agent.arrives("/staff/counter/cases/case_")


def see_in_person(walk: Walk) -> None:
    """See somebody in person who chose that on their telephone: each of two members of staff."""
    walk.place.house.session(walk.place.house.open()).call(
        "POST", "/v1/session/other-way", json={"route": "in_person"}
    )
    agent = _begins(walk, Role.AGENT, "/staff/counter")
    agent.tab.locator("#number").fill("15550001")
    agent.tab.keyboard.press("Enter")
    agent.arrives("/staff/counter/cases/case_")
    agent.attests()
    agent.tab.wait_for_load_state("networkidle")


def review_one(walk: Walk) -> None:
    """Review a request that the computer could not decide."""
    eye, house = walk.place.eye, walk.place.house
    eye.band = Measured(UNSURE)
    house.session(house.open()).passes()
    eye.band = Measured(MATCH)
    reviewer = _begins(walk, Role.REVIEWER, "/staff/reviews")
    reviewer.tab.locator('form[action="/staff/reviews/next"] button').click()
    reviewer.arrives("/staff/reviews/case_")
    reviewer.tab.get_by_text("It is the same person", exact=True).click()
    reviewer.tab.get_by_role("button", name="Put my verdict on record").click()
    reviewer.arrives("/staff/reviews?said=")


STAFF_TASKS = (open_at_counter, see_in_person, review_one)


def _begins(walk: Walk, role: Role, path: str) -> Desk:
    """Sign in, and begin to count with the page of a role's work."""
    desk = enrolled(walk.tab.context, walk.place, "staff-1", role)
    desk.signs_in(path)
    desk.tab.evaluate("window.counted('start')")
    desk.goes(path)
    return desk
