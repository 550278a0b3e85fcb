from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.audit import ActorKind
from lineproof.flow.agree import object_to
from tests.flow.stage import passport
from tests.pages.test_every_state import wrong_with
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.pages.place import Place


def change_asked(there: Place, number: str = "P1") -> str:
    """Let somebody ask for another SIM and pass; give the link in the notice to the old one."""
    there.house.line(number=number)
    visitor = there.house.session(there.house.open("sim_replacement"))
    there.eye.document = passport(number)
    visitor.passes(number)
    assert there.status() == "approved"
    there.house.stage.run()
    return link_to(there)


def transfer_asked(there: Place) -> str:
    """Let somebody ask for the line; give the link in the notice to its holder."""
    there.house.line()
    there.house.open("transfer")
    there.house.stage.run()
    return link_to(there)


def link_to(there: Place) -> str:
    """Give the link of the last notice that can be answered."""
    return f"{there.address}/answer#{there.house.stage.letters.secret()}"


def opens(walk: Walk, link: str) -> None:
    """Open a notice's link."""
    walk.tab.goto("about:blank")
    walk.tab.goto(link)
    walk.tab.wait_for_url("**/answer/question")


def says(walk: Walk, answer: str, path: str = "/answer/question") -> None:
    """Press one of the two buttons."""
    with walk.tab.expect_navigation():
        walk.tab.locator(f'button[value="{answer}"]').click()
    walk.tab.wait_for_load_state()
    assert walk.at() == path


def actions(there: Place) -> list[str]:
    """Give what the log says that a holder did in the newest case."""
    with there.house.stage.service.store.read() as tx:
        entries = tx.entries_of(there.case().id)
    return [each.deed.action for each in entries if each.deed.actor.kind is ActorKind.HOLDER]


def test_a_change_that_was_not_asked_for_is_stopped(tab: Page, there: Place) -> None:
    """One click on the notice's link and one on the page hand the change to a reviewer."""
    walk = Walk(tab, there)
    opens(walk, change_asked(there))
    assert walk.title() == "Was this you?"
    assert "001" in tab.locator("main").inner_text()
    assert there.status() == "approved"
    says(walk, "object")
    assert walk.title() == "It is stopped for now"
    assert there.status() == "referred"
    tab.reload()
    assert walk.title() == "It is stopped for now"
    assert actions(there) == ["question_shown", "case_objected"]


def test_it_was_me_changes_nothing_and_spends_nothing(tab: Page, there: Place) -> None:
    """Who asked for the change themselves need say nothing, and may still object afterwards."""
    walk = Walk(tab, there)
    link = change_asked(there)
    opens(walk, link)
    says(walk, "nothing", "/answer/nothing")
    assert walk.title() == "Nothing to do"
    assert there.status() == "approved"
    opens(walk, link)
    says(walk, "object")
    assert there.status() == "referred"


@pytest.mark.parametrize(
    ("answer", "title", "status"),
    [
        ("agree", "You agreed", "opened"),
        ("decline", "Your line stays yours", "refused"),
    ],
)
def test_the_holder_s_word_on_a_transfer(
    tab: Page, there: Place, answer: str, title: str, status: str
) -> None:
    """The line goes to nobody without its holder's yes, which is asked in two equal buttons."""
    walk = Walk(tab, there)
    opens(walk, transfer_asked(there))
    assert walk.title() == "May your line go to another person?"
    boxes = [each.bounding_box() for each in tab.locator("main button").all()]
    assert len({(box["width"], box["height"]) for box in boxes if box}) == 1
    says(walk, answer)
    assert walk.title() == title
    assert there.status() == status


def test_opening_a_link_answers_nothing(there: Place) -> None:
    """A mail program that opens every link it sees finds a page, and the case stays."""
    link = change_asked(there)
    before = there.case()
    for path in ("/answer", "/answer/question", "/answer/nothing"):
        assert there.house.http.get(path).status_code == 200
    assert there.house.http.get(link.partition("#")[0]).status_code == 200
    assert there.case() == before


