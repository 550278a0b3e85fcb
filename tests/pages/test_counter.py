from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from lineproof.domain.staff import Role
from tests.pages.desk import Desk, enrolled
from tests.pages.place import place
from tests.pages.walk import Walk
from tests.regime import NEW, OLD

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

    from tests.pages.place import Place

CODE, PHONE = "Let the person scan this code", "The person goes on by themselves"


@pytest.fixture
def agent(window: BrowserContext, there: Place) -> Desk:
    """Give an agent who is signed in, at a counter as wide as a telephone."""
    found = enrolled(window, there, "agent-1")
    found.signs_in("/staff/counter")
    return found


def elsewhere(browser: Browser, there: Place, name: str, role: Role, shop: str) -> Desk:
    """Give another member of staff, in a browser and a shop of their own."""
    window = browser.new_context(locale="en-GB")
    window.set_default_timeout(10_000)
    return enrolled(window, there, name, role, shop)


def test_from_a_passkey_to_a_line(agent: Desk, browser: Browser) -> None:
    """An agent opens a case by keyboard, the subscriber finishes it, and the counter sees it."""
    agent.opens_case()
    assert agent.title() == CODE
    phone = browser.new_context(locale="en-GB")
    walk = Walk(phone.new_page(), agent.place)
    walk.enters(agent.link(), "/c/start")
    agent.tab.get_by_role("heading", name=PHONE).wait_for()
    walk.consents()
    walk.shows_document()
    walk.shows_face()
    agent.tab.get_by_role("heading", name="Checked, being set up").wait_for()
    agent.place.house.stage.run()
    agent.tab.get_by_role("heading", name="It is done").wait_for()
    phone.close()


def test_a_case_is_bound_to_who_where_and_on_what(agent: Desk) -> None:
    """The records name the member of staff, the shop and a device that stays the same."""
    bound = []
    for msisdn, sim in (("15550001", OLD), ("15550002", NEW)):
        agent.opens_case(msisdn=msisdn, sim=sim)
        bound.append(agent.place.case().handled_by)
    assert bound[0] == bound[1]
    assert bound[0] is not None
    assert (bound[0].staff, bound[0].shop) == ("agent-1", "shop")
    assert bound[0].device.startswith("device-")
    with agent.place.house.stage.service.store.read() as tx:
        opened = next(
            entry.deed
            for entry in tx.entries_of(agent.place.case().id)
            if entry.deed.action == "case_opened"
        )
    assert str(opened.actor) == "staff:agent-1"


def test_the_code_on_the_screen_is_the_persons_link(agent: Desk) -> None:
    """A telephone's camera reads the code as the link, and a reload shows the same one."""
    agent.opens_case()
    link = agent.link()
    agent.tab.reload()
    assert agent.link() == link
    shot = agent.tab.locator("img.code").screenshot()
    picture = cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    read, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    assert read == link


def test_the_code_is_for_this_counter_alone(agent: Desk, browser: Browser, there: Place) -> None:
    """Neither a stranger nor another shop gets the code, the case or its status."""
    path = agent.opens_case()
    other = elsewhere(browser, there, "agent-2", Role.AGENT, "far-away")
    for rest in ("", "/code.svg", "/status", "/receipt"):
        answer = other.tab.request.get(f"{there.address}{path}{rest}", max_redirects=0)
        assert answer.status == 303, rest
    other.signs_in("/staff/counter")
    for rest in ("", "/code.svg", "/status", "/receipt"):
        assert other.tab.request.get(f"{there.address}{path}{rest}").status == 404, rest
    assert agent.tab.request.get(f"{there.address}{path}/code.svg").status == 200
    other.tab.context.close()


def test_what_was_typed_wrong_is_said_and_kept(agent: Desk) -> None:
    """A field with something wrong says so, has the focus, and still holds what was typed."""
    agent.types_case()
    agent.tab.locator("#iccid").fill("8949 junk <b>")
    agent.tab.locator("#channel").fill("nonsense")
    agent.tab.keyboard.press("Enter")
    agent.tab.locator(".errors").wait_for()
    assert agent.tab.locator("[aria-invalid]").count() == 2
    assert agent.tab.locator("#iccid").input_value() == "8949 junk <b>"
    assert agent.tab.evaluate("document.activeElement.id") == "iccid"
    assert agent.tab.locator(".errors a").first.get_attribute("href") == "#iccid"


def test_what_a_line_forbids_is_said_in_words(agent: Desk) -> None:
    """A number without a line gets no new SIM, and the page says why."""
    agent.goes("/staff/counter")
    agent.types_case("sim_replacement")
    agent.tab.locator(".errors").wait_for()
    assert "We know no line with this number" in agent.tab.locator(".errors").inner_text()


def test_a_sim_of_another_request_is_named(agent: Desk) -> None:
    """A SIM that another open request names is what the page speaks of, and where it leads."""
    agent.opens_case()
    agent.goes("/staff/counter")
    agent.types_case(msisdn="15550002", sim=OLD)
    agent.tab.keyboard.press("Enter")
    said = agent.tab.locator(".errors a")
    said.wait_for()
    assert "Another line has this SIM, or another open request names it" in said.inner_text()
    assert "Take another SIM" in said.inner_text()
    assert said.get_attribute("href") == "#iccid"
    assert agent.tab.locator("#iccid").input_value() == OLD.iccid


