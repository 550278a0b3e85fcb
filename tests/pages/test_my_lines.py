from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.finding import Measured
from lineproof.domain.reason import ReasonCode
from lineproof.web.pages.languages import language
from lineproof.web.pages.own_lines_pages import TOLD, WHY
from tests.flow.stage import UNSURE, passport
from tests.pages.test_every_state import NEVER, wrong_with
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.pages.place import Place


def verified(walk: Walk) -> None:
    """Hold two lines and pass the check for another SIM of the first."""
    house = walk.place.house
    house.line("15550001")
    house.line("15550002")
    walk.until_face("sim_replacement")
    walk.shows_face()
    walk.clicks('a[href="/c/lines"]', "/c/lines")


def presses(walk: Walk, css: str) -> None:
    """Press a button whose form leads back to the same page."""
    with walk.tab.expect_navigation():
        walk.tab.locator(css).first.click()
    walk.tab.wait_for_load_state()
    assert walk.at() == "/c/lines"


def locked(there: Place, msisdn: str) -> bool:
    """Say whether a line is locked."""
    return there.house.stage.line(msisdn).locked


def actions(there: Place) -> list[str]:
    """Give what the log says of the newest case."""
    with there.house.stage.service.store.read() as tx:
        return [each.deed.action for each in tx.entries_of(there.case().id)]


def test_my_lines_are_shown_after_a_check(tab: Page, there: Place) -> None:
    """The line of the case is shown whole, the other by its last digits: a page alone spoke."""
    walk = Walk(tab, there)
    verified(walk)
    shown = tab.locator("main h2").all_inner_texts()
    assert sorted(shown) == sorted(["15550001", "••••••02"])
    assert "15550002" not in tab.content()


def test_nothing_is_shown_before_the_check(tab: Page, there: Place) -> None:
    """Whoever has the link only learns of no line."""
    walk = Walk(tab, there)
    there.house.line("15550002")
    walk.arrives()
    walk.clicks('a[href="/c/lines"]', "/c/lines")
    assert tab.locator("main h2").count() == 0
    assert "02" not in tab.locator("main").inner_text()


def test_a_line_is_locked(tab: Page, there: Place) -> None:
    """One click locks the line that was named, and no other; a second tab's click does nothing."""
    walk = Walk(tab, there)
    verified(walk)
    second = tab.context.new_page()
    second.goto(tab.url)
    section = 'section:has-text("15550001") '
    presses(walk, section + 'form[action="/c/lines/lock"] button')
    assert locked(there, "15550001")
    assert not locked(there, "15550002")
    assert "Locked" in tab.locator(section).inner_text()
    presses(Walk(second, there), section + 'form[action="/c/lines/lock"] button')
    assert locked(there, "15550001")


def test_a_line_that_is_not_mine(tab: Page, there: Place) -> None:
    """It is locked, disputed in the log once, and the page says what happens next."""
    walk = Walk(tab, there)
    verified(walk)
    section = 'section:has-text("••02") '
    tab.locator(section + "summary").click()
    presses(walk, section + 'form[action="/c/lines/not-mine"] button')
    assert "your operator was told" in tab.locator(section).inner_text()
    assert tab.locator(section + "button").count() == 0
    assert locked(there, "15550002")
    assert actions(there).count("line_disputed") == 1
    tab.reload()
    assert actions(there).count("line_disputed") == 1


def test_who_looked_is_told_in_words(tab: Page, there: Place) -> None:
    """A reviewer's look shows with who and why; of what was found no reason is told."""
    walk = Walk(tab, there)
    there.eye.band = Measured(UNSURE)
    walk.until_face()
    walk.shows_face()
    walk.goes("/c/looks")
    assert "Nobody else has looked" in tab.locator("main").inner_text()
    case = there.case().id
    there.house.takes("reviewer", case)
    seen = there.house.staff("reviewer", "GET", f"/v1/reviews/{case}")
    assert seen.status_code == 200, seen.text
    tab.reload()
    looks = tab.locator("main > ol").inner_text()
    assert "A member of staff (reviewer)" in looks
    assert "Why: to decide about it." in looks
    text = tab.content().lower()
    assert [word for word in (*NEVER, *ReasonCode) if str(word) in text] == []


