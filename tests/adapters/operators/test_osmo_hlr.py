from __future__ import annotations

import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.operators.osmo_hlr import CONTROL_PORT, OsmoHlr
from lineproof.domain.order import Done, OrderKind, Rejected
from lineproof.domain.sim import Sim
from lineproof.ports import Unavailable
from tests.adapters.operators.cutting_proxy import cutting_proxy
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
from tests.osmo_hlr import MISSING, Row, RunningHlr, osmo_hlr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lineproof.domain.order import Order
    from lineproof.ports import Operator

real = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))


@pytest.fixture
def hlr(tmp_path: Path) -> Iterator[RunningHlr]:
    """Run a register of this test's own."""
    with osmo_hlr(tmp_path) as running:
        yield running


@pytest.fixture
def operator(hlr: RunningHlr) -> Operator:
    """Give the operator of that register."""
    return OsmoHlr(hlr.host)


def row(sim: Sim, msisdn: str | None, *, service: bool = True) -> Row:
    """Give what the register's database holds of a SIM."""
    return Row(sim.imsi, msisdn, service, service)


def rows(*expected: Row) -> dict[str, Row]:
    """Give the whole of the register's database."""
    return {each.imsi: each for each in expected}


@real
def test_a_verified_new_line_is_made(hlr: RunningHlr, operator: Operator) -> None:
    """The SIM's subscriber is created and has the number, and a repetition changes nothing."""
    assert operator.ready()
    assert operator.carry_out(activation()) == Done()
    assert hlr.rows() == rows(row(FIRST, LINE))
    assert operator.carry_out(activation()) == Done()
    assert hlr.rows() == rows(row(FIRST, LINE))


@real
def test_a_verified_replacement_moves_the_number(hlr: RunningHlr, operator: Operator) -> None:
    """The number goes from the old IMSI to the new, and the old SIM has no service."""
    for each in (activation(), replacement(), replacement()):
        assert operator.carry_out(each) == Done()
    assert hlr.rows() == rows(row(FIRST, None, service=False), row(SECOND, LINE))


@real
def test_a_transfer_moves_the_sim_only_where_one_is_named(
    hlr: RunningHlr, operator: Operator
) -> None:
    """The register keeps no holder, so a transfer on the same SIM changes nothing there."""
    operator.carry_out(activation())
    assert operator.carry_out(order(OrderKind.CHANGE_HOLDER, old_sim=FIRST)) == Done()
    assert hlr.rows() == rows(row(FIRST, LINE))
    moved = order(OrderKind.CHANGE_HOLDER, sim=SECOND, old_sim=FIRST, order_id="ord-2")
    assert operator.carry_out(moved) == Done()
    assert hlr.rows() == rows(row(FIRST, None, service=False), row(SECOND, LINE))


@real
def test_a_suspension_follows_the_line_until_it_is_restored(
    hlr: RunningHlr, operator: Operator
) -> None:
    """No network access at all, also on another SIM, and full access afterwards."""
    suspended = order(OrderKind.SUSPEND, old_sim=FIRST)
    for each in (activation(), suspended, suspended):
        assert operator.carry_out(each) == Done()
    assert hlr.rows() == rows(row(FIRST, LINE, service=False))
    assert operator.carry_out(replacement()) == Done()
    assert hlr.rows()[SECOND.imsi] == row(SECOND, LINE, service=False)
    assert operator.carry_out(order(OrderKind.RESTORE, old_sim=SECOND)) == Done()
    assert hlr.rows()[SECOND.imsi] == row(SECOND, LINE)


@real
@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (order(OrderKind.ACTIVATE, sim=THIRD), "msisdn_taken"),
        (order(OrderKind.ACTIVATE, msisdn="491510000000", sim=FIRST), "sim_taken"),
        (replacement(), "sim_taken"),
        (order(OrderKind.CHANGE_SIM, sim=SECOND, old_sim=THIRD), "line_changed"),
        (
            order(OrderKind.CHANGE_SIM, msisdn="491510000000", sim=SECOND, old_sim=THIRD),
            "line_unknown",
        ),
        (order(OrderKind.SUSPEND, old_sim=SECOND), "line_changed"),
        (order(OrderKind.BAR_OUTGOING, old_sim=FIRST), "not_supported"),
        (order(OrderKind.HOLD_SMS, old_sim=FIRST, until="2026-12-01"), "not_supported"),
    ],
)
def test_a_rejected_order_leaves_the_register_as_it_was(
    hlr: RunningHlr, operator: Operator, asked: Order, code: str
) -> None:
    """Two lines are there, and the database holds the same afterwards."""
    operator.carry_out(activation())
    operator.carry_out(order(OrderKind.ACTIVATE, msisdn=OTHER_LINE, sim=SECOND))
    before = hlr.rows()
    answer = operator.carry_out(asked)
    assert isinstance(answer, Rejected)
    assert answer.code == code
    assert hlr.rows() == before


