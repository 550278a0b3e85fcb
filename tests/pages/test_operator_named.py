from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.pages.desk import enrolled
from tests.pages.place import place
from tests.pages.walk import Walk
from tests.regime import NEW

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext

NAME, WHERE = "Tel <Ocean>", "High Street 1, Mon-Sat 9:00-18:00"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, ("Any shop of your operator",)),
        ({"operator_name": NAME}, (f"Any shop of {NAME}",)),
        ({"operator_name": NAME, "shops": WHERE}, (NAME, WHERE)),
    ],
)
def test_whoever_comes_in_person_is_told_where_and_when(
    window: BrowserContext, tmp_path: Path, settings: dict[str, Any], said: tuple[str, ...]
) -> None:
    """The other way's page and the receipt name the operator and its shops where they are set."""
    with place(tmp_path, **settings) as there:
        walk = Walk(window.new_page(), there)
        walk.arrives()
        walk.takes_other_way("in_person")
        page = walk.tab.locator("main").inner_text()
        assert [each for each in said if each not in page] == []
        agent = enrolled(window, there, "agent-1")
        agent.signs_in("/staff/counter")
        path = agent.opens_case(msisdn="15550002", sim=NEW)
        agent.goes(f"{path}/receipt")
        receipt = agent.tab.locator("main").inner_text()
        assert [text for text in settings.values() if text not in receipt] == []
