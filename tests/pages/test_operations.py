from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.commands.serving import WARNINGS
from lineproof.domain.staff import Role
from lineproof.flow.fresh import new_id
from lineproof.settings import Settings
from lineproof.storage_records import Client, Endpoint, Message, Topic
from lineproof.web.pages.languages import language
from lineproof.web.pages.operations import warnings_of
from lineproof.web.pages.staff_entry import HOME_OF
from tests.pages.desk import Desk, enrolled
from tests.pages.place import place
from tests.pages.test_every_state import wrong_with
from tests.pages.walk import Walk
from tests.regime import regime

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

    from tests.pages.place import Place

WORST = regime(name="evaluation@1", objection_window=timedelta(0), notices=frozenset())


def given_up(there: Place) -> str:
    """Let a message be given up; give its id."""
    stage = there.house.stage
    message = Message(
        id=new_id("msg", stage.now),
        topic=Topic.NOTICE,
        subject="note_nowhere",
        body={},
        due_at=stage.now,
        tries=8,
    )
    with stage.service.store.begin() as tx:
        tx.send(message)
        assert tx.claim(worker="w", now=stage.now, lease_until=stage.now + timedelta(minutes=1))
        assert tx.bury(message.id, worker="w", now=stage.now, code="timeout")
    return message.id


def gone(there: Place) -> Endpoint:
    """Let an endpoint have answered 410 Gone."""
    endpoint = Endpoint(
        id="hook_gone",
        client="operator-7",
        url="https://hooks.example.org/quiet",
        sealed_secrets=(b"s",),
        active=False,
        gone_at=there.house.stage.now,
    )
    with there.house.stage.service.store.begin() as tx:
        tx.put_client(Client(id=endpoint.client, keys="{}", active=True))
        tx.put_endpoint(endpoint)
    return endpoint


def at_operations(window: BrowserContext, there: Place, role: Role) -> Desk:
    """Sign in and go to the page by its link."""
    desk = enrolled(window, there, f"{role}-1", role)
    desk.signs_in("/staff")
    desk.tab.locator('nav a[href="/staff/operations"]').click()
    desk.arrives("/staff/operations")
    return desk


def test_what_is_unsafe_is_said_loudly(window: BrowserContext, tmp_path: Path) -> None:
    """The trying profile, what is simulated, a missing check, a lone admin each have a line."""
    with place(tmp_path, WORST) as there:
        desk = at_operations(window, there, Role.ADMIN)
        said = desk.tab.locator(".alarm li").all_inner_texts()
        ready = there.house.http.get("/ready").json()
    assert ready["unsafe"] == ["profile_for_trying", "simulated_network", "simulated_inbox"]
    assert len(said) == 8
    assert any("Only one admin" in each for each in said)
    assert any("for trying only" in each for each in said)


def test_a_message_that_was_given_up_is_sent_again(window: BrowserContext, there: Place) -> None:
    """One click of an admin's puts it back into the outbox; the log says who did."""
    message = given_up(there)
    desk = at_operations(window, there, Role.ADMIN)
    assert message in desk.tab.locator("main").inner_text()
    assert "note_nowhere" not in desk.tab.content()
    second = desk.tab.context.new_page()
    second.goto(desk.tab.url)
    for tab in (desk.tab, second):
        with tab.expect_navigation():
            tab.locator(f'form:has([value="{message}"]) button').click()
        tab.wait_for_load_state()
        assert "Nothing was given up." in tab.locator("main").inner_text()
    service = there.house.stage.service
    with service.store.read() as tx:
        assert tx.buried(after="", limit=10) == []
        (deed,) = [e.deed for e in tx.entries(after=0, limit=99) if "replayed" in e.deed.action]
    assert str(deed.actor) == "staff:admin-1"


def test_a_webhook_that_is_gone_is_shown(window: BrowserContext, there: Place) -> None:
    """Its id, its system and since when; not its address, in which a secret may stand."""
    desk = at_operations(window, there, Role.AUDITOR)
    assert "Webhooks switched off" not in desk.tab.locator("main").inner_text()
    endpoint = gone(there)
    desk.tab.reload()
    row = desk.tab.locator("tr", has_text=endpoint.id).inner_text()
    assert endpoint.client in row
    assert "hooks.example.org" not in desk.tab.content()


def test_an_auditor_sees_and_sends_nothing(window: BrowserContext, there: Place) -> None:
    """Sending again is an admin's deed, on the page and behind it."""
    message = given_up(there)
    desk = at_operations(window, there, Role.AUDITOR)
    assert desk.tab.locator("main button").count() == 0
    form = desk.tab.locator(".out input").get_attribute("value")
    answer = desk.tab.request.post(
        f"{there.address}/staff/operations/replay", form={"form": form or "", "message": message}
    )
    assert answer.status == 403


@pytest.mark.parametrize("role", [Role.AGENT, Role.REVIEWER])
def test_it_is_no_page_for_other_roles(window: BrowserContext, there: Place, role: Role) -> None:
    """Who handles cases sees nothing of operations, and nobody sees it without signing in."""
    desk = enrolled(window, there, "s-1", role)
    desk.goes("/staff/operations")
    assert desk.tab.url.endswith("/staff/sign-in")
    desk.signs_in(HOME_OF[role])
    desk.goes("/staff/operations")
    assert desk.title() == "This page is for another role"


def test_errors_are_counted_by_route(window: BrowserContext, there: Place) -> None:
    """What was refused and what was decided stands there by route and way, and no case does."""
    walk = Walk(window.new_page(), there)
    walk.until_face()
    walk.shows_face()
    assert there.house.http.get("/v1/session").status_code == 401
    desk = at_operations(window, there, Role.AUDITOR)
    row = desk.tab.locator("tr", has_text="GET /v1/session").first.inner_text().split()
    assert row[2:4] == ["1", "1"]
    assert "approve" in desk.tab.locator("main").inner_text()
    assert there.case().id not in desk.tab.content()
    assert "15550001" not in desk.tab.content()


@pytest.mark.parametrize("code", ["en", "ar"])
def test_it_shuts_nobody_out(browser: Browser, tmp_path: Path, code: str) -> None:
    """Axe finds nothing on the page, with everything on it and with nothing."""
    window = browser.new_context(viewport={"width": 360, "height": 740}, locale=code)
    window.set_default_timeout(15_000)
    with place(tmp_path, WORST) as there:
        desk = at_operations(window, there, Role.ADMIN)
        found = wrong_with(desk.tab)
        given_up(there)
        gone(there)
        walk = Walk(window.new_page(), there)
        walk.until_face()
        walk.shows_face()
        desk.tab.reload()
        found += wrong_with(desk.tab)
    window.close()
    assert found == []


def test_every_warning_has_words() -> None:
    """What a start warns of, and what the page warns of, is said in a sentence of its own."""
    names = Settings(unsafe_dev_login=True).unsafe("evaluation@9")
    assert set(names) == set(WARNINGS)
    warned = set(warnings_of(WORST, "evaluation", "none")) | set(names)
    assert {f"operations.warn_{name}" for name in warned} <= set(language("en").messages)
    kept = Settings(operator="osmohlr", messenger_url="https://operator.example/notices")
    assert kept.unsafe("cn@1") == []
