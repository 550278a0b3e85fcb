"""Ways round a rule that generated steps found, or reading did; each stays closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.case import Kind, Route, Status
from lineproof.domain.order import Rejected
from lineproof.domain.review import VerdictKind, VerdictReason
from lineproof.domain.staff import Role
from lineproof.flow import agree, capture, hold_lines, issue, reviewing
from lineproof.flow.refused import RefusalCode, Refused
from tests.flow.stage import MATCH, NO_MATCH, SYSTEM, UNSURE, Stage, staff, stage
from tests.regime import NEW, OLD

if TYPE_CHECKING:
    from lineproof.storage import Store


@pytest.fixture
def scene(store: Store) -> Stage:
    """Give a stage on an empty store."""
    return stage(store)


def test_the_other_way_and_back_gives_no_further_attempt(scene: Stage) -> None:
    """After the last attempt no face is looked at again: what spoke against it stays for two."""
    scene = scene.seeing(NO_MATCH)
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    scene.consented(case)
    scene.shown(case)
    for _ in range(3):
        scene.captured(case, scene.asked(case))
    assert scene.case(case).status is Status.REFERRED
    agree.take_other_way(scene.service, case.id, Route.CHIP, actor=SYSTEM, now=scene.now)
    scene = scene.seeing(MATCH)
    scene.consented(case)
    scene.shown(case)
    found = capture.ask(scene.service, case.id, now=scene.now)
    assert isinstance(found, Refused)
    assert (found.code, found.about) == (RefusalCode.NOT_NOW, "attempts_used")


def test_a_case_whose_time_is_over_is_not_reviewed(scene: Stage) -> None:
    """A verdict that comes before the clock has looked is as late as one after it."""
    case = scene.seeing(UNSURE).passed(scene.open(Kind.NEW_LINE, sim=OLD))
    scene.later(timedelta(days=1))
    reviewer = staff("r-1", Role.REVIEWER)
    found = reviewing.conclude(
        scene.service,
        case.id,
        reviewer,
        kind=VerdictKind.APPROVE,
        reason=VerdictReason.SAME_PERSON,
        now=scene.now,
    )
    assert isinstance(found, Refused)
    assert found.code is RefusalCode.NOT_NOW
    seen = reviewing.look_at(scene.service, case.id, reviewer, now=scene.now)
    assert isinstance(seen, Refused)


def test_a_locked_line_s_order_is_not_sent_again(scene: Stage) -> None:
    """Who locks the line after the network rejected a change is not overrun by its repetition."""
    scene.line_of()
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW))
    scene.run()
    scene.later(timedelta(hours=2))
    scene.network.answers = [Rejected("sim_taken", "It has another number.")] * 2
    scene.run()
    assert scene.case(case).status is Status.UNFULFILLED
    hold_lines.lock(scene.service, "15550001", actor=SYSTEM, now=scene.now)
    found = issue.reorder(scene.service, case.id, actor=SYSTEM, now=scene.now)
    assert isinstance(found, Refused)
    assert (found.code, found.about) == (RefusalCode.LINE_FORBIDS, "line_locked")
    scene.run()
    assert scene.line().sim == OLD