def test_consents_are_shown_and_withdrawn(tab: Page, there: Place) -> None:
    """A consent is shown with its text's version and language; afterwards it ends in one click."""
    walk = Walk(tab, there)
    verified(walk)
    walk.clicks('main a[href="/c/consents"]', "/c/consents")
    said = tab.locator("main .list").inner_text()
    assert "The face check." in said
    assert "2026-12 in English" in said
    assert "Withdrawn" not in said
    there.eye.document = passport("P3")
    walk.until_face(msisdn="15550003")
    walk.shows_face()
    walk.looks_away()
    there.house.stage.run()
    walk.goes("/c/consents")
    with tab.expect_navigation():
        tab.locator('form[action="/c/consents/withdraw"] button').click()
    tab.wait_for_load_state()
    assert "Withdrawn" in tab.locator("main .list").inner_text()
    assert there.status() == "issued"


def test_withdrawing_after_a_re_check_says_that_it_is_over(tab: Page, there: Place) -> None:
    """A re-check's sessions end with its consents: the page says so, and not that it is lost."""
    walk = Walk(tab, there)
    there.house.line()
    secret = there.house.open("recheck", sim=None)["client_secret"]
    walk.passes(secret)
    walk.goes("/c/consents")
    walk.clicks('form[action="/c/consents/withdraw"] button', "/c/left")
    assert walk.title() == "You have stopped"


def test_an_open_request_is_withdrawn_on_its_own_page(tab: Page, there: Place) -> None:
    """Withdrawing while the request is open ends it, and the person is asked first."""
    walk = Walk(tab, there)
    walk.until_document()
    walk.goes("/c/consents")
    walk.clicks('main a[href="/c/leave"]', "/c/leave")
    walk.clicks("form button", "/c/left")
    assert there.status() == "withdrawn"


def test_another_page_s_form_locks_nothing(there: Place) -> None:
    """A form without this session's token changes no line."""
    house = there.house
    house.line()
    visitor = house.session(house.open("sim_replacement"))
    visitor.passes()
    shown = visitor.call("GET", "/v1/session/lines").json()["lines"][0]
    cookie = {"Cookie": f"__Host-case={visitor.token}"}
    for path in ("/c/lines/lock", "/c/lines/not-mine"):
        asked = {"form": "0" * 32, "line": shown["line"]}
        assert house.http.post(path, data=asked, headers=cookie).status_code == 403
    assert not locked(there, "15550001")


def test_everything_that_the_log_can_say_has_words() -> None:
    """Each action and each purpose that the page tells is in the catalogue."""
    messages = language("en").messages
    needed = {f"mine.did_{action}" for action in (*TOLD, "other")}
    needed |= {f"mine.why_{why}" for why in WHY}
    assert needed - set(messages) == set()


def states(walk: Walk, there: Place) -> Iterator[str]:
    """Lead the tab through every state of the three pages."""
    walk.arrives()
    for path in ("lines", "looks", "consents"):
        walk.goes(f"/c/{path}")
        yield f"{path}-early"
    there.house.stage.later(timedelta(days=1))
    verified(walk)
    there.house.system("GET", f"/v1/cases/{there.case().id}")
    yield "lines"
    presses(walk, 'section:has-text("15550001") form[action="/c/lines/lock"] button')
    walk.tab.locator('section:has-text("••02") summary').click()
    yield "lines-locked"
    presses(walk, 'section:has-text("••02") form[action="/c/lines/not-mine"] button')
    walk.tab.locator("main > details summary").click()
    yield "lines-disputed"
    walk.goes("/c/looks")
    walk.tab.locator("summary").click()
    yield "looks"
    walk.goes("/c/consents")
    yield "consents"


@pytest.mark.parametrize("code", ["en", "ar"])
def test_no_state_shuts_anybody_out(browser: Browser, there: Place, code: str) -> None:
    """In no state does axe find anything: light, dark, narrow, wide, both directions."""
    window = browser.new_context(viewport={"width": 360, "height": 740}, locale=code)
    window.set_default_timeout(15_000)
    walk = Walk(window.new_page(), there)
    found = {}
    for name in states(walk, there):
        assert walk.tab.locator("html").get_attribute("lang") == code
        assert walk.tab.locator("h1").count() == 1, name
        if wrong := wrong_with(walk.tab):
            found[name] = wrong
    window.close()
    assert found == {}
