"""Asking for scripts until one comes that what was recorded before fits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from lineproof.domain.case import Kind
from lineproof.domain.challenge import MOST_SCRIPTS
from lineproof.domain.script import Variant
from lineproof.flow import capture
from lineproof.flow.refused import Refused
from tests.flow.stage import MATCH, Stage
from tests.pages.test_page_requests import Asker
from tests.regime import OLD
from tests.web.test_no_oracle import failed

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.domain.case import Case


def ready(scene: Stage) -> Case:
    """Open a case that waits for the face."""
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    scene.consented(case)
    scene.shown(case)
    return case


def test_a_case_is_asked_for_few_scripts_of_all_variants_together(scene: Stage) -> None:
    """Then the ways without a script are left, and what was asked already can be answered."""
    case = ready(scene)
    variants = [Variant.FULL, Variant.CALM, Variant.STILL] * MOST_SCRIPTS
    asked = [capture.ask(scene.service, case.id, variant=each, now=scene.now) for each in variants]
    assert sum(isinstance(each, capture.Asked) for each in asked) == MOST_SCRIPTS
    refused = asked[-1]
    assert isinstance(refused, Refused)
    assert refused.about == "scripts_used"
    plain = scene.asked(case)
    assert scene.seeing(MATCH).captured(case, plain).case.id == case.id


def test_many_at_once_are_no_more(scene: Stage) -> None:
    """The case is held while its scripts are counted, in both databases."""
    case = ready(scene)

    def one(_: int) -> bool:
        found = capture.ask(scene.service, case.id, variant=Variant.FULL, now=scene.now)
        return isinstance(found, capture.Asked)

    with ThreadPoolExecutor(8) as many:
        assert sum(many.map(one, range(4 * MOST_SCRIPTS))) == MOST_SCRIPTS


def test_the_page_then_offers_the_other_ways(tmp_path: Path) -> None:
    """Nobody is led round in a circle, and the interface says why."""
    found = failed(tmp_path / "it", "no match")
    visitor, asker = found.page.visitor, Asker(found.house, found.page.visitor.token)
    found.house.later(timedelta(seconds=15))
    path = "/v1/session/challenges?variant=still"
    answers = [visitor.call("POST", path) for _ in range(MOST_SCRIPTS)]
    assert [each.status_code for each in answers] == [201] * (MOST_SCRIPTS - 1) + [409]
    assert answers[-1].json()["about"] == "scripts_used"
    page = asker.asks("GET", "/c/face").text
    assert "<face-capture" not in page
    assert "/c/other-way" in page
