"""Requests for hints and for the detector, as no page of ours would send them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.finding import Unreadable
from lineproof.face.guidance import guidance, light
from lineproof.web.pages.page_session import form_token
from lineproof.web.pages.static_files import WORKER
from tests.pages.guide import default_guide, guided, scene
from tests.pages.place import as_jpeg
from tests.pages.test_page_requests import FORM, Asker
from tests.samples import pixels
from tests.web.house import house

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response

    from lineproof.domain.hint import Hint


@dataclass(slots=True)
class ToldGuide:
    """A guide that says what the test says, and counts what it saw."""

    network: bytes | None = b"network"
    seen: list[bytes] = field(default_factory=list)

    def hint(self, frame: bytes) -> Hint | Unreadable | None:
        """Say that the person is far, of anything but junk."""
        self.seen.append(frame)
        return Unreadable("image_not_an_image", "It is none.") if frame == b"junk" else "too_far"


@pytest.fixture
def guide() -> ToldGuide:
    """Give a guide."""
    return ToldGuide()


@pytest.fixture
def asker(tmp_path: Path, guide: ToldGuide) -> Asker:
    """Give somebody whose link was opened."""
    there = house(tmp_path)
    there._serve(replace(there.stage.service, site=guided(guide)))  # noqa: SLF001 - a test's own
    return Asker(there, there.session(there.open()).token)


def at_the_face(asker: Asker) -> None:
    """Consent, and show a document."""
    token = form_token(asker.session)
    asker.asks("POST", "/c/consent", data=FORM | {"form": token})
    page = {"page": ("page.jpg", b"a page", "image/jpeg")}
    asker.asks("POST", "/c/document", data={"form": token}, files=page)


def hinted(asker: Asker, frame: bytes = b"frame", *, token: str = "", site: str = "") -> Response:
    """Ask for a hint."""
    return asker.asks(
        "POST",
        "/c/face/hint",
        site=site or "same-origin",
        data={"form": token or form_token(asker.session)},
        files={"frame": ("frame.jpg", frame, "image/jpeg")},
        headers={"Accept": "application/json"},
    )


def test_nobody_is_looked_at_before_consent(asker: Asker, guide: ToldGuide) -> None:
    """No frame is looked at and no detector given before consent and the document."""
    assert hinted(asker).status_code == 404
    assert asker.asks("GET", "/c/face/detector").status_code == 404
    assert guide.seen == []
    at_the_face(asker)
    assert hinted(asker).json() == {"hint": "too_far"}
    assert asker.asks("GET", "/c/face/detector").content == b"network"


def test_a_hint_is_one_word_and_leaves_nothing(asker: Asker) -> None:
    """The answer has one field and is kept nowhere; the case and the log are as they were."""
    at_the_face(asker)

    def kept() -> object:
        with asker.there.stage.service.store.read() as tx:
            case = tx.cases(operator="op", statuses=frozenset(), after="", limit=9)[-1]
            return case, tx.decisions(case.id), tx.entries(after=0, limit=500)

    before = kept()
    found = hinted(asker)
    assert found.json() == {"hint": "too_far"}
    assert found.headers["cache-control"] == "no-store"
    assert kept() == before


def test_hints_are_for_this_browser_s_own_page(asker: Asker, guide: ToldGuide) -> None:
    """Without the form's token, from another site or without a session there is none."""
    at_the_face(asker)
    assert hinted(asker, token="0" * 32).status_code == 403
    assert hinted(asker, site="cross-site").status_code == 403
    assert hinted(replace(asker, session="nobody"), token="0" * 32).status_code == 403
    assert guide.seen == []


def test_hints_are_counted(asker: Asker, guide: ToldGuide) -> None:
    """Whoever asks for too many waits, and can still take the pictures."""
    at_the_face(asker)
    answers = [hinted(asker).status_code for _ in range(25)]
    assert answers[:20] == [200] * 20
    assert answers[-1] == 429
    assert len(guide.seen) < 25
    token = form_token(asker.session)
    assert asker.asks("POST", "/c/face/question", data={"form": token}).status_code == 200


def test_what_is_no_picture_gets_no_hint(asker: Asker) -> None:
    """Junk is answered plainly."""
    at_the_face(asker)
    assert hinted(asker, b"junk").status_code == 422


def test_only_the_worker_may_compile(asker: Asker) -> None:
    """WebAssembly is allowed in one file's policy, and that file may ask no other host."""
    policy = asker.asks("GET", f"/static/{WORKER}").headers["content-security-policy"]
    assert "'wasm-unsafe-eval'" in policy
    assert "connect-src 'self'" in policy
    at_the_face(asker)
    assert "wasm" not in asker.asks("GET", "/c/face").headers["content-security-policy"]
    others = asker.asks("GET", "/static/face-guide.js").headers
    assert "wasm" not in others.get("content-security-policy", "")


def test_without_a_guide_the_page_offers_none(tmp_path: Path) -> None:
    """A service without a detector has the light alone."""
    there = house(tmp_path)
    asker = Asker(there, there.session(there.open()).token)
    at_the_face(asker)
    assert 'detector="" hints=""' in asker.asks("GET", "/c/face").text
    assert hinted(asker).status_code == 404


def test_the_pack_s_guide_reads_small_frames_only() -> None:
    """The default pack's guide says one word, and does not decode what is large or no picture."""
    frame = scene((0.5, 0.55)).crop((140, 0, 500, 480)).resize((192, 256))
    found = default_guide()
    assert found.hint(as_jpeg(frame)) == "too_far"
    assert found.hint(as_jpeg(frame.point(lambda value: value // 8))) == "too_dark"
    assert isinstance(found.hint(as_jpeg(scene())), Unreadable)
    assert isinstance(found.hint(b"x" * 100), Unreadable)
    assert light(pixels(as_jpeg(frame))) is None
    assert guidance([], width=192) == "no_face"
