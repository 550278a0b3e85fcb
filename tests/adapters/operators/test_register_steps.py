from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.operators.register_steps import (
    Create,
    HoldSms,
    SetAccess,
    SetBarred,
    SetNumber,
    Subscriber,
    seen,
    steps_left,
)
from lineproof.domain.order import OrderKind, Rejected
from tests.adapters.operators.orders import (
    FIRST,
    LINE,
    OTHER_LINE,
    SECOND,
    THIRD,
    activation,
    order,
    replacement,
)

if TYPE_CHECKING:
    from lineproof.adapters.operators.register_steps import Step
    from lineproof.domain.order import Order
    from lineproof.domain.sim import Sim

Register = dict[str, Subscriber]
UNTIL = "2026-12-01T00:00:00+00:00"


def on(sim: Sim, msisdn: str | None, *, service: bool = True, barred: bool = False) -> Subscriber:
    """Give a subscriber of a SIM."""
    return Subscriber(imsi=sim.imsi, msisdn=msisdn, circuit=service, packet=service, barred=barred)


def register(*subscribers: Subscriber) -> Register:
    """Give the register of these."""
    return {each.imsi: each for each in subscribers}


def take(now: Register, step: Step) -> Register:
    """Take a step as a register does, which refuses a number twice and a SIM twice."""
    if isinstance(step, Create):
        assert step.imsi not in now
        return now | {step.imsi: Subscriber(imsi=step.imsi, msisdn=None)}
    held = now[step.imsi]
    if isinstance(step, SetNumber):
        assert step.msisdn is None or step.msisdn not in {each.msisdn for each in now.values()}
        assert step.msisdn is None or held.msisdn is None
        return now | {step.imsi: replace(held, msisdn=step.msisdn)}
    if isinstance(step, SetAccess):
        return now | {step.imsi: replace(held, circuit=step.circuit, packet=step.packet)}
    if isinstance(step, SetBarred):
        return now | {step.imsi: replace(held, barred=step.barred)}
    return now | {step.imsi: replace(held, sms_held_until=step.until)}


def left(asked: Order, now: Register) -> tuple[Step, ...] | Rejected:
    """Give the steps that are left in this register."""

    def by_msisdn(msisdn: str) -> Subscriber | None:
        return next((each for each in now.values() if each.msisdn == msisdn), None)

    return steps_left(asked, seen(asked, by_msisdn=by_msisdn, by_imsi=now.get))


def carried_out(asked: Order, now: Register, *, cut_at: int = 99) -> Register:
    """Take the first steps only, as a crash does."""
    steps = left(asked, now)
    assert not isinstance(steps, Rejected)
    for step in steps[:cut_at]:
        now = take(now, step)
    return now


FIRSTS = [
    None,
    on(FIRST, None),
    on(FIRST, None, service=False),
    on(FIRST, LINE),
    on(FIRST, LINE, service=False),
    on(FIRST, LINE, barred=True),
    on(FIRST, OTHER_LINE),
]
SECONDS = [
    None,
    on(SECOND, None),
    on(SECOND, None, service=False, barred=True),
    on(SECOND, LINE),
    on(SECOND, OTHER_LINE),
]
THIRDS = [None, on(THIRD, LINE)]
ORDERS = [
    activation(),
    replacement(),
    order(OrderKind.CHANGE_HOLDER, sim=SECOND, old_sim=FIRST),
    order(OrderKind.CHANGE_HOLDER, old_sim=FIRST),
    order(OrderKind.SUSPEND, old_sim=FIRST),
    order(OrderKind.BAR_OUTGOING, old_sim=FIRST),
    order(OrderKind.RESTORE, old_sim=FIRST),
    order(OrderKind.HOLD_SMS, old_sim=FIRST, until=UNTIL),
]


def registers() -> list[Register]:
    """Give every register of these SIMs in which no number stands twice."""
    made = []
    for subscribers in product(FIRSTS, SECONDS, THIRDS):
        there = [each for each in subscribers if each is not None]
        numbers = [each.msisdn for each in there if each.msisdn is not None]
        if len(numbers) == len(set(numbers)):
            made.append(register(*there))
    return made


@pytest.mark.parametrize("asked", ORDERS, ids=lambda asked: str(asked.kind))
def test_an_order_cut_off_anywhere_ends_as_if_it_had_not_been(asked: Order) -> None:
    """After any prefix of its steps, from any register, a repetition ends in the same register."""
    for start in registers():
        steps = left(asked, start)
        if isinstance(steps, Rejected):
            continue
        whole = carried_out(asked, start)
        assert left(asked, whole) == ()
        for cut_at in range(len(steps)):
            assert carried_out(asked, carried_out(asked, start, cut_at=cut_at)) == whole