def test_a_link_that_is_over_says_so(tab: Page, there: Place) -> None:
    """A link that was answered elsewhere, one that is too old and junk each get a plain page."""
    walk = Walk(tab, there)
    link, stage = change_asked(there), there.house.stage
    object_to(stage.service, link.partition("#")[2], now=stage.now)
    opens(walk, link)
    # Whoever was robbed of the link is told that it was used.
    assert walk.title() == "It is stopped for now"
    assert tab.locator("main button").count() == 0
    stage.later(timedelta(days=31))
    for old in (link, f"{there.address}/answer#'; DROP TABLE cases", f"{there.address}/answer#x"):
        opens(walk, old)
        assert walk.title() == "This link cannot be used any more"
        assert "DROP" not in tab.content()


def test_the_secret_leaves_the_address_and_no_page_holds_it(tab: Page, there: Place) -> None:
    """It is posted once; no request's address, no page and no script's cookie holds it."""
    walk = Walk(tab, there)
    link = change_asked(there)
    secret = link.partition("#")[2]
    held: list[str] = []
    tab.on(
        "request",
        lambda request: held.append(request.url) if secret in (request.post_data or "") else None,
    )
    opens(walk, link)
    assert secret not in tab.url
    assert secret not in tab.content()
    assert secret not in tab.evaluate("document.cookie")
    says(walk, "object")
    assert held == [f"{there.address}/answer/open"]


def test_another_site_answers_nothing(there: Place) -> None:
    """A form without the page's token, and one that another site sends, are refused."""
    secret = change_asked(there).partition("#")[2]
    http = there.house.http
    cookie = {"Cookie": f"__Host-answer={secret}"}
    form = {"says": "object", "form": "0" * 32}
    assert http.post("/answer/say", data=form, headers=cookie).status_code == 403
    foreign = {"Sec-Fetch-Site": "cross-site"}
    opened = http.post("/answer/open", data={"client_secret": secret}, headers=foreign)
    assert opened.status_code == 403
    assert there.status() == "approved"


def test_without_scripts_the_link_is_pasted(browser: Browser, there: Place) -> None:
    """A browser without scripts has a field for the link, and then the same two buttons."""
    window = browser.new_context(java_script_enabled=False, locale="en")
    window.set_default_timeout(10_000)
    walk = Walk(window.new_page(), there)
    link = change_asked(there)
    walk.tab.goto(link)
    walk.clicks("#open button", "/answer")
    assert walk.tab.title().startswith("Error:")
    walk.tab.locator("#client_secret").fill(f" {link} ")
    walk.clicks("#open button", "/answer/question")
    says(walk, "object")
    assert there.status() == "referred"
    window.close()


def test_by_keyboard_alone(tab: Page, there: Place) -> None:
    """The change is stopped with Tab and Enter."""
    walk = Walk(tab, there)
    opens(walk, change_asked(there))
    for _ in range(20):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.value") == "object":
            break
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    tab.wait_for_load_state()
    assert there.status() == "referred"


def states(walk: Walk, there: Place) -> Iterator[str]:
    """Lead the tab through every state of the page."""
    walk.goes("/answer")
    yield "arrive"
    walk.clicks("#open button", "/answer")
    yield "arrive-without-code"
    opens(walk, f"{there.address}/answer#x")
    yield "over"
    link = change_asked(there)
    opens(walk, link)
    yield "may-object"
    says(walk, "nothing", "/answer/nothing")
    yield "nothing"
    walk.goes("/answer/question")
    says(walk, "object")
    yield "objected"
    for answer in ("agree", "decline"):
        there.house.open("transfer")
        there.house.stage.run()
        opens(walk, link_to(there))
        yield f"may-{answer}"
        says(walk, answer)
        yield answer


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
