"""What people do that no page asked for: junk, and pictures late or from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload

from lineproof.domain.finding import Measured
from tests.flow.stage import NO_MATCH
from tests.pages.desk import Desk, enrolled
from tests.pages.place import as_jpeg, drawn_page, silhouette
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, BrowserContext, Page

    from tests.pages.place import Place

JUNK = ("'; DROP TABLE cases", "<script>1</script>", "😀" * 40, "\u202e" + "9" * 290, "%00../../x")

TOKEN = "document.querySelector('[name=form]').value"  # noqa: S105 - where a page has it


def sends_face(walk: Walk, nonce: str, frame: bytes) -> APIResponse:
    """Post pictures as a program would that has this browser's cookies and a page's token."""
    token = walk.tab.evaluate(TOKEN)
    picture = FilePayload(name="frame.jpg", mimeType="image/jpeg", buffer=frame)
    return walk.tab.request.post(
        f"{walk.place.address}/c/face",
        multipart={"form": token, "nonce": nonce, "frame": picture},
        headers={"Accept": "text/html", "Origin": walk.place.address},
        max_redirects=0,
    )


def nonce_of(walk: Walk) -> str:
    """Ask for a question as the camera's element does; give its nonce."""
    token = walk.tab.evaluate(TOKEN)
    found = walk.tab.request.post(
        f"{walk.place.address}/c/face/question",
        form={"form": token},
        headers={"Accept": "application/json", "Origin": walk.place.address},
    )
    return str(found.json()["nonce"])


@pytest.fixture
def agent(window: BrowserContext, there: Place) -> Desk:
    """Give an agent who is signed in."""
    found = enrolled(window, there, "agent-1")
    found.signs_in("/staff/counter")
    return found


def test_a_picture_from_the_gallery_answers_no_question(tab: Page, there: Place) -> None:
    """A file without this page's question, or with one that was answered, is never looked at."""
    walk = Walk(tab, there)
    walk.until_face()
    face = as_jpeg(silhouette())
    for nonce in ("", "0" * 32, "x" * 300):
        assert sends_face(walk, nonce, face).status in {303, 422}
    assert there.eye.frames == []
    assert there.case().attempts == 0
    there.eye.band = Measured(NO_MATCH)
    nonce = nonce_of(walk)
    for _ in range(2):
        assert sends_face(walk, nonce, face).status == 303
    assert len(there.eye.frames) == 1
    assert there.case().attempts == 1
    walk.goes("/c/case")
    assert walk.at() == "/c/face"


def test_a_second_capture_after_the_end_changes_nothing(tab: Page, there: Place) -> None:
    """Pictures that come once the case is decided are not looked at; the page shows the result."""
    walk = Walk(tab, there)
    walk.until_face()
    token, nonce = tab.evaluate(TOKEN), nonce_of(walk)
    walk.shows_face()
    before, seen = there.case(), len(there.eye.frames)
    late = tab.request.post(
        f"{there.address}/c/face",
        multipart={
            "form": token,
            "nonce": nonce,
            "frame": FilePayload(name="f.jpg", mimeType="image/jpeg", buffer=drawn_page()),
        },
        headers={"Accept": "text/html", "Origin": there.address},
    )
    assert late.ok
    assert "We know it is you" in late.text()
    assert (there.case(), len(there.eye.frames)) == (before, seen)


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_every_field_of_the_counter(agent: Desk, junk: str) -> None:
    """Each field says what is wrong with it, nothing is opened, and nothing of it is run."""
    agent.goes("/staff/counter/new/new_line")
    for name in ("msisdn", "iccid", "imsi", "channel"):
        agent.tab.locator(f"#{name}").fill(junk)
    agent.tab.locator("#scan button").click()
    agent.tab.locator(".errors").wait_for()
    assert agent.tab.locator("[aria-invalid]").count() == 4
    assert agent.tab.locator("main script").count() == 0
    agent.goes("/staff/counter")
    agent.tab.locator("#number").fill(junk[:40])
    agent.tab.keyboard.press("Enter")
    agent.tab.locator(".errors").wait_for()
    with agent.place.house.stage.service.store.read() as tx:
        assert not tx.cases(operator="op", statuses=frozenset(), after="", limit=1)


def test_junk_in_every_field_of_an_attestation(agent: Desk) -> None:
    """What was seen goes on record only where each field can be read."""
    agent.opens_case()
    agent.tab.get_by_role("button", name="See the person instead").click()
    agent.tab.locator("#issuer").wait_for()
    for name in ("issuer", "kind", "number"):
        agent.tab.locator(f"#{name}").fill("<1>"[: 2 if name == "kind" else 3])
    agent.tab.locator("main form .button").click()
    agent.tab.locator(".errors").wait_for()
    assert agent.tab.locator(".field.wrong").count() == 6
    assert agent.place.status() == "other_way"
