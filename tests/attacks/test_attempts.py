"""More looks at a face than the policy gives."""

from __future__ import annotations

from lineproof.domain.case import Kind, Route, Status
from lineproof.flow import agree, capture
from lineproof.flow.refused import Refused
from tests.flow.stage import MATCH, NO_MATCH, SYSTEM, Stage
from tests.regime import OLD


def test_leaving_the_face_check_and_coming_back_gives_no_fourth_attempt(scene: Stage) -> None:
    """A case has its attempts once, whatever ways it takes in between."""
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    scene.consented(case)
    wrong = scene.seeing(NO_MATCH)
    for _ in range(3):
        wrong.shown(case)
        wrong.captured(case, wrong.asked(case))
    assert scene.case(case).status is Status.REFERRED
    agree.take_other_way(scene.service, case.id, Route.IN_PERSON, actor=SYSTEM, now=scene.now)
    scene.consented(case)
    scene.shown(case)
    found = capture.ask(scene.service, case.id, now=scene.now)
    assert isinstance(found, Refused)
    assert found.about == "attempts_used"


def test_questions_asked_in_advance_give_no_fourth_attempt(scene: Stage) -> None:
    """Four nonces are four questions, and the fourth is not answered."""
    case = scene.open(Kind.NEW_LINE, sim=OLD)
    scene.consented(case)
    scene.shown(case)
    nonces = [scene.asked(case) for _ in range(4)]
    # Three begin and are lost while they are looked at: an attempt each, and no decision.
    for nonce in nonces[:3]:
        found = capture.capture(scene.service, case.id, [b"no picture"], nonce=nonce, now=scene.now)
        assert isinstance(found, Refused)
    last = capture.capture(
        scene.seeing(MATCH).service, case.id, [b"live"], nonce=nonces[3], now=scene.now
    )
    assert isinstance(last, Refused)
    assert last.about == "attempts_used"
