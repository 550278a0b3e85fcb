"""After an attempt that failed the next one waits, longer each time, and nothing else waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.simulated_engine import SimulatedEngine
from lineproof.domain.case import Case, Kind, Route
from lineproof.domain.finding import Measured, Unmeasured
from lineproof.domain.reason import Outcome
from lineproof.flow import agree, capture
from lineproof.flow.refused import RefusalCode, Refused
from lineproof.ports import Site
from tests.flow.stage import FACE, MATCH, NO_MATCH, SYSTEM, Stage, stage
from tests.regime import OLD, POLICY, regime

if TYPE_CHECKING:
    from lineproof.domain.finding import FaceFinding, Finding
    from lineproof.storage import Store

DELAY = timedelta(seconds=15)


@pytest.fixture
def scene(store: Store) -> Stage:
    """Give a stage on which nobody is the person, and whoever fails waits."""
    policies = dict.fromkeys(Kind, replace(POLICY, attempts=9))
    profile = regime(delay_after_failure=DELAY, policies=policies, attempts_per_person=30)
    return stage(store, profile).seeing(NO_MATCH)


@pytest.fixture
def case(scene: Stage) -> Case:
    """Give a case whose document was shown."""
    opened = scene.open(Kind.NEW_LINE, sim=OLD)
    scene.consented(opened)
    scene.shown(opened)
    return opened


def refusal(scene: Stage, case: Case) -> Refused:
    """Ask for pictures, which is refused."""
    found = capture.ask(scene.service, case.id, now=scene.now)
    assert isinstance(found, Refused), found
    return found


def fails(scene: Stage, case: Case) -> None:
    """Be captured, and be told to try again with nothing to mend."""
    found = scene.captured(case, scene.asked(case))
    assert (found.decision.outcome, found.decision.change) == (Outcome.RETRY, None)


def test_each_failure_waits_twice_as_long_as_the_one_before(scene: Stage, case: Case) -> None:
    """15 s, 30 s, 60 s from the decision; a moment before that it is refused, and then not."""
    for seconds in (15, 30, 60):
        fails(scene, case)
        found = refusal(scene, case)
        assert (found.code, found.wait) == (RefusalCode.WAIT_AFTER_FAILURE, seconds)
        scene.later(timedelta(seconds=seconds) - timedelta(milliseconds=1))
        assert refusal(scene, case).wait == 1
        scene.later(timedelta(milliseconds=1))
    assert scene.asked(case)


def test_who_asked_several_questions_before_waits_all_the_same(scene: Stage, case: Case) -> None:
    """The second answer is refused, costs no attempt, and is taken once the wait is over."""
    first, second = scene.asked(case), scene.asked(case)
    scene.captured(case, first)
    found = capture.capture(scene.service, case.id, [b"live"], nonce=second, now=scene.now)
    assert isinstance(found, Refused), found
    assert (found.code, found.wait) == (RefusalCode.WAIT_AFTER_FAILURE, 15)
    assert scene.case(case).attempts == 1
    scene.later(DELAY)
    assert scene.captured(case, second).decision.outcome is Outcome.RETRY


def test_a_picture_that_is_too_poor_waits_for_nothing(scene: Stage, case: Case) -> None:
    """Whoever has something to mend is asked again at once, whatever failed before."""
    fails(scene, case)
    scene.later(DELAY)
    dark: dict[bytes, Finding[FaceFinding]] = {b"portrait": FACE, b"live": Unmeasured("no_face")}
    engine = SimulatedEngine(sights=dark, band=Measured(MATCH))
    site = Site(engine=engine, reader=scene.service.site.reader)
    there = replace(scene, service=replace(scene.service, site=site))
    found = there.captured(case, there.asked(case))
    assert found.decision.outcome is Outcome.RETRY
    assert found.decision.change is not None
    assert there.asked(case)


def test_the_other_ways_wait_for_nothing(scene: Stage, case: Case) -> None:
    """Ways of equal standing: who leaves the face check after a failure goes on at once."""
    fails(scene, case)
    taken = agree.take_other_way(scene.service, case.id, Route.CHIP, actor=SYSTEM, now=scene.now)
    assert isinstance(taken, Case), taken
    assert scene.asked(taken)
    # Going there and back is no way round the wait.
    scene.consented(taken)
    scene.shown(taken)
    assert refusal(scene, case).code is RefusalCode.WAIT_AFTER_FAILURE


def test_another_case_waits_for_nothing_and_its_tries_are_counted(scene: Stage, case: Case) -> None:
    """The wait is a case's own; over all cases a person's tries are what is counted."""
    fails(scene, case)
    other = scene.open(Kind.NEW_LINE, "15550002", sim=OLD)
    scene.consented(other)
    scene.shown(other)
    fails(scene, other)
    person = scene.case(case).person
    assert person is not None
    with scene.service.store.read() as tx:
        assert tx.attempts(person, since=scene.now - timedelta(days=1)) == 2