def _suspended_and_replaced(operator: Operator) -> Order:
    operator.carry_out(activation())
    operator.carry_out(order(OrderKind.SUSPEND, old_sim=FIRST))
    return replacement()


def _replaced(operator: Operator) -> Order:
    operator.carry_out(activation())
    return replacement()


def _suspended(operator: Operator) -> Order:
    operator.carry_out(activation())
    return order(OrderKind.SUSPEND, old_sim=FIRST)


PREPARED: dict[str, Callable[[Operator], Order]] = {
    "activate": lambda _: activation(),
    "replace": _replaced,
    "replace a suspended line's": _suspended_and_replaced,
    "suspend": _suspended,
}


def through_proxy(
    folder: Path, prepare: Callable[[Operator], Order], *, cut_at: int | None, after: bool
) -> tuple[dict[str, Row], int]:
    """Carry an order out, cut off at a command and repeated; give the database and the commands."""
    folder.mkdir()
    with osmo_hlr(folder) as hlr:

        def between() -> None:
            numbers = [each.msisdn for each in hlr.rows().values() if each.msisdn]
            assert len(numbers) == len(set(numbers))

        asked = prepare(OsmoHlr(hlr.host))
        with cutting_proxy((hlr.host, CONTROL_PORT), between) as proxy:
            proxy.cut_at, proxy.after = cut_at, after
            operator = OsmoHlr("127.0.0.1", proxy.port)
            if cut_at is not None:
                with pytest.raises(Unavailable):
                    operator.carry_out(asked)
                proxy.cut_at = None
            assert operator.carry_out(asked) == Done()
            return hlr.rows(), len(proxy.commands)


@real
@pytest.mark.parametrize("after", [False, True], ids=["unheard", "unanswered"])
@pytest.mark.parametrize("prepare", PREPARED.values(), ids=PREPARED.keys())
def test_an_order_cut_off_at_any_command_is_done_once_on_repetition(
    tmp_path: Path, prepare: Callable[[Operator], Order], *, after: bool
) -> None:
    """For every command, heard or not: the end is right, and no number stood on two SIMs ever."""
    whole, commands = through_proxy(tmp_path / "whole", prepare, cut_at=None, after=after)
    assert commands >= 4
    for cut_at in range(commands):
        folder = tmp_path / str(cut_at)
        assert through_proxy(folder, prepare, cut_at=cut_at, after=after)[0] == whole


@real
def test_the_register_may_die_and_come_back(tmp_path: Path) -> None:
    """While it is down orders are Unavailable, and what was done is found again."""
    with osmo_hlr(tmp_path) as first:
        operator = OsmoHlr(first.host)
        assert operator.carry_out(activation()) == Done()
        first.stop()
        assert not operator.ready()
        with pytest.raises(Unavailable) as down:
            operator.carry_out(replacement())
        assert down.value.code == "network_unreachable"
    with osmo_hlr(tmp_path, host=first.host) as second:
        assert operator.carry_out(activation()) == Done()
        assert operator.carry_out(replacement()) == Done()
        assert second.rows() == rows(row(FIRST, None, service=False), row(SECOND, LINE))


