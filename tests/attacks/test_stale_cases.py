"""What was agreed about a line before it was somebody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lineproof.domain.case import Case, Kind, Status
from lineproof.flow import agree
from tests.flow.stage import Stage, stage
from tests.regime import NEW, OLD, regime

if TYPE_CHECKING:
    from lineproof.storage import Store


def agreed(scene: Stage) -> Case:
    """Open a transfer to which the line itself says yes."""
    case = scene.open(Kind.TRANSFER)
    scene.run()
    agree.answer_holder(scene.service, scene.letters.secret(), agrees=True, now=scene.now)
    return case


def sold(scene: Stage, case: Case, number: str) -> str:
    """Let somebody take a line over in good faith; give the new holder."""
    scene.passed(case, number)
    scene.run()
    scene.later(timedelta(hours=2))
    scene.run()
    assert scene.case(case).status is Status.ISSUED
    return scene.line().holder


def test_a_seller_s_second_yes_takes_the_line_from_no_buyer(scene: Stage) -> None:
    """Who agreed to two transfers sold the line once; the other yes was about their own line."""
    scene.line_of("P1")
    kept, first = agreed(scene), agreed(scene)
    buyer = sold(scene, first, "P2")
    scene.later(timedelta(hours=9))
    assert scene.passed(kept, "P3").status is Status.REFUSED
    scene.run()
    scene.later(timedelta(hours=2))
    scene.run()
    assert scene.line().holder == buyer


def test_a_sim_that_was_approved_for_the_seller_does_not_reach_the_buyer_s_line(
    store: Store,
) -> None:
    """No profile's short cool-off lets an order out that was approved for another holder."""
    scene = stage(store, regime(cool_off=timedelta(0), objection_window=timedelta(hours=2)))
    scene.line_of("P1")
    transfer = agreed(scene)
    scene.passed(transfer, "P2")
    scene.run()
    scene.later(timedelta(hours=1))
    kept = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW), "P1")
    assert kept.status is Status.APPROVED
    scene.run()
    scene.later(timedelta(hours=1))
    scene.run()
    assert scene.case(transfer).status is Status.ISSUED
    scene.later(timedelta(hours=1))
    scene.run()
    assert scene.case(kept).status is Status.REFUSED
    assert scene.line().sim == OLD