def test_the_line_has_full_service_when_it_is_activated() -> None:
    """A SIM that had another line before, and lost its service, serves the new one."""
    start = register(on(FIRST, None, service=False, barred=True))
    assert carried_out(activation(), start) == register(on(FIRST, LINE))


def test_a_replacement_moves_the_number_and_retires_the_old_sim() -> None:
    """Who found the old SIM can neither call nor use data with it."""
    after = carried_out(replacement(), register(on(FIRST, LINE)))
    assert after == register(on(SECOND, LINE), on(FIRST, None, service=False))


def test_a_suspended_line_stays_suspended_on_another_sim() -> None:
    """Another SIM is no way out of a consequence or a hold."""
    held = replace(on(FIRST, LINE, service=False, barred=True), sms_held_until=UNTIL)
    after = carried_out(replacement(), register(held))[SECOND.imsi]
    assert after == replace(held, imsi=SECOND.imsi)


def test_an_old_sim_that_has_another_line_by_now_keeps_it() -> None:
    """A repetition that comes late takes nobody's service."""
    assert left(replacement(), register(on(SECOND, LINE), on(FIRST, OTHER_LINE))) == ()


@pytest.mark.parametrize(
    ("asked", "start", "code"),
    [
        (activation(), register(on(SECOND, LINE)), "msisdn_taken"),
        (activation(), register(on(FIRST, OTHER_LINE)), "sim_taken"),
        (replace(activation(), sim=None), register(), "not_supported"),
        (replacement(), register(), "line_unknown"),
        (replacement(), register(on(THIRD, LINE)), "line_changed"),
        (replacement(), register(on(FIRST, OTHER_LINE)), "line_changed"),
        (replacement(), register(on(FIRST, LINE), on(SECOND, OTHER_LINE)), "sim_taken"),
        (replace(replacement(), old_sim=None), register(on(FIRST, LINE)), "line_changed"),
        (replace(replacement(), old_sim=None), register(), "line_unknown"),
        (order(OrderKind.CHANGE_HOLDER, old_sim=FIRST), register(), "line_unknown"),
        (
            order(OrderKind.CHANGE_HOLDER, old_sim=FIRST),
            register(on(SECOND, LINE)),
            "line_changed",
        ),
        (order(OrderKind.SUSPEND, old_sim=FIRST), register(on(SECOND, LINE)), "line_changed"),
        (order(OrderKind.RESTORE, old_sim=FIRST), register(), "line_unknown"),
        (order(OrderKind.HOLD_SMS, old_sim=FIRST, until=UNTIL), register(), "line_unknown"),
    ],
)
def test_an_order_that_does_not_fit_the_register_is_rejected(
    asked: Order, start: Register, code: str
) -> None:
    """The register says something else than the order knows, and nothing is asked of it."""
    answer = left(asked, start)
    assert isinstance(answer, Rejected)
    assert answer.code == code


def test_a_hold_finds_the_line_on_whichever_sim() -> None:
    """It goes out beside a change of SIM, and may come after it."""
    hold = order(OrderKind.HOLD_SMS, old_sim=FIRST, until=UNTIL)
    assert left(hold, register(on(SECOND, LINE))) == (HoldSms(SECOND.imsi, UNTIL),)


def test_the_same_sim_under_another_iccid_is_not_retired() -> None:
    """The register knows SIMs by their IMSI, and a move to the same one is none."""
    same = replace(FIRST, iccid=SECOND.iccid)
    asked = order(OrderKind.CHANGE_SIM, sim=same, old_sim=FIRST)
    assert left(asked, register(on(FIRST, LINE))) == ()
    assert isinstance(left(asked, register(on(FIRST, None))), Rejected)


@pytest.mark.parametrize("kind", [OrderKind.SUSPEND, OrderKind.BAR_OUTGOING])
def test_a_consequence_that_names_no_sim_meets_the_line_on_whatever_sim_it_has(
    kind: OrderKind,
) -> None:
    """A change of SIM just before a deadline does not take the line out of its reach."""
    steps = left(order(kind), register(on(FIRST, None), on(SECOND, LINE)))
    assert not isinstance(steps, Rejected)
    assert [step.imsi for step in steps] == [SECOND.imsi]
