from __future__ import annotations

import stat
import threading
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.operators.register_steps import Subscriber
from lineproof.adapters.operators.simulated_operator import Fault, SimulatedOperator
from lineproof.domain.order import Done, OrderKind, Rejected
from lineproof.ports import Unavailable
from tests.adapters.operators.orders import (
    FIRST,
    LINE,
    OTHER_LINE,
    SECOND,
    activation,
    order,
    replacement,
)

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.ports import Operator

UNTIL = "2026-12-01T00:00:00+00:00"


def test_a_line_from_its_activation_to_its_restoration() -> None:
    """Every kind of order is carried out, and the register shows it."""
    operator = SimulatedOperator()
    port: Operator = operator
    asked = [
        activation(),
        replacement(),
        order(OrderKind.HOLD_SMS, old_sim=FIRST, until=UNTIL, order_id="ord-h"),
        order(OrderKind.BAR_OUTGOING, old_sim=SECOND, order_id="ord-b"),
        order(OrderKind.SUSPEND, old_sim=SECOND, order_id="ord-s"),
    ]
    assert [port.carry_out(each) for each in asked] == [Done()] * 5
    assert operator.subscribers()[SECOND.imsi] == Subscriber(
        imsi=SECOND.imsi,
        msisdn=LINE,
        circuit=False,
        packet=False,
        barred=True,
        sms_held_until=UNTIL,
    )
    restored = order(OrderKind.RESTORE, old_sim=SECOND, order_id="ord-o")
    assert port.carry_out(restored) == Done()
    assert operator.subscribers()[SECOND.imsi] == Subscriber(
        imsi=SECOND.imsi, msisdn=LINE, sms_held_until=UNTIL
    )
    assert port.ready()


@pytest.mark.parametrize(("fault", "changes"), [(Fault.BEFORE, ()), (Fault.AFTER, ("ord-a",))])
def test_an_order_whose_answer_was_lost_is_done_once(
    fault: Fault, changes: tuple[str, ...]
) -> None:
    """Whether the network failed before doing it or after, a repetition ends in one change."""
    operator = SimulatedOperator()
    operator.fail_next(fault)
    with pytest.raises(Unavailable):
        operator.carry_out(activation())
    assert operator.changes() == changes
    assert operator.carry_out(activation()) == Done()
    assert operator.changes() == ("ord-a",)


def test_an_order_that_was_done_is_not_done_again_after_others() -> None:
    """A late repetition of a suspension does not suspend a line that was restored since."""
    operator = SimulatedOperator()
    suspension = order(OrderKind.SUSPEND, old_sim=FIRST, order_id="ord-s")
    for each in (activation(), suspension, order(OrderKind.RESTORE, old_sim=FIRST)):
        operator.carry_out(each)
    before = operator.subscribers()
    assert operator.carry_out(suspension) == Done()
    assert operator.subscribers() == before


def test_a_rejected_order_leaves_the_register_and_may_be_sent_again() -> None:
    """Engineers free the SIM and send the same order again."""
    operator = SimulatedOperator()
    other = order(OrderKind.ACTIVATE, msisdn=OTHER_LINE, sim=SECOND, order_id="ord-x")
    for each in (activation(), other):
        operator.carry_out(each)
    before = operator.subscribers()
    answer = operator.carry_out(replacement())
    assert isinstance(answer, Rejected)
    assert answer.code == "sim_taken"
    assert operator.subscribers() == before
    moved = order(
        OrderKind.CHANGE_SIM,
        msisdn=OTHER_LINE,
        sim=type(SECOND)(iccid="8949000000000000009", imsi="901700000000009"),
        old_sim=SECOND,
        order_id="ord-m",
    )
    assert operator.carry_out(moved) == Done()
    assert operator.carry_out(replacement()) == Done()


def test_a_file_survives_the_process_and_is_nobody_elses(tmp_path: Path) -> None:
    """What was done before a restart is known after it."""
    path = tmp_path / "network.db"
    first = SimulatedOperator(path)
    first.carry_out(activation())
    first.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second = SimulatedOperator(path)
    assert second.carry_out(activation()) == Done()
    assert second.changes() == ("ord-a",)
    assert second.subscribers()[FIRST.imsi].msisdn == LINE
    second.close()
    assert not second.ready()
    with pytest.raises(Unavailable):
        second.carry_out(replacement())


def test_one_order_from_many_threads_and_files_is_done_once(tmp_path: Path) -> None:
    """Two workers that both believe to have the order change the register once."""
    path = tmp_path / "network.db"
    operators = [SimulatedOperator(path) for _ in range(2)]
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda o=each: answers.append(o.carry_out(activation())))
        for each in operators * 4
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [Done()] * 8
    assert operators[0].changes() == ("ord-a",)
    for each in operators:
        each.close()
