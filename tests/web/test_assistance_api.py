"""Assistance over HTTP: a word by a fresh passkey, for one case, one capture and five minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.assistance import LIFE, WORDS
from lineproof.domain.staff import Role
from lineproof.flow import claiming, reviewing
from lineproof.flow.refused import RefusalCode, Refused
from lineproof.texts.read_text import assistance_words
from tests.flow.stage import staff
from tests.web.assisted import (
    AT_COUNTER,
    Counter,
    actions_of,
    ask,
    counter_on,
    looks_ahead,
    reasons_of,
    taking_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

SECOND = timedelta(seconds=1)


@pytest.fixture
def counter(database_url: sa.URL) -> Iterator[Counter]:
    """Give a counter, in SQLite and then in PostgreSQL."""
    found = counter_on(database_url)
    yield found
    store = found.house.stage.service.store
    assert isinstance(store, SqlStore)
    store.close()


def test_a_word_stands_in_for_what_nobody_measured(counter: Counter) -> None:
    """The member confirms, the person looks ahead, and the record says that a word stood in."""
    page = counter.person()
    found = counter.confirms("agent-2", page.visitor.case)
    assert found.status_code == 201, found.text
    assert datetime.fromisoformat(found.json()["until"]) == counter.house.now + LIFE
    asked = ask(page).json()
    assert [step["do"] for step in asked["script"]["steps"]] == ["ahead"]
    counter.house.later(timedelta(seconds=3))
    assert page.sends(asked["nonce"]).json()["outcome"] == "approved"
    assert reasons_of(page) == ["face_match", "liveness_assisted"]
    assert actions_of(page).index("assistance_given") < actions_of(page).index("capture_begun")


def test_the_log_says_who_what_and_whether_they_opened_the_case_too(counter: Counter) -> None:
    """Promise 6: before anything follows, and the subscriber reads it."""
    for number, (name, opened) in enumerate((("agent", "yes"), ("agent-2", "no"))):
        page = counter.person(f"1555000{number}", f"P{number}")
        begun = counter.begins(name, page.visitor.case, language="ar")
        assert begun.json()["words"] == assistance_words("ar")[0]
        assert counter.answers(name, page.visitor.case, begun).status_code == 201
        with counter.house.stage.service.store.read() as tx:
            entry = tx.entries_of(page.visitor.case)[-1]
        assert (entry.deed.action, str(entry.deed.actor)) == ("assistance_given", f"staff:{name}")
        told = entry.deed.details
        assert (told["words"], told["language"], told["opened_it_too"]) == (WORDS, "ar", opened)
        own = page.visitor.call("GET", "/v1/session/log").json()["entries"]
        assert (own[-1]["what"], own[-1]["who"]) == ("assistance_given", f"staff:{name}")
        looks_ahead(page)
        with counter.house.stage.service.store.read() as tx:
            begun_by = [
                each.deed.details["assisted_by"]
                for each in tx.entries_of(page.visitor.case)
                if each.deed.action == "capture_begun"
            ]
        assert begun_by == [name]


def test_without_a_word_the_script_is_not_asked(counter: Counter) -> None:
    """The code and the sentence say how to go on; no other script needs a word, nor spends one."""
    page = counter.person()
    found = ask(page)
    assert (found.status_code, found.json()["code"]) == (409, "assistance_missing")
    assert "confirm first" in found.json()["detail"]
    counter.confirms("agent", page.visitor.case)
    assert page.sends(page.asked("still")["nonce"]).json()["outcome"] == "a_person_looks"
    assert reasons_of(page) == ["face_match", "liveness_unmeasured.liveness_nothing_measured"]
    with counter.house.stage.service.store.read() as tx:
        assert [word.spent_at for word in tx.assistances(page.visitor.case)] == [None]


def test_a_word_that_ends_before_the_capture_costs_nothing(counter: Counter) -> None:
    """No attempt, no picture looked at; the same question is answered once it is confirmed anew."""
    page = counter.person()
    counter.confirms("agent", page.visitor.case)
    counter.house.later(LIFE - timedelta(seconds=10))
    nonce = page.asked("assisted")["nonce"]
    counter.house.later(timedelta(seconds=2))
    before = page.kept()
    found = page.sends(nonce)
    assert (found.status_code, found.json()["code"]) == (409, "assistance_missing")
    assert page.kept() == before
    counter.confirms("agent", page.visitor.case)
    assert page.sends(nonce).json()["outcome"] == "approved"


def test_one_word_at_a_time(counter: Counter) -> None:
    """Confirming again ends the word before it: two words give no two captures."""
    page = counter.person()
    for name in ("agent", "agent-2", "agent"):
        assert counter.confirms(name, page.visitor.case).status_code == 201
    with counter.house.stage.service.store.read() as tx:
        words = tx.assistances(page.visitor.case)
    assert [word.spent_at is None for word in words] == [False, False, True]


@pytest.mark.parametrize("name", ["reviewer", "auditor", "admin"])
def test_who_is_no_agent_confirms_nothing(counter: Counter, name: str) -> None:
    """A reviewer who confirmed would judge their own word."""
    page = counter.person()
    for known in (False, True):
        if known:
            counter.enrol(name)
        found = counter.begins(name, page.visitor.case)
        assert (found.status_code, found.json()["code"]) == (403, "not_allowed")


def test_where_a_word_is_not_accepted_none_is_asked_for(counter: Counter) -> None:
    """The regime's changes of a line take none; neither does a case that wants no living person."""
    page = counter.person()
    for changes in ({"assisted_accepted": False}, {"liveness_required": False}):
        counter.under(taking_words(**changes))
        found = counter.confirms("agent", page.visitor.case)
        assert (found.status_code, found.json()["code"]) == (422, "way_not_offered")
        assert ask(page).json()["code"] == "assistance_missing"


def test_a_case_that_waits_for_no_face_is_not_confirmed_about(counter: Counter) -> None:
    """Before consent, on the other way, and after the decision."""
    opened = counter.house.open(handled_by=AT_COUNTER)
    visitor = counter.house.session(opened)
    assert counter.confirms("agent", visitor.case).json()["about"] == "opened"
    visitor.consents()
    assert counter.confirms("agent", visitor.case).status_code == 201
    visitor.call("POST", "/v1/session/other-way", json={"route": "in_person"})
    assert counter.confirms("agent", visitor.case).json()["about"] == "other_way"


def test_who_helped_reviews_nothing_of_it(counter: Counter) -> None:
    """An agent who becomes a reviewer has no verdict on the case that they spoke for."""
    page = counter.person()
    counter.confirms("agent-2", page.visitor.case)
    page.sends(page.asked("still")["nonce"])
    service, now = counter.house.stage.service, counter.house.now
    risen, other = staff("Agent-2", Role.REVIEWER), staff("reviewer", Role.REVIEWER)
    found = reviewing.look_at(service, page.visitor.case, risen, now=now)
    assert isinstance(found, Refused)
    assert found.code is RefusalCode.OWN_CASE
    assert not isinstance(reviewing.look_at(service, page.visitor.case, other, now=now), Refused)
    assert [each.own for each in claiming.queue(service, risen, now=now, limit=9)] == [True]
