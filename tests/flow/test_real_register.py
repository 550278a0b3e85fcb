"""The flows against a real home location register, whose own database is read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.operators.osmo_hlr import OsmoHlr
from lineproof.domain.case import Kind, Status
from lineproof.domain.line import LineStatus
from lineproof.domain.profile import Consequence
from lineproof.flow import agree, issue
from lineproof.flow.issue import LEASE
from tests.flow.stage import MATCH, NO_MATCH, Stage, stage
from tests.osmo_hlr import MISSING, RunningHlr, osmo_hlr
from tests.regime import NEW, OLD, regime, sim_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from lineproof.domain.order import Done, Order, Rejected
    from lineproof.ports import Service
    from lineproof.storage import Store

pytestmark = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))


@pytest.fixture
def register(tmp_path: Path) -> Iterator[RunningHlr]:
    """Run a register of this test's own."""
    with osmo_hlr(tmp_path) as running:
        yield running


@pytest.fixture
def scene(store: Store, register: RunningHlr) -> Stage:
    """Give a stage whose network is the register."""
    made = stage(store, regime(recheck_consequence=Consequence.SUSPEND))
    return replace(made, service=replace(made.service, operator=OsmoHlr(register.host)))


def numbers(register: RunningHlr) -> dict[str, str | None]:
    """Give each SIM's number as the register's database has it."""
    return {imsi: row.msisdn for imsi, row in register.rows().items()}


def test_a_verified_line_is_in_the_register_and_a_refused_one_is_not(
    scene: Stage, register: RunningHlr
) -> None:
    """The right person's line is created there; the wrong person's case leaves it as it was."""
    wrong = scene.seeing(NO_MATCH)
    case = wrong.open(Kind.NEW_LINE, "15550009", sim=NEW)
    wrong.consented(case)
    wrong.shown(case, "P2")
    for _ in range(3):
        wrong.captured(case, wrong.asked(case))
    wrong.run()
    assert numbers(register) == {}
    scene.passed(scene.open(Kind.NEW_LINE, sim=OLD))
    scene.run()
    assert numbers(register) == {OLD.imsi: "15550001"}


def test_a_sim_is_replaced_in_the_register_after_the_window_only(
    scene: Stage, register: RunningHlr
) -> None:
    """The number moves from the old SIM to the new one, and not before its time."""
    scene.line_of()
    case = scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW))
    scene.run()
    assert numbers(register) == {OLD.imsi: "15550001"}
    scene.later(timedelta(hours=2))
    scene.run()
    assert numbers(register) == {OLD.imsi: None, NEW.imsi: "15550001"}
    assert scene.case(case).status is Status.ISSUED


def test_an_objection_leaves_the_register_as_it_was(scene: Stage, register: RunningHlr) -> None:
    """The old SIM's no holds."""
    scene.line_of()
    before = register.rows()
    scene.passed(scene.open(Kind.SIM_REPLACEMENT, sim=NEW))
    scene.run()
    agree.object_to(scene.service, scene.letters.secret(), now=scene.now)
    scene.later(timedelta(hours=5))
    scene.run()
    assert register.rows() == before


def test_a_transfer_to_another_sim_moves_the_number(scene: Stage, register: RunningHlr) -> None:
    """The holder agrees, the new one is verified, and the number goes to the new one's SIM."""
    scene.line_of("P1")
    case = scene.open(Kind.TRANSFER, sim=NEW)
    scene.run()
    agree.answer_holder(scene.service, scene.letters.secret(), agrees=True, now=scene.now)
    scene.passed(case, "P2")
    scene.run()
    scene.later(timedelta(hours=2))
    scene.run()
    assert scene.case(case).status is Status.ISSUED
    assert numbers(register) == {OLD.imsi: None, NEW.imsi: "15550001"}


def test_a_port_in_and_the_other_way_reach_the_register(scene: Stage, register: RunningHlr) -> None:
    """Who was seen by two members of staff is as good there as who was compared."""
    scene.in_person(scene.open(Kind.PORT_IN, "15550002", sim=OLD))
    scene.run()
    assert numbers(register) == {}
    scene.later(timedelta(hours=2))
    scene.run()
    assert numbers(register) == {sim_for(OLD, "15550002").imsi: "15550002"}


def test_a_missed_recheck_suspends_and_a_passed_one_restores(
    scene: Stage, register: RunningHlr
) -> None:
    """The consequence and its end are seen in the register."""
    scene.line_of()
    scene.open(Kind.RECHECK)
    scene.later(timedelta(days=7))
    scene.run()
    row = register.rows()[OLD.imsi]
    assert (row.circuit, row.packet, scene.line().status) == (False, False, LineStatus.SUSPENDED)
    scene.passed(scene.open(Kind.RECHECK))
    scene.run()
    row = register.rows()[OLD.imsi]
    assert (row.circuit, row.packet, scene.line().status) == (True, True, LineStatus.ACTIVE)


class Deaf:
    """A network whose answer never arrives: the register has done it, and we do not know."""

    def __init__(self, operator: OsmoHlr) -> None:
        self.operator = operator

    def carry_out(self, order: Order) -> Done | Rejected:
        """Do it, and lose the answer as a process does that dies here."""
        self.operator.carry_out(order)
        raise KeyboardInterrupt

    def ready(self) -> bool:
        """Say that it answers."""
        return self.operator.ready()


def deliver_all(service: Service, now: datetime) -> None:
    """Handle every message that waits."""
    while issue.deliver(service, worker="w", now=now):
        pass


@pytest.mark.parametrize("kind", [Kind.NEW_LINE, Kind.SIM_REPLACEMENT])
def test_a_crash_before_the_answer_is_resolved_without_a_second_change(
    scene: Stage, register: RunningHlr, kind: Kind
) -> None:
    """The next worker finds it done, and the register's rows stay as the first left them."""
    if kind is Kind.SIM_REPLACEMENT:
        scene.line_of()
    case = scene.seeing(MATCH).passed(scene.open(kind, sim=NEW))
    while kind is Kind.SIM_REPLACEMENT and issue.deliver(scene.service, worker="w", now=scene.now):
        pass
    scene.later(timedelta(hours=2))
    issue.tick(scene.service, now=scene.now)
    dying = replace(scene.service, operator=Deaf(OsmoHlr(register.host)))
    # A change of SIM dies twice: first at the hold of short messages that goes before it.
    for _ in range(2 if kind is Kind.SIM_REPLACEMENT else 1):
        with pytest.raises(KeyboardInterrupt):
            deliver_all(dying, scene.now)
        scene.later(LEASE)
    before = register.rows()
    scene.run()
    assert scene.case(case).status is Status.ISSUED
    assert register.rows() == before
    assert numbers(register)[NEW.imsi] == "15550001"


def test_a_register_that_is_away_is_asked_again(scene: Stage, tmp_path: Path) -> None:
    """What was approved waits for the register, and happens once it is back."""
    gone = tmp_path / "gone"
    gone.mkdir()
    with osmo_hlr(gone) as first:
        host = first.host
    away = replace(scene, service=replace(scene.service, operator=OsmoHlr(host)))
    case = away.passed(away.open(Kind.NEW_LINE, sim=OLD))
    away.run()
    assert away.case(case).status is Status.ORDERED
    with osmo_hlr(gone, host=host) as back:
        away.later(timedelta(minutes=1))
        away.run()
        assert numbers(back) == {OLD.imsi: "15550001"}
    assert away.case(case).status is Status.ISSUED
