"""Stories in which several people meet, each in a browser of their own, from link to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.staff import Role
from tests.flow.stage import NO_MATCH, passport
from tests.pages.desk import enrolled
from tests.pages.test_answers import link_to, opens, says
from tests.pages.test_reviewing_pages import concludes, refers, takes_next
from tests.pages.walk import Walk
from tests.regime import NEW, OLD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.pages.desk import Desk
    from tests.pages.place import Place

Phone = Callable[[], Walk]

OVER = timedelta(hours=3)
"""Longer than the objection window."""


@pytest.fixture
def phone(browser: Browser, there: Place) -> Iterator[Phone]:
    """Give everybody a telephone of their own."""
    windows: list[BrowserContext] = []

    def another() -> Walk:
        window = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
        window.set_default_timeout(10_000)
        windows.append(window)
        return Walk(window.new_page(), there)

    yield another
    for each in windows:
        each.close()


def test_a_line_goes_from_one_person_to_another(phone: Phone, there: Place) -> None:
    """The holder agrees, the new holder is verified, the time to object passes: it is theirs."""
    there.house.line()
    before = there.house.stage.line().holder
    secret = there.house.open("transfer")["client_secret"]
    there.house.stage.run()
    holder = phone()
    opens(holder, link_to(there))
    says(holder, "agree")
    there.eye.document = passport("P2")
    daughter = phone()
    daughter.passes(secret)
    there.house.stage.run()
    assert there.house.stage.line().holder == before
    there.house.later(OVER)
    there.house.stage.run()
    assert there.status() == "issued"
    assert there.house.stage.line().holder not in {None, before}


def test_without_the_holders_word_the_new_one_gets_nothing(phone: Phone, there: Place) -> None:
    """Who has not been given the line waits, whatever face they have, and is shown no camera."""
    there.house.line()
    before = there.house.stage.line().holder
    secret = there.house.open("transfer")["client_secret"]
    there.eye.document = passport("P2")
    thief = phone()
    thief.enters(f"{there.address}/c#{secret}", "/c/result")
    thief.goes("/c/face")
    assert thief.at() == "/c/result"
    assert thief.title() == "We asked the line’s present holder"  # noqa: RUF001 - as it is printed
    there.house.later(OVER)
    there.house.stage.run()
    assert there.house.stage.line().holder == before


def test_the_old_sim_stops_a_replacement(phone: Phone, there: Place, browser: Browser) -> None:
    """Whoever asked has passed; the old SIM's holder objects, a reviewer refuses: nothing moved."""
    there.house.line()
    asked = phone()
    asked.passes(there.house.open("sim_replacement")["client_secret"])
    assert asked.title() == "We know it is you"
    there.house.stage.run()
    victim = phone()
    opens(victim, link_to(there))
    says(victim, "object")
    reviewer = enrolled(browser.new_context(locale="en-GB"), there, "r-1", Role.REVIEWER)
    reviewer.signs_in("/staff/reviews")
    takes_next(reviewer)
    concludes(reviewer, "The holder objected")
    assert there.status() == "refused"
    there.house.later(OVER)
    there.house.stage.run()
    assert there.house.stage.line().sim == OLD
    assert NEW not in [order.sim for order in there.house.stage.network.orders]
    asked.tab.reload()
    assert asked.title() != "Done"
    reviewer.tab.context.close()


def test_a_lock_stops_a_change_and_only_its_holder_opens_it(phone: Phone, there: Place) -> None:
    """Locked on one's own page; another SIM is refused; a check of the holder opens the lock."""
    there.house.line()
    holder = phone()
    holder.passes(there.house.open("recheck", sim=None)["client_secret"])
    holder.clicks('a[href="/c/lines"]', "/c/lines")
    holder.clicks('form[action="/c/lines/lock"] button', "/c/lines")
    assert there.house.stage.line().locked
    change = {
        "kind": "sim_replacement",
        "msisdn": "15550001",
        "sim": {"iccid": NEW.iccid, "imsi": NEW.imsi},
    }
    refused = there.house.system("POST", "/v1/cases", json=change, headers=there.house.key())
    assert (refused.status_code, refused.json()["code"]) == (409, "line_forbids")
    assert refused.json()["about"] == "line_locked"

    there.eye.document = passport("P2")
    thief = phone()
    secret = there.house.open("lock_release", sim=None)["client_secret"]
    thief.passes(secret)
    there.house.stage.run()
    assert there.house.stage.line().locked

    there.eye.document = passport("P1")
    there.house.later(timedelta(days=2))
    there.house.stage.run()
    phone().passes(there.house.open("lock_release", sim=None)["client_secret"])
    there.house.later(OVER)
    there.house.stage.run()
    assert not there.house.stage.line().locked
    assert there.house.system(
        "POST", "/v1/cases", json=change, headers=there.house.key()
    ).is_success


@pytest.fixture
def agent(window: BrowserContext, there: Place) -> Desk:
    """Give an agent who is signed in."""
    found = enrolled(window, there, "agent-1")
    found.signs_in("/staff/counter")
    return found


def test_two_tabs_of_a_counter_hold_two_cases(agent: Desk, window: BrowserContext) -> None:
    """Each stays with its own person, also after a reload; leaving one leaves both."""
    first = agent.opens_case(msisdn="15550001")
    other = type(agent)(window.new_page(), agent.place, agent.staff)
    second = other.opens_case(msisdn="15550002", sim=NEW)
    assert first != second
    for desk, path, ending in ((agent, first, "001"), (other, second, "002")):
        desk.tab.reload()
        assert desk.tab.url == f"{agent.place.address}{path}"
        assert ending in desk.tab.locator("main, .about").all_inner_texts()[0]
    other.tab.locator(".out button").click()
    other.arrives("/staff/sign-in")
    agent.tab.reload()
    agent.arrives("/staff/sign-in")


def test_a_reviewer_needs_no_mouse(window: BrowserContext, there: Place, browser: Browser) -> None:
    """Take the next case, choose a reason, put the verdict on record: Tab, Space and Enter."""
    reviewer = enrolled(window, there, "r-1", Role.REVIEWER)
    reviewer.signs_in("/staff/reviews")
    case = refers(there, browser, NO_MATCH, tries=3)
    reviewer.goes("/staff/reviews")
    keys = reviewer.tab.keyboard
    _tab_to(reviewer, "Take the next one")
    keys.press("Enter")
    reviewer.arrives(f"/staff/reviews/{case}")
    _tab_to(reviewer, "It is not the same person")
    keys.press("Space")
    _tab_to(reviewer, "Put my verdict on record")
    keys.press("Enter")
    reviewer.arrives("/staff/reviews?said=")
    assert there.status() == "refused"


FOCUSED = """() => {
  const here = document.activeElement;
  return (here.labels?.[0] ?? here).innerText || here.value || "";
}"""


def _tab_to(desk: Desk, name: str) -> None:
    """Press Tab until what has this name has the focus; arrows go through radio buttons."""
    for _ in range(60):
        if desk.tab.evaluate(FOCUSED).strip().startswith(name):
            return
        radio = desk.tab.evaluate("document.activeElement.type") == "radio"
        desk.tab.keyboard.press("ArrowDown" if radio and name.startswith("It") else "Tab")
    pytest.fail(f"no Tab comes to {name}")