def test_a_new_code_ends_the_old_one(agent: Desk, browser: Browser) -> None:
    """Where a telephone is lost, a new code is one click, and the old link is over."""
    agent.opens_case()
    phone = browser.new_context(locale="en-GB")
    walk = Walk(phone.new_page(), agent.place)
    old = agent.link()
    walk.enters(old, "/c/start")
    agent.tab.get_by_role("heading", name=PHONE).wait_for()
    agent.tab.get_by_role("button", name="Show a new code").click()
    agent.tab.get_by_role("heading", name=CODE).wait_for()
    assert agent.link() != old
    walk.tab.reload()
    assert walk.title() == "We do not know which request this is"
    walk.enters(agent.link(), "/c/start")
    phone.close()


def test_two_members_of_staff_see_the_person(agent: Desk, browser: Browser, there: Place) -> None:
    """The other way at the counter: each types the number; the second finds it by the line."""
    agent.opens_case()
    agent.tab.get_by_role("button", name="See the person instead").click()
    agent.attests()
    assert agent.title() == "Now another member of staff"
    agent.tab.reload()
    assert agent.tab.locator("#issuer").count() == 0
    second = elsewhere(browser, there, "reviewer-9", Role.REVIEWER, "far-away")
    second.signs_in("/staff/reviews")
    second.goes("/staff/counter")
    assert second.tab.locator(".kinds").count() == 0
    second.tab.locator("#number").fill("+1 555 0001")
    second.tab.keyboard.press("Enter")
    second.attests()
    agent.tab.get_by_role("heading", name="Checked, being set up").wait_for()
    assert there.status() == "ordered"
    second.tab.context.close()


def test_a_receipt_names_nobody(agent: Desk) -> None:
    """A receipt has the request's id, and no picture, no number of a line and no person."""
    path = agent.opens_case()
    agent.goes(f"{path}/receipt")
    text = agent.tab.locator("main").inner_text()
    assert agent.place.case().id in text
    assert not [each for each in ("5550001", "holder", "8949", "0010100") if each in text]
    assert agent.tab.locator("main img").count() == 0
    agent.tab.emulate_media(media="print")
    assert not agent.tab.locator("#print").is_visible()


def test_the_session_is_in_a_cookie_that_no_script_reads(agent: Desk) -> None:
    """The staff's cookies are HttpOnly, Secure and SameSite=Strict, and signing out drops it."""
    found = {each["name"]: each for each in agent.tab.context.cookies()}
    for name in ("__Host-staff", "__Host-device"):
        kept = found[name]
        assert (kept["httpOnly"], kept["secure"], kept["sameSite"]) == (True, True, "Strict")
    agent.tab.get_by_role("button", name="Sign out").click()
    agent.arrives("/staff/sign-in")
    assert "__Host-staff" not in {each["name"] for each in agent.tab.context.cookies()}
    agent.goes("/staff/counter")
    agent.arrives("/staff/sign-in")


def test_a_form_of_another_session_does_nothing(agent: Desk) -> None:
    """A form that does not bring this session's token back is refused."""
    path = agent.opens_case()
    agent.sends(f"{path}/in-person", "0" * 32)
    assert agent.title() == "This page belongs to another sign-in"
    assert agent.place.status() == "opened"


def test_who_handles_no_cases_opens_none(window: BrowserContext, there: Place) -> None:
    """A reviewer sees people in person at a counter, and opens nothing there."""
    reviewer = enrolled(window, there, "reviewer-1", Role.REVIEWER)
    reviewer.signs_in("/staff/reviews")
    reviewer.goes("/staff/counter/new/new_line")
    assert reviewer.title() == "This page is for another role"


def test_a_link_makes_one_passkey(agent: Desk) -> None:
    """A passkey that is not let in, and a link that has served, are said in plain words."""
    agent.goes("/staff/enrol#nonsense")
    agent.tab.locator("#passkey button").click()
    agent.tab.get_by_text("This link has served").wait_for()
    assert "#" not in agent.tab.url


def test_the_development_login_is_not_there(agent: Desk) -> None:
    """Without the flag there is no such page."""
    answer = agent.tab.request.post(
        f"{agent.place.address}/staff/unsafe-dev-login", form={"role": "agent"}
    )
    assert answer.status == 404


def test_the_development_login_says_what_it_is(window: BrowserContext, tmp_path: Path) -> None:
    """With the flag anybody is anybody, and a banner on every page says so."""
    with place(tmp_path, unsafe_dev_login=True) as there:
        tab = window.new_page()
        tab.goto(f"{there.address}/staff/sign-in")
        tab.locator('button[value="agent"]').click()
        tab.wait_for_url(f"{there.address}/staff/counter")
        assert "UNSAFE" in tab.locator(".unsafe").inner_text()
        tab.goto(f"{there.address}/c")
        assert "UNSAFE" in tab.locator(".unsafe").inner_text()


def test_a_screen_that_is_left_alone_signs_out(agent: Desk) -> None:
    """What a page asks by itself keeps no session: after 15 minutes it leads to the door."""
    agent.opens_case()
    agent.place.house.later(timedelta(minutes=8))
    agent.tab.reload()
    assert agent.title() == CODE
    agent.place.house.later(timedelta(minutes=16))
    agent.arrives("/staff/sign-in")
