"""Requests for pages as no browser of ours would send them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from lineproof.web.pages.page_session import form_token
from tests.web.house import House, house

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response

FORM = {"text_language": "en"}


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody with a session's cookie."""

    there: House
    session: str

    def asks(self, method: str, path: str, *, site: str = "same-origin", **more: Any) -> Response:  # noqa: ANN401 - what httpx takes
        """Send a request for a page."""
        headers = {"Cookie": f"__Host-case={self.session}", "Sec-Fetch-Site": site}
        headers |= more.pop("headers", {})
        answer: Response = self.there.http.request(
            method, path, headers=headers, follow_redirects=False, **more
        )
        return answer

    def status(self) -> str:
        """Give where the newest case stands."""
        cases = self.there.system("GET", "/v1/cases").json()["cases"]
        return str(cases[-1]["status"])


@pytest.fixture
def asker(tmp_path: Path) -> Asker:
    """Give somebody whose link was opened."""
    there = house(tmp_path)
    return Asker(there, there.session(there.open()).token)


def test_a_form_of_another_site_does_nothing(asker: Asker) -> None:
    """Even with the session's cookie and token, a request that another site began is refused."""
    data = FORM | {"form": form_token(asker.session)}
    for site in ("cross-site", "same-site"):
        assert asker.asks("POST", "/c/consent", site=site, data=data).status_code == 403
    assert asker.status() == "opened"
    assert asker.asks("POST", "/c/consent", data=data).headers["location"] == "/c/case"
    assert asker.status() == "capturing"


@pytest.mark.parametrize("token", ["", "0" * 32, "é", "x" * 64])
def test_a_form_without_its_token_does_nothing(asker: Asker, token: str) -> None:
    """A cookie alone does no deed: the page's own token must come back with it."""
    found = asker.asks("POST", "/c/leave", data={"form": token})
    assert found.status_code in {403, 422}
    assert found.headers["content-type"].startswith("text/html")
    assert asker.status() == "opened"


def test_who_leaves_a_re_check_is_told_that_its_deadline_stays(tmp_path: Path) -> None:
    """The session is over, and the page does not say that everything is."""
    there = house(tmp_path)
    there.line()
    asker = Asker(there, there.session(there.open("recheck", sim=None)).token)
    found = asker.asks("POST", "/c/leave", data={"form": form_token(asker.session)})
    assert found.headers["location"] == "/c/left?recheck=1"
    assert "stays open until its deadline" in asker.asks("GET", "/c/left?recheck=1").text
    assert asker.asks("GET", "/c/start").status_code == 403
    assert asker.status() == "opened"


@pytest.mark.parametrize("path", ["/c", "/c/start", "/c/left", "/c/nowhere"])
def test_every_page_forbids_what_it_does_not_need(asker: Asker, path: str) -> None:
    """The policy lets in our own files and nothing inline, and no other site may frame us."""
    found = asker.asks("GET", path)
    policy = found.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.search(r"https?:|\*", policy) is None
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["x-frame-options"] == "DENY"
    assert "camera=(self)" in found.headers["permissions-policy"]
    assert re.search(r"<style|style=|<script(?![^>]* src=)| on[a-z]+=", found.text) is None


def test_a_picture_that_is_too_large_gets_a_page(asker: Asker) -> None:
    """Who sends more than can be taken is told what to do, in a page."""
    found = asker.asks(
        "POST",
        "/c/document",
        headers={"Content-Length": str(10**9), "Content-Type": "multipart/form-data; boundary=x"},
        content=b"--x",
    )
    assert found.status_code == 413
    assert "The pictures are too large" in found.text


def test_a_page_says_only_sentences_of_ours(asker: Asker) -> None:
    """An address can make a page say one of its own sentences, and nothing else."""
    asker.asks("POST", "/c/consent", data=FORM | {"form": form_token(asker.session)})
    said = asker.asks("GET", "/c/document?wrong=too_small").text
    assert "The picture is too small" in said
    for wrong in ("title", "../x", "<b>", "send"):
        found = asker.asks("GET", "/c/document", params={"wrong": wrong}).text
        assert 'class="errors"' not in found


def test_static_files_are_only_ours(asker: Asker) -> None:
    """Nothing outside the folder is given out; a file named by its content is kept for a year."""
    page = asker.asks("GET", "/c").text
    address = re.search(r'href="(/static/pages\.css\?v=[0-9a-f]+)"', page)
    assert address is not None
    assert "immutable" in asker.asks("GET", address.group(1)).headers["cache-control"]
    assert "immutable" not in asker.asks("GET", "/static/pages.css?v=old").headers["cache-control"]
    for name in ("..%2fapp.py", "app.py", "%2e%2e%2f%2e%2e%2fsettings.py"):
        assert asker.asks("GET", f"/static/{name}").status_code == 404
