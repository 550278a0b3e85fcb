"""What people do that no page asked for: pictures late or from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import FilePayload

from lineproof.domain.finding import Measured
from tests.flow.stage import NO_MATCH
from tests.pages.place import as_jpeg, drawn_page, silhouette
from tests.pages.walk import Walk

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Page

    from tests.pages.place import Place

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
