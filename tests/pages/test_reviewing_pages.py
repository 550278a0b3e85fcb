from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lineproof.domain.case import Kind, Route
from lineproof.domain.finding import Measured
from lineproof.domain.staff import Role
from lineproof.flow import agree
from tests.flow.stage import NO_MATCH, SYSTEM, UNSURE
from tests.pages.desk import Desk, enrolled
from tests.pages.test_every_state import wrong_with
from tests.pages.walk import Walk
from tests.regime import OLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext

    from lineproof.domain.finding import FmrBand
    from tests.pages.place import Place

SECOND = "Another reviewer must look as well"


@pytest.fixture
def reviewer(window: BrowserContext, there: Place) -> Desk:
    """Give a reviewer who is signed in."""
    found = enrolled(window, there, "reviewer-1", Role.REVIEWER)
    found.signs_in("/staff/reviews")
    return found


@pytest.fixture
def other(browser: Browser, there: Place) -> Iterator[Desk]:
    """Give another reviewer, in a browser of their own."""
    window = browser.new_context(locale="en-GB")
    window.set_default_timeout(10_000)
    found = enrolled(window, there, "reviewer-2", Role.REVIEWER)
    found.signs_in("/staff/reviews")
    yield found
    window.close()


def refers(there: Place, browser: Browser, band: FmrBand, tries: int = 1) -> str:
    """Let a subscriber be referred to a person; give the case's id."""
    there.eye.band = Measured(band)
    phone = browser.new_context(locale="en-GB")
    walk = Walk(phone.new_page(), there)
    walk.until_face()
    for left in range(tries, 0, -1):
        walk.shows_face("/c/result" if left == 1 else "/c/face")
    phone.close()
    assert there.status() == "referred"
    return there.case().id


def takes_next(desk: Desk) -> None:
    """Claim the next case."""
    desk.goes("/staff/reviews")
    desk.tab.get_by_role("button", name="Take the next one").click()
    desk.tab.get_by_role("heading", name="Is it the same person?").wait_for()


def concludes(desk: Desk, reason: str) -> None:
    """Choose a verdict by its reason and send it."""
    desk.tab.get_by_text(reason, exact=True).click()
    desk.tab.get_by_role("button", name="Put my verdict on record").click()
    desk.arrives("/staff/reviews?said=")


def deeds(there: Place, case: str) -> list[str]:
    """Give what the log says was done to a case, and by whom."""
    with there.house.stage.service.store.read() as tx:
        return [f"{entry.deed.action} {entry.deed.actor}" for entry in tx.entries_of(case)]


def test_an_override_takes_two(reviewer: Desk, other: Desk, there: Place, browser: Browser) -> None:
    """What the comparison denied is approved by two reviewers, each of whom looked, on record."""
    case = refers(there, browser, NO_MATCH, tries=3)
    takes_next(reviewer)
    assert "it needs two reviewers" in reviewer.tab.locator("main").inner_text()
    concludes(reviewer, "It is the same person")
    assert SECOND in reviewer.tab.locator("main").inner_text()
    assert there.status() == "referred"
    takes_next(other)
    assert "You are the second" in other.tab.locator("main").inner_text()
    concludes(other, "It is the same person")
    assert there.status() == "ordered"
    found = deeds(there, case)
    for name in ("reviewer-1", "reviewer-2"):
        assert found.count(f"review_claimed staff:{name}") == 1
        # The page, and each of its two pictures.
        assert found.count(f"viewed staff:{name}") == 3


def test_a_verdict_for_a_reason_of_the_other_one_is_sent_back(
    reviewer: Desk, there: Place, browser: Browser
) -> None:
    """Whoever changes what the page sends is told to choose again, and nothing is concluded."""
    refers(there, browser, UNSURE)
    for odd in (
        "approve:cannot_tell",
        "refuse:same_person",
        "refuse:x",
        "x:same_person",
        "approve",
    ):
        takes_next(reviewer)
        first = reviewer.tab.locator("#verdict-first")
        first.evaluate("(radio, odd) => { radio.value = odd; radio.checked = true; }", odd)
        reviewer.tab.get_by_role("button", name="Put my verdict on record").click()
        reviewer.tab.wait_for_url("**?wrong=verdict")
        wrong = reviewer.tab.get_by_role("group", name="Your verdict, with its reason")
        expect(wrong).to_have_accessible_description("Error: Choose a verdict with its reason.")
        assert there.status() == "referred"
        reviewer.tab.get_by_role("button", name="Give it back without a verdict").click()
        reviewer.arrives("/staff/reviews")


