"""Ways past the question for a living person, where the policy asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.domain.case import Route
from lineproof.domain.finding import Measured
from lineproof.flow import agree
from tests.flow.stage import SYSTEM
from tests.regime import LIVING
from tests.web.assisted import AT_COUNTER, Counter, counter_on, looks_ahead, reasons_of
from tests.web.test_no_oracle import ENDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa
    from httpx import Response

    from tests.web.test_signed_captures import Page


@pytest.fixture
def counter(database_url: sa.URL) -> Iterator[Counter]:
    """Give a counter where whoever plays a script lives, in SQLite and then in PostgreSQL."""
    found = counter_on(database_url)
    found.seeing(Measured(LIVING))
    yield found
    found.house.stage.service.store.close()  # type: ignore[attr-defined]


def plainly(page: Page) -> Response:
    """Ask without a script and send pictures without a signature."""
    return page.visitor.captures(page.visitor.nonce())


def left_and_came_back(counter: Counter, page: Page) -> None:
    """Take another way, consent again, and show the document again."""
    house = counter.house
    agree.take_other_way(
        house.stage.service, page.visitor.case, Route.IN_PERSON, actor=SYSTEM, now=house.now
    )
    page.visitor.consents()
    assert page.visitor.shows().status_code == 201


@pytest.mark.parametrize("before", ["nothing", "another way", "a word", "a script asked"])
def test_plain_pictures_approve_nobody(counter: Counter, before: str) -> None:
    """Whatever came before: they match, and a person has to look."""
    page = counter.person()
    if before == "another way":
        left_and_came_back(counter, page)
    if before == "a word":
        assert counter.confirms("agent-2", page.visitor.case).status_code == 201
    if before == "a script asked":
        page.asked("full")
    assert plainly(page).json()["outcome"] == "a_person_looks"
    assert reasons_of(page)[:2] == ["face_match", "liveness_unmeasured.no_liveness_check"]
    assert "liveness_assisted" not in reasons_of(page)


def test_a_script_s_frames_are_no_plain_pictures_and_plain_ones_no_script(
    counter: Counter,
) -> None:
    """Each question takes its own kind of answer, and what is refused costs no attempt."""
    page = counter.person()
    asked = page.asked("full")["nonce"]
    assert page.visitor.captures(asked).json()["about"] == "message_missing"
    assert page.sends(page.visitor.nonce()).json()["about"] == "message_not_asked"
    assert page.kept()[0] == 0
    assert page.sends(asked).json()["outcome"] == "approved"


def test_another_variant_gives_no_further_attempt(counter: Counter) -> None:
    """Attempts are the case's, whatever was chosen in each."""
    counter.seeing(Measured(ENDS["one check"][1]))
    page = counter.person()
    outcomes = []
    for variant in ("calm", "still", "full"):
        counter.house.later(counter.house.stage.service.profile.delay_after_failure * 4)
        page.visitor.shows()
        outcomes.append(page.sends(page.asked(variant)["nonce"]).json()["outcome"])
    assert outcomes == ["again", "again", "a_person_looks"]
    left_and_came_back(counter, page)
    for variant in ("calm", "still", "full", "assisted"):
        path = f"/v1/session/challenges?variant={variant}"
        assert page.visitor.call("POST", path).json()["about"] == "attempts_used"


def test_a_word_outweighs_nothing_on_the_next_try(counter: Counter) -> None:
    """Who failed a check and is then vouched for is looked at anew, and fails by it again."""
    counter.seeing(Measured(ENDS["one check"][1]))
    page = counter.person()
    assert page.sends(page.asked("full")["nonce"]).json()["outcome"] == "again"
    counter.house.later(counter.house.stage.service.profile.delay_after_failure)
    page.visitor.shows()
    assert counter.confirms("agent-2", page.visitor.case).status_code == 201
    assert looks_ahead(page).json()["outcome"] == "again"
    assert "liveness_failed.depth.relief" in reasons_of(page)


def test_one_word_serves_one_of_two_captures_at_once(counter: Counter) -> None:
    """Both questions were asked while it stood, and both messages hold; one is taken."""
    page = counter.person()
    assert counter.confirms("agent-2", page.visitor.case).status_code == 201
    answers = page.sends_at_once([page.asked("assisted")["nonce"] for _ in range(2)])
    assert [each.status_code for each in answers] == [201, 409]
    assert page.kept()[0] == 1
    with counter.house.stage.service.store.read() as tx:
        assert len([word for word in tx.assistances(page.visitor.case) if word.spent_at]) == 1


def test_a_word_about_one_case_serves_no_other(counter: Counter) -> None:
    """Not even of the same person at the same counter."""
    first = counter.person()
    second = counter.person("15550002")
    assert counter.confirms("agent-2", first.visitor.case).status_code == 201
    found = second.visitor.call("POST", "/v1/session/challenges?variant=assisted")
    assert found.json()["code"] == "assistance_missing"


def test_a_case_that_no_shop_opened_has_no_helper(counter: Counter) -> None:
    """A puppet at home cannot be vouched for by an agent who does not see it."""
    elsewhere = counter.person("15550003", handled_by=AT_COUNTER | {"shop": "another"})
    assert counter.confirms("agent-2", elsewhere.visitor.case).status_code == 404
