"""A member of staff helps with a face check: at the counter, on the telephone, and who looked."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.assistance import LIFE
from lineproof.domain.reason import Reason, ReasonCode, referral
from lineproof.texts.read_text import assistance_words
from lineproof.web.pages.languages import language
from lineproof.web.pages.reason_words import needs_two, spoken
from tests.pages.desk import Desk, enrolled
from tests.pages.place import place
from tests.pages.test_every_state import photograph, wrong_with
from tests.pages.walk import Walk
from tests.web.assisted import taking_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.pages.place import Place

HELP, CONFIRM = "Help with the face check", "Confirm with my passkey (key 1)"
BESIDE = "With a member of staff beside me"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Place]:
    """Give a service that takes a member of staff's word."""
    with place(tmp_path, taking_words()) as found:
        yield found


@pytest.fixture
def agent(window: BrowserContext, there: Place) -> Desk:
    """Give an agent who is signed in."""
    found = enrolled(window, there, "agent-1")
    found.signs_in("/staff/counter")
    return found


@contextmanager
def person(browser: Browser, agent: Desk, code: str = "en-GB") -> Iterator[Walk]:
    """Give the person of a case that this agent opened, before the camera."""
    agent.opens_case()
    phone = browser.new_context(locale=code, viewport={"width": 360, "height": 740})
    phone.set_default_timeout(15_000)
    walk = Walk(phone.new_page(), agent.place)
    walk.enters(agent.link(), "/c/start")
    walk.consents()
    walk.shows_document()
    yield walk
    phone.close()


def confirms(agent: Desk) -> None:
    """Read the words, and confirm them by the keyboard alone."""
    agent.tab.get_by_role("heading", name=HELP).wait_for()
    assert agent.tab.locator("#words").inner_text() == assistance_words("en")[0]
    agent.tab.keyboard.press("1")
    agent.tab.locator(".note.good").wait_for()


def begins(walk: Walk) -> None:
    """Choose to be helped, open the camera and begin; wait for where that leads."""
    walk.tab.get_by_label(BESIDE).check()
    walk.tab.locator("face-capture button").click()
    walk.tab.locator(".face-stage[data-state]").wait_for()
    with walk.tab.expect_navigation(wait_until="load"):
        with walk.tab.expect_response(lambda answer: "/c/face/question" in answer.url):
            walk.tab.get_by_role("button", name="Begin").click()
        # The house's clock stands still, and a script takes time.
        walk.place.house.later(timedelta(seconds=8))


def test_from_a_word_to_a_line(agent: Desk, browser: Browser) -> None:
    """The agent confirms by a key and a passkey, the person looks ahead, and all see what was."""
    with person(browser, agent) as walk:
        confirms(agent)
        said = agent.tab.locator(".note.good").inner_text()
        assert "Confirmed by agent-1" in said
        begins(walk)
        assert walk.at() == "/c/result"
        assert agent.place.status() == "ordered"
        assert [each.script.variant for each in agent.place.eye.captures] == ["assisted"]
        agent.tab.get_by_role("heading", name="Checked, being set up").wait_for()
        assert agent.tab.get_by_text(HELP).count() == 0
        walk.goes("/c/looks")
        looked = walk.tab.locator("main > ol li").all_inner_texts()
        assert any("agent-1" in each and "that they see you" in each for each in looked)


def test_without_a_word_the_page_says_how_to_go_on(agent: Desk, browser: Browser) -> None:
    """The same place, what to do first, the choice kept; once it is confirmed, the same goes on."""
    with person(browser, agent) as walk:
        begins(walk)
        assert walk.at() == "/c/face"
        assert "confirm on their screen first" in walk.tab.locator(".errors").inner_text()
        assert walk.tab.get_by_label(BESIDE).is_checked()
        assert agent.place.case().attempts == 0
        confirms(agent)
        begins(walk)
        assert walk.at() == "/c/result"


def test_a_word_that_is_over_is_asked_for_anew(agent: Desk, browser: Browser) -> None:
    """After five minutes the counter's page shows the words again, by itself."""
    with person(browser, agent):
        confirms(agent)
        agent.place.house.later(LIFE)
        agent.tab.get_by_role("button", name=CONFIRM).wait_for()
        confirms(agent)


