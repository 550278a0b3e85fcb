"""Somebody passes the face check on a word that no member of staff gave for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.assistance import Assistance
from lineproof.domain.challenge import binding
from lineproof.domain.finding import Measured
from lineproof.domain.staff import Role
from lineproof.web.sign_in.ceremony import LIFE
from lineproof.web.sign_in.staff_session import sign_in
from tests.regime import LIVING
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
    from httpx import Response

    from tests.web.test_signed_captures import Page

FAILED = replace(LIVING, passes=False, failed=("injection.repeated",))


@pytest.fixture
def counter(database_url: sa.URL) -> Iterator[Counter]:
    """Give a counter, in SQLite and then in PostgreSQL."""
    found = counter_on(database_url)
    yield found
    store = found.house.stage.service.store
    assert isinstance(store, SqlStore)
    store.close()


def refused(found: Response) -> str:
    """Give the code of what was refused."""
    assert found.status_code >= 400, found.text
    return str(found.json()["code"])


def words(page: Page) -> list[Assistance]:
    """Give what was said of a case."""
    with page.house.stage.service.store.read() as tx:
        return list(tx.assistances(page.visitor.case))


def test_a_word_of_one_case_is_none_of_another(counter: Counter) -> None:
    """Neither the word itself, nor the assertion that an agent made for another person's case."""
    here, there = counter.person(), counter.person("15550002", "P2")
    begun = counter.begins("agent", here.visitor.case)
    assert refused(counter.answers("agent", there.visitor.case, begun)) == "passkey_refused"
    assert counter.confirms("agent", here.visitor.case).status_code == 201
    assert words(there) == []
    assert refused(ask(there)) == "assistance_missing"
    assert "confirmation_refused" in actions_of(there)


def test_an_agent_of_another_shop_confirms_about_nobody_here(counter: Counter) -> None:
    """They cannot see the person; to them there is no such case."""
    far = counter.person(handled_by=AT_COUNTER | {"shop": "far"})
    alone = counter.person("15550002", "P2", handled_by=None)
    for page in (far, alone):
        assert refused(counter.confirms("agent", page.visitor.case)) == "case_unknown"
        assert refused(ask(page)) == "assistance_missing"


def test_an_assertion_is_taken_once_and_young(counter: Counter) -> None:
    """Sent again it gives no second word; nor does one that was signed too late."""
    page = counter.person()
    case, key = page.visitor.case, counter.keys["agent"]
    begun = counter.begins("agent", case)
    sent = {"state": begun.json()["state"], "credential": key.sign(begun.json()["options"])}
    again = [
        counter.house.staff("agent", "POST", f"/v1/cases/{case}/assistance", json=sent)
        for _ in range(2)
    ]
    assert [each.status_code for each in again] == [201, 409]
    late = counter.begins("agent", case)
    counter.house.later(LIFE)
    assert refused(counter.answers("agent", case, late)) == "ceremony_over"
    assert len(words(page)) == 1


def test_a_session_without_the_passkey_confirms_nothing(counter: Counter) -> None:
    """Who sits at a screen that was left open has another passkey, or one without its user."""
    page = counter.person()
    begun = counter.begins("agent", page.visitor.case)
    other = counter.answers("agent", page.visitor.case, begun, counter.keys["agent-2"])
    assert refused(other) == "passkey_refused"
    key = replace(counter.keys["agent"], verified=False)
    begun = counter.begins("agent", page.visitor.case)
    assert refused(counter.answers("agent", page.visitor.case, begun, key)) == "passkey_refused"
    assert words(page) == []
    for _ in range(2):
        assert counter.confirms("agent", page.visitor.case).status_code == 201
    begun = counter.begins("agent", page.visitor.case)
    copied = replace(counter.keys["agent"], count=0)
    assert refused(counter.answers("agent", page.visitor.case, begun, copied)) == "passkey_refused"
    assert len(words(page)) == 2
    assert actions_of(page).count("confirmation_refused") == 3


def test_an_assertion_for_one_purpose_serves_no_other(counter: Counter) -> None:
    """A sign-in confirms no face check, and a confirmation opens no session."""
    page = counter.person()
    door, key = counter.house.app.state.context.door, counter.keys["agent"]
    begun = counter.house.http.post("/v1/staff/sign-in/options").json()
    sent = {"state": begun["state"], "credential": key.sign(begun["options"])}
    path = f"/v1/cases/{page.visitor.case}/assistance"
    assert refused(counter.house.staff("agent", "POST", path, json=sent)) == "ceremony_over"
    mine = counter.begins("agent", page.visitor.case).json()
    opened = sign_in(door, mine["state"], key.sign(mine["options"]))
    assert getattr(opened, "code", None) == "ceremony_over"


