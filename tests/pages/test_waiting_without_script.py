"""A try that waits, for whoever has no script: a plain sentence, and nothing that is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.web.pages.languages import NAMES, language
from lineproof.web.pages.page_session import form_token
from tests.pages.test_page_requests import Asker
from tests.web.test_no_oracle import ENDS, failed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("end", ENDS)
def test_the_page_says_in_how_many_seconds_and_then_asks(tmp_path: Path, end: str) -> None:
    """In every language; a form that is sent too early leads back to it, and costs no attempt."""
    found = failed(tmp_path / "it", end)
    asker = Asker(found.house, found.page.visitor.token)
    for code in NAMES:
        said = language(code).say("face.wait_seconds", count=15)
        assert said in asker.asks("GET", f"/c/face?lang={code}").text, code
    form = {"form": form_token(asker.session)}
    early = asker.asks("POST", "/c/face/question", data=form)
    assert (early.status_code, early.headers["location"]) == (303, "/c/face")
    assert found.page.kept()[0] == 1
    assert "Next try in" in asker.asks("GET", "/c/face").text
    # The other way is not asked to wait.
    assert "/c/other-way" in asker.asks("GET", "/c/face").text
    assert asker.asks("GET", "/c/other-way").status_code == 200
    found.house.later(timedelta(seconds=15))
    assert "Next try in" not in asker.asks("GET", "/c/face").text
    late = asker.asks("POST", "/c/face/question", data=form)
    assert late.status_code == 200
    assert 'name="nonce"' in late.text