def test_a_passkey_that_proves_nothing_says_so(agent: Desk, browser: Browser) -> None:
    """One that was copied confirms nothing; the sentence stays, and the button tries again."""
    with person(browser, agent):
        store = agent.place.house.stage.service.store
        button = agent.tab.get_by_role("button", name=CONFIRM)
        button.wait_for()
        with store.begin() as tx:
            (key,) = tx.passkeys("agent-1")
            tx.put_passkey(replace(key, sign_count=key.sign_count + 1_000))
        button.click()
        agent.tab.get_by_role("alert").get_by_text("not one of yours here").wait_for()
        with store.begin() as tx:
            assert tx.assistances(agent.place.case().id) == []
            tx.put_passkey(key)
        button.click()
        agent.tab.locator(".note.good").wait_for()


def test_where_nobody_can_help_nothing_offers_it(
    browser: Browser, window: BrowserContext, tmp_path: Path
) -> None:
    """Neither the counter nor the telephone, where the policy accepts no word."""
    with place(tmp_path, taking_words(assisted_accepted=False)) as there:
        agent = enrolled(window, there, "agent-1")
        agent.signs_in("/staff/counter")
        with person(browser, agent) as walk:
            assert walk.tab.locator('input[name="variant"]').count() == 3
            agent.tab.get_by_role("heading", name="The person goes on by themselves").wait_for()
            assert agent.tab.get_by_text(HELP).count() == 0


def test_a_reviewer_reads_that_a_word_speaks_for_the_person() -> None:
    """It is nothing against them; yet no picture shows it, so one reviewer is not enough."""
    found = referral(
        Reason(ReasonCode.FACE_MATCH),
        Reason(ReasonCode.LIVENESS_ASSISTED),
        Reason(ReasonCode.GUARDIAN_NEEDED),
    )
    told = spoken(language("en"), found)
    assert [len(each) for each in (told.speaks_for, told.against, told.unclear)] == [2, 0, 1]
    assert needs_two(found)


def test_who_began_alone_is_not_offered_a_counter(there: Place, browser: Browser) -> None:
    """A case that no shop opened has no member of staff beside it."""
    phone = browser.new_context(locale="en-GB")
    walk = Walk(phone.new_page(), there)
    walk.until_face()
    walk.tab.locator('input[name="variant"]').first.wait_for(state="attached")
    assert walk.tab.get_by_label(BESIDE).count() == 0
    phone.close()


def test_a_form_of_another_session_confirms_nothing(agent: Desk, browser: Browser) -> None:
    """Neither a token that is not this page's, nor a request of another site."""
    with person(browser, agent):
        path = f"{agent.place.address}/staff/counter/cases/{agent.place.case().id}/assistance"
        request = agent.tab.request
        wrong = request.post(f"{path}/options", data={"form": "0" * 32})
        assert wrong.status == 403
        half = request.post(
            f"{path}/options",
            data='{"form": "\\ud800"}',
            headers={"Content-Type": "application/json"},
        )
        assert half.status == 403
        token = agent.tab.locator("#passkey input[name=form]").input_value()
        headers = {"Sec-Fetch-Site": "cross-site"}
        other = request.post(f"{path}/options", data={"form": token}, headers=headers)
        assert other.status == 403
        assert request.post(f"{path}/options", data={"form": token}).status == 200


@pytest.mark.parametrize("code", ["en", "ar"])
def test_no_page_of_it_shuts_anybody_out(browser: Browser, there: Place, code: str) -> None:
    """Axe finds nothing before and after the word, at the counter and on the telephone."""
    window = browser.new_context(locale=code, viewport={"width": 360, "height": 740})
    window.set_default_timeout(15_000)
    agent = enrolled(window, there, "agent-1")
    agent.signs_in("/staff/counter")
    found: dict[str, list[str]] = {}

    def look(name: str, tab: Page) -> None:
        photograph(tab, f"assist-{name}-{code}")
        if wrong := wrong_with(tab):
            found[name] = wrong

    with person(browser, agent, code) as walk:
        agent.tab.locator("#passkey button").wait_for()
        look("counter-words", agent.tab)
        walk.tab.locator('input[value="assisted"]').wait_for()
        look("face-choice", walk.tab)
        walk.goes("/c/face?wrong=assist_first")
        walk.tab.locator('input[value="assisted"]').wait_for()
        look("face-assist-first", walk.tab)
        agent.tab.keyboard.press("1")
        agent.tab.locator(".note.good").wait_for()
        look("counter-confirmed", agent.tab)
        walk.goes("/c/looks")
        look("looks", walk.tab)
    window.close()
    assert found == {}
