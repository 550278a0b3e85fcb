"""A change of which its holder is not told, or too late to say no."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.case import Case, Kind, Status
from lineproof.flow import agree, issue
from lineproof.ports import Unavailable
from lineproof.storage_records import Message, Topic
from tests.flow.stage import Stage, stage
from tests.regime import NEW, OLD, regime

if TYPE_CHECKING:
    from lineproof.domain.notice import Notice
    from lineproof.storage import Store


@dataclass(frozen=True, slots=True)
class Silenced:
    """A messenger that somebody keeps from sending anything."""

    def deliver(self, notice: Notice, *, secret: str | None) -> None:
        """Send nothing."""
        del notice, secret
        raise Unavailable("timeout")


def silenced(scene: Stage) -> Stage:
    """Give the stage as it is while the messenger is kept busy."""
    return replace(scene, service=replace(scene.service, messenger=Silenced()))


def test_the_window_begins_when_the_holder_is_told(scene: Stage) -> None:
    """Who keeps the messenger down for two hours has gained nothing by it."""
    scene.line_of("P1")
    quiet = silenced(scene)
    case = quiet.passed(quiet.open(Kind.SIM_REPLACEMENT, sim=NEW))
    quiet.run()
    quiet.later(timedelta(hours=3))
    quiet.run()
    assert quiet.line().sim == OLD
    scene.now = quiet.now + timedelta(hours=1)
    scene.run()
    assert len(scene.letters.delivered) == 2
    scene.later(timedelta(hours=1, minutes=59))
    scene.run()
    assert scene.line().sim == OLD
    objected = agree.object_to(scene.service, scene.letters.secret(), now=scene.now)
    assert isinstance(objected, Case)
    assert scene.case(case).status is Status.REFERRED


def test_a_change_that_cannot_be_announced_goes_to_a_person(scene: Stage) -> None:
    """After a case's life without a notice nothing happens by itself, and a reviewer has time."""
    scene.line_of("P1")
    quiet = silenced(scene)
    case = quiet.passed(quiet.open(Kind.SIM_REPLACEMENT, sim=NEW))
    quiet.later(timedelta(days=1))
    quiet.run()
    stands = quiet.case(case)
    assert (stands.status, stands.expires_at) == (
        Status.REFERRED,
        quiet.now + timedelta(days=1),
    )
    assert quiet.line().sim == OLD


def test_without_a_window_the_notice_still_goes_first(store: Store) -> None:
    """A profile that lets nobody object does not let the change go unannounced."""
    scene = stage(store, regime(objection_window=timedelta(0)))
    scene.line_of("P1")
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW))
    assert (case.status, len(scene.network.orders)) == (Status.APPROVED, 1)
    scene.run()
    scene.later(issue.LOOK_AGAIN)
    scene.run()
    assert len(scene.letters.delivered) >= 2
    assert scene.line().sim == NEW


def test_an_objection_at_the_last_moment_does_not_end_the_case(scene: Stage) -> None:
    """Whoever stole the old SIM and waits until the case is old gets a reviewer, not an end."""
    scene.line_of("P1")
    opened = scene.open(Kind.SIM_REPLACEMENT, sim=NEW)
    scene.later(timedelta(hours=23))
    case = scene.passed(opened)
    scene.run()
    scene.later(timedelta(hours=1, minutes=30))
    objected = agree.object_to(scene.service, scene.letters.secret(), now=scene.now)
    assert isinstance(objected, Case)
    scene.run()
    assert scene.case(case).status is Status.REFERRED


@pytest.mark.parametrize("many", [issue.MOST_DUE])
def test_cases_that_cannot_go_on_keep_no_other_from_its_turn(scene: Stage, many: int) -> None:
    """As many waiting cases as one look moves leave the next look to the others."""
    scene.line_of("P1")
    quiet = silenced(scene)
    for _ in range(many):
        quiet.in_person(quiet.open(Kind.SIM_REPLACEMENT, sim=NEW))
    quiet.later(timedelta(hours=2, minutes=1))
    missed = quiet.open(Kind.RECHECK)
    quiet.later(timedelta(days=7))
    for _ in range(3):
        issue.tick(quiet.service, now=quiet.now)
    assert quiet.case(missed).status is Status.EXPIRED


def test_an_operator_s_slow_endpoints_hold_up_no_notice(scene: Stage) -> None:
    """However many events wait for a tarpit, what tells the holder goes first."""
    with scene.service.store.begin() as tx:
        for number in range(5):
            event = Message(
                id=f"event-{number}",
                topic=Topic.EVENT,
                subject="case",
                body={"endpoint": "hook"},
                due_at=scene.now - timedelta(hours=1),
                tries=0,
            )
            tx.send(event)
        notice = Message(
            id="notice", topic=Topic.NOTICE, subject="n", body={}, due_at=scene.now, tries=0
        )
        tx.send(notice)
    lease = scene.now + timedelta(minutes=1)
    with scene.service.store.begin() as tx:
        claimed = [tx.claim(worker="w", now=scene.now, lease_until=lease) for _ in range(2)]
    assert [each.id for each in claimed if each is not None] == ["notice", "event-0"]
