"""An assisted capture with the real engine: a SIMULATED person looks ahead, and attacks do.

Nobody lives here: the person is a photograph on a relief (tests/attack_kit), and the word of the
member of staff is a passkey in software. What is shown is that the parts fit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.script import Variant
from tests.adapters.test_capture_key import KEY, point_of
from tests.attack_kit.attacks import STAGINGS
from tests.attack_kit.simulate import Staging
from tests.samples import document
from tests.web.assisted import AT_COUNTER, Counter
from tests.web.house import house
from tests.web.test_living_person import (
    RIGHT,
    WRONG,
    drawn_alike,
    outcome,
    profile,
    reasons,
    site,
)
from tests.web.test_signed_captures import Page

if TYPE_CHECKING:
    from pathlib import Path


__all__ = ["drawn_alike"]
"""The fixture that lets every run draw the same scripts."""


def beside_an_agent(folder: Path, name: str = "default") -> tuple[Counter, Page]:
    """Give the page of a person at a counter whose agent has confirmed that they see them."""
    counter = Counter(house(folder, profile(name)))
    service = counter.house.stage.service
    counter.house._serve(replace(service, site=site()))  # noqa: SLF001 - the house is a test's own
    counter.enrol("agent")
    page = Page(counter.house.session(counter.house.open(handled_by=AT_COUNTER)))
    page.visitor.consents()
    parts = [("page", ("page.jpg", document()))]
    assert page.visitor.call("POST", "/v1/session/documents", files=parts).status_code == 201
    assert page.binds(point_of(KEY)).status_code == 201
    assert counter.confirms("agent", page.visitor.case).status_code == 201
    return counter, page


def test_a_word_carries_what_looking_ahead_cannot_show(tmp_path: Path) -> None:
    """No check failed, none is strong enough by itself, and the member's word stands in."""
    _, page = beside_an_agent(tmp_path)
    assert outcome(page, Variant.ASSISTED, Staging(), RIGHT) == "approved", reasons(page)
    assert reasons(page) == ["face_match", "liveness_assisted"]


def test_a_word_makes_nobody_the_holder(tmp_path: Path) -> None:
    """Who is not on the document is not talked into it."""
    _, page = beside_an_agent(tmp_path)
    assert outcome(page, Variant.ASSISTED, Staging(), WRONG) == "again"
    assert reasons(page)[0] == "no_match"


@pytest.mark.parametrize("species", ["still", "virtual_camera"])
def test_a_word_does_not_outweigh_what_was_measured(tmp_path: Path, species: str) -> None:
    """The holder's photograph fed past the camera, while a bribed agent gives their word.

    Paper that is moved by hand is not among these: it passes (docs/liveness.md), and a member of
    staff who looks is what there is against it.
    """
    _, page = beside_an_agent(tmp_path)
    assert outcome(page, Variant.ASSISTED, STAGINGS[species], RIGHT) == "again", reasons(page)
    assert any(reason.startswith("liveness_failed.") for reason in reasons(page))