def test_two_captures_at_once_share_one_word(counter: Counter) -> None:
    """Both messages hold, and the word is spent by one of them; the other costs nothing."""
    page = counter.person()
    counter.confirms("agent", page.visitor.case)
    answers = page.sends_at_once([page.asked("assisted")["nonce"] for _ in range(2)])
    assert [each.status_code for each in answers] == [201, 409]
    assert refused(answers[1]) in {"assistance_missing", "not_now", "document_needed"}
    assert page.kept()[0] == 1
    assert page.kept()[2] == {"decisions": 1}


def test_a_word_serves_one_capture_whatever_came_of_it(counter: Counter) -> None:
    """After a try that failed, the member looks and confirms again."""
    page = counter.person()
    counter.seeing(Measured(FAILED))
    counter.confirms("agent", page.visitor.case)
    assert looks_ahead(page).json()["outcome"] == "again"
    counter.house.later(timedelta(seconds=60))
    assert refused(ask(page)) == "assistance_missing"


def test_an_injected_picture_is_not_talked_into_a_person(counter: Counter) -> None:
    """What a check measured against a living person no word of anybody outweighs."""
    page = counter.person()
    counter.seeing(Measured(FAILED))
    for outcome in ("again", "again", "a_person_looks"):
        assert counter.confirms("agent", page.visitor.case).status_code == 201
        assert looks_ahead(page).json()["outcome"] == outcome
        assert "liveness_failed.injection.repeated" in reasons_of(page)
        assert "liveness_assisted" not in reasons_of(page)
        counter.house.later(timedelta(minutes=5))


@pytest.mark.parametrize("changes", [{"active": False}, {"role": Role.REVIEWER}])
def test_with_the_role_the_word_goes(counter: Counter, changes: dict[str, Any]) -> None:
    """Of an agent who is shut out, or becomes something else, between the word and the capture."""
    page = counter.person()
    counter.confirms("agent", page.visitor.case)
    nonce = page.asked("assisted")["nonce"]
    counter.changes("agent", **changes)
    assert refused(page.sends(nonce)) == "assistance_missing"
    assert refused(ask(page)) == "assistance_missing"
    # Nor do they give another one by what is left of their session.
    assert counter.confirms("agent", page.visitor.case).status_code == 403


def test_another_document_is_not_what_was_confirmed(counter: Counter) -> None:
    """The word is about the person of the document that lay there, and not about the next one."""
    page = counter.person()
    counter.confirms("agent", page.visitor.case)
    page.visitor.shows("P2")
    assert refused(ask(page)) == "assistance_missing"
    counter.confirms("agent", page.visitor.case)
    assert looks_ahead(page).json()["outcome"] == "approved"


def test_a_policy_that_accepts_no_word_goes_to_a_person(counter: Counter) -> None:
    """Also where the word was given while another policy held."""
    page = counter.person()
    counter.confirms("agent", page.visitor.case)
    counter.under(taking_words(assisted_accepted=False))
    assert looks_ahead(page).json()["outcome"] == "a_person_looks"
    assert reasons_of(page) == ["face_match", "liveness_unmeasured.liveness_nothing_measured"]


def test_a_word_that_somebody_wrote_for_another_binding_serves_nothing(counter: Counter) -> None:
    """A row that was moved to another case is bound to where it came from."""
    here, there = counter.person(), counter.person("15550002", "P2")
    service, now = here.house.stage.service, here.house.now
    with service.store.begin() as tx:
        case = tx.case(here.visitor.case)
        assert case is not None
        tx.add_assistance(
            Assistance(
                id="assist_moved",
                case=there.visitor.case,
                staff="agent",
                binding=binding(case),
                at=now,
                until=now + LIFE,
                spent_at=None,
            )
        )
    assert refused(ask(there)) == "assistance_missing"


def test_the_subscriber_gives_no_word(counter: Counter) -> None:
    """Their session is no member of staff's, and no field of a capture says who helped."""
    page = counter.person()
    counter.confirms("agent", page.visitor.case)
    case = page.visitor.case
    for path in (f"/v1/cases/{case}/assistance/options", f"/v1/cases/{case}/assistance"):
        assert refused(page.visitor.call("POST", path, json={})) == "credentials_refused"
    pages = page.visitor.call("POST", f"/staff/counter/cases/{case}/assistance", json={})
    assert "/staff/sign-in" in str(pages.url) + pages.text
    nonce = page.asked("still")["nonce"]
    said = {"nonce": nonce, "assisted_by": "agent"}
    parts = [("frame", ("frame", b"live"))]
    found = page.visitor.call("POST", "/v1/session/captures", files=parts, data=said)
    assert found.status_code in {400, 422}
    # With a word beside it, another script is not vouched for.
    assert page.sends(nonce).json()["outcome"] == "a_person_looks"