def test_a_claimed_case_is_offered_to_nobody_else(
    reviewer: Desk, other: Desk, there: Place, browser: Browser
) -> None:
    """Two reviewers do not do the same work; after ten minutes the case is anybody's again."""
    case = refers(there, browser, UNSURE)
    takes_next(reviewer)
    other.goes("/staff/reviews")
    assert other.tab.get_by_role("button", name="Take the next one").count() == 0
    assert "Somebody looks at it until" in other.tab.locator("main").inner_text()
    other.goes(f"/staff/reviews/{case}")
    other.arrives("/staff/reviews?said=over")
    there.house.later(timedelta(minutes=11))
    takes_next(other)
    reviewer.tab.reload()
    reviewer.arrives("/staff/reviews?said=over")
    assert f"viewed staff:{other.staff.id}" in deeds(there, case)


def test_who_is_slow_keeps_the_case(
    reviewer: Desk, other: Desk, there: Place, browser: Browser
) -> None:
    """Nine minutes, ten more for one press, nine more: the case is still theirs to conclude on."""
    case = refers(there, browser, UNSURE)
    takes_next(reviewer)
    for _ in range(2):
        there.house.later(timedelta(minutes=9))
        reviewer.tab.get_by_role("button", name="Keep it ten minutes more").focus()
        with reviewer.tab.expect_navigation():
            reviewer.tab.keyboard.press("Enter")
        reviewer.arrives(f"/staff/reviews/{case}")
        other.goes("/staff/reviews")
    there.house.later(timedelta(minutes=9))
    assert "said=taken" in other.sends(f"/staff/reviews/{case}/claim")
    concludes(reviewer, "It is the same person")
    assert there.status() == "ordered"


def test_that_the_time_is_nearly_over_is_said_while_there_is_some(
    reviewer: Desk, there: Place, browser: Browser
) -> None:
    """Two minutes before the end, not earlier, and where a screen reader reads it out."""
    refers(there, browser, UNSURE)
    reviewer.tab.clock.install()
    takes_next(reviewer)
    # A deferred script has run by then, and set its clock.
    reviewer.tab.wait_for_load_state("load")
    said = reviewer.tab.locator("#ending[role=status]")
    assert said.inner_text() == ""
    reviewer.tab.clock.fast_forward("07:50")
    assert said.inner_text() == ""
    reviewer.tab.clock.fast_forward("00:10")
    assert "At most two minutes are left" in said.inner_text()
    assert wrong_with(reviewer.tab) == []


def test_the_pictures_stand_side_by_side_and_zoom_by_key(
    reviewer: Desk, there: Place, browser: Browser
) -> None:
    """Both pictures are seen at once, and both grow when one is asked to."""
    refers(there, browser, UNSURE)
    takes_next(reviewer)
    frames = reviewer.tab.locator(".frame")
    assert frames.count() == 2
    reviewer.tab.locator("#zoom").wait_for()
    tops = reviewer.tab.evaluate(
        "[...document.querySelectorAll('.frame')].map(each => each.getBoundingClientRect().top)"
    )
    assert tops[0] == tops[1]
    frames.first.focus()
    reviewer.tab.keyboard.press("+")
    widths = reviewer.tab.evaluate(
        "[...document.querySelectorAll('.frame img')].map(each => each.style.inlineSize)"
    )
    assert widths == ["150%", "150%"]


def test_nobody_reviews_their_own_case(reviewer: Desk, there: Place) -> None:
    """Who saw the person in a case is not offered it, and cannot take it by its address."""
    stage = there.house.stage
    case = stage.open(Kind.NEW_LINE, sim=OLD)
    agree.take_other_way(stage.service, case.id, Route.IN_PERSON, actor=SYSTEM, now=stage.now)
    stage.attested(case, reviewer.staff.id, "P1")
    stage.attested(case, "agent-9", "P2")
    assert there.status() == "referred"
    reviewer.goes("/staff/reviews")
    assert "You had a hand in it" in reviewer.tab.locator("main").inner_text()
    assert reviewer.tab.locator("main button").count() == 0
    answer = reviewer.sends(f"/staff/reviews/{case.id}/claim")
    assert "said=taken" in answer
    assert not [deed for deed in deeds(there, case.id) if deed.startswith("review_claimed")]
