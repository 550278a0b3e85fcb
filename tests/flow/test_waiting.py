"""After an attempt that failed the next one waits, longer each time, and nothing else waits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.simulated_engine import SimulatedEngine, SimulatedLook
from lineproof.domain.case import Case, Kind, Route
from lineproof.domain.finding import Measured, Unmeasured, Unreadable
from lineproof.domain.reason import Outcome
from lineproof.flow import agree, capture
from lineproof.flow.refused import RefusalCode, Refused
from lineproof.ports import Site
from tests.flow.stage import FACE, MATCH, NO_MATCH, SYSTEM, Stage, stage
from tests.regime import OLD, POLICY, regime

if TYPE_CHECKING:
    from collections.abc import Callable

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


def in_the_dark(scene: Stage) -> Stage:
    """Give the same stage, on which no live face is seen."""
    dark: dict[bytes, Finding[FaceFinding]] = {b"portrait": FACE, b"live": Unmeasured("no_face")}
    engine = SimulatedEngine(sights=dark, band=Measured(MATCH))
    site = Site(engine=engine, reader=scene.service.site.reader)
    return replace(scene, service=replace(scene.service, site=site))


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
    there = in_the_dark(scene)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile(SimulatedEngine):
    """Sees what it is told, and lets something happen while it looks at a live picture."""

    happens: Callable[[], None]

    def look(self, picture: bytes, *, whole: bool = False) -> SimulatedLook | Unreadable:
        """See it late."""
        if picture == b"live":
            self.happens()
        return SimulatedEngine.look(self, picture, whole=whole)


def while_looking(scene: Stage, happens: Callable[[], None]) -> Stage:
    """Give the same stage, on which this happens while a capture is looked at."""
    engine = scene.service.site.engine
    assert isinstance(engine, SimulatedEngine)
    there = Meanwhile(sights=engine.sights, band=engine.band, happens=happens)
    site = replace(scene.service.site, engine=there)
    return replace(scene, service=replace(scene.service, site=site))


def test_who_sends_several_at_once_has_one_looked_at(scene: Stage, case: Case) -> None:
    """While nobody knows how one ends, the next waits as after a failure; its question stays."""
    first, *others = (scene.asked(case) for _ in range(3))
    refused: list[Refused] = []

    def others_come() -> None:
        for nonce in others:
            found = capture.capture(scene.service, case.id, [b"live"], nonce=nonce, now=scene.now)
            assert isinstance(found, Refused), found
            refused.append(found)
        refused.append(refusal(scene, case))

    while_looking(scene, others_come).captured(case, first)
    assert [(each.code, each.wait) for each in refused] == [
        (RefusalCode.WAIT_AFTER_FAILURE, 15)
    ] * 3
    assert scene.case(case).attempts == 1
    scene.later(DELAY)
    assert scene.captured(case, others[0]).decision.outcome is Outcome.RETRY


def test_the_wait_for_one_that_is_looked_at_grows_with_those_that_failed(
    scene: Stage, case: Case
) -> None:
    """Whoever failed twice, and sends the third, waits for its answer as they would after it."""
    for seconds in (15, 30):
        fails(scene, case)
        scene.later(timedelta(seconds=seconds))
    heard: list[int] = []
    there = while_looking(scene, lambda: heard.append(refusal(scene, case).wait))
    there.captured(case, there.asked(case))
    assert heard == [60]


def test_nobody_waits_for_an_attempt_whose_answer_they_can_mend(scene: Stage, case: Case) -> None:
    """What was merely too poor holds the next up while it is looked at, and no longer."""
    heard: list[int] = []
    there = while_looking(in_the_dark(scene), lambda: heard.append(refusal(scene, case).wait))
    there.captured(case, there.asked(case))
    assert heard == [15]
    assert scene.asked(case)


def test_an_attempt_that_nobody_answered_is_waited_for_once(scene: Stage, case: Case) -> None:
    """A process that died while it looked, a picture that could not be read: one wait, no more."""
    for _ in range(2):
        nonce = scene.asked(case)
        found = capture.capture(scene.service, case.id, [b"no picture"], nonce=nonce, now=scene.now)
        assert isinstance(found, Refused)
        assert found.code is RefusalCode.PICTURE_UNREADABLE
        assert refusal(scene, case).wait == 15
        scene.later(DELAY)
    fails(scene, case)
    assert refusal(scene, case).wait == 15