@real
def test_two_orders_at_once_do_not_take_each_others_sim(
    hlr: RunningHlr, operator: Operator
) -> None:
    """Of two lines that want one SIM, one gets it and the other is rejected."""
    wanted = [
        order(OrderKind.ACTIVATE, msisdn=f"49151000000{number}", sim=FIRST) for number in range(8)
    ]
    answers: list[Done | Rejected] = []
    threads = [
        threading.Thread(target=lambda o=each: answers.append(operator.carry_out(o)))
        for each in wanted
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(Done()) == 1
    assert {each.code for each in answers if isinstance(each, Rejected)} == {"sim_taken"}
    assert len(hlr.rows()) == 1


def test_a_second_order_does_not_look_before_the_first_is_through() -> None:
    """While the register has not answered the first, nobody else connects."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        operator = OsmoHlr("127.0.0.1", listener.getsockname()[1])

        def carry_out() -> None:
            with pytest.raises(Unavailable):
                operator.carry_out(activation())

        threads = [threading.Thread(target=carry_out) for _ in range(2)]
        for thread in threads:
            thread.start()
        first, _ = listener.accept()
        listener.settimeout(0.2)
        with first, pytest.raises(TimeoutError):
            listener.accept()
        listener.settimeout(5)
        listener.accept()[0].close()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize(
    "asked",
    [
        replace(activation(), msisdn="4915\nSET 9 subscriber.delete 1"),
        replace(activation(), msisdn="٤٩١٥١١"),
        replace(activation(), msisdn=""),
        replace(activation(), sim=Sim(iccid="8949", imsi="901700000000001 none")),
        replace(activation(), sim=Sim(iccid="8949", imsi="9017000000000012")),
        replace(replacement(), old_sim=Sim(iccid="8949", imsi="1.msisdn")),
    ],
)
def test_what_is_no_number_is_never_said_to_the_register(asked: Order) -> None:
    """It is rejected before a connection is opened: nobody listens at this port."""
    answer = OsmoHlr("127.0.0.1", 1).carry_out(asked)
    assert isinstance(answer, Rejected)
    assert answer.code == "not_supported"
    assert asked.msisdn not in answer.sentence or not asked.msisdn


def framed(text: bytes) -> bytes:
    """Frame a message as the control interface does."""
    return (len(text) + 1).to_bytes(2, "big") + b"\xee\x00" + text


INFO = b"GET_REPLY 1 subscriber.by-msisdn-%s.info " % LINE.encode()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (None, "network_timeout"),
        (framed(b"TRAP 0 news of 1")[:4], "network_timeout"),
        (b"", "network_hung_up"),
        (framed(INFO)[:9], "network_hung_up"),
        (b"\x00\x05\xfe\x00ping", "network_unreadable"),
        (b"\xff\xff\xee\x00", "network_unreadable"),
        (b"\x00\x00\xee", "network_unreadable"),
        (framed(b"GET_REPLY 2 subscriber.by-msisdn-1.info x"), "network_unreadable"),
        (framed(b"GET_REPLY 1 subscriber.by-msisdn-1.info x"), "network_unreadable"),
        (framed(b"SET_REPLY" + INFO[9:]), "network_unreadable"),
        (framed(INFO + b"\nimsi\t901700000000001"), "network_unreadable"),
        (
            framed(INFO + b"\nimsi\t901700000000001\nmsisdn\t4915\nnam_cs\t1\nnam_ps\t1"),
            "network_unreadable",
        ),
        (
            framed(INFO + b"\nimsi\t9\nmsisdn\t%s\nnam_cs\t1\nnam_ps\t1" % LINE.encode()),
            "network_unreadable",
        ),
        (framed(b"ERROR 1 An unknown error has occurred"), "network_error"),
        (framed(b"ERROR 1 \xff"), "network_unreadable"),
    ],
)
def test_a_register_that_talks_nonsense_or_not_at_all_is_unavailable(
    said: bytes | None, code: str
) -> None:
    """Silence, half an answer, another's answer: nothing of it is believed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        operator = OsmoHlr("127.0.0.1", listener.getsockname()[1], timeout=0.3)
        done = threading.Event()

        def answer() -> None:
            stream, _ = listener.accept()
            with stream:
                stream.recv(1000)
                if said is not None:
                    stream.sendall(said)
                if code == "network_timeout":
                    done.wait(10)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(Unavailable) as unavailable:
            operator.carry_out(activation())
        done.set()
        thread.join()
    assert unavailable.value.code == code


def test_news_between_question_and_answer_are_passed_over() -> None:
    """The register may tell of something else at any time."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        operator = OsmoHlr("127.0.0.1", listener.getsockname()[1])

        def answer() -> None:
            stream, _ = listener.accept()
            with stream:
                stream.recv(1000)
                stream.sendall(framed(b"TRAP 0 news 1") + framed(b"ERROR 1 No such subscriber."))

        thread = threading.Thread(target=answer)
        thread.start()
        assert operator.ready()
        thread.join()
