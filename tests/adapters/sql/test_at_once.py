"""Many at once: every thread waits at a barrier, and whoever wins, the promise holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import text

from lineproof.domain.audit import verify_chain
from lineproof.domain.case import Case, Status
from lineproof.storage import Changed, Taken
from lineproof.storage_records import Answer, Message
from tests.adapters.sql.makers import (
    HOUR,
    NOW,
    a_case,
    a_challenge,
    a_deed,
    a_line,
    a_message,
    an_order,
    together,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineproof.adapters.sql.sql_store import SqlStore

CAP = 5
"""Lines that one person may hold, in these tests."""


def test_no_two_workers_claim_one_message(busy_store: SqlStore) -> None:
    """Each of many messages is claimed once, however many workers ask at the same moment."""
    store = busy_store
    with store.begin() as tx:
        for n in range(40):
            tx.send(a_message(f"msg_{n:02}"))

    def work(worker: str) -> Callable[[], list[Message]]:
        def claim_all() -> list[Message]:
            mine: list[Message] = []
            while True:
                with store.begin() as tx:
                    message = tx.claim(worker=worker, now=NOW, lease_until=NOW + HOUR)
                if message is None:
                    return mine
                mine.append(message)

        return claim_all

    claimed = together([work(f"w-{n}") for n in range(8)])
    ids = [message.id for each in claimed for message in _list(each)]
    assert sorted(ids) == [f"msg_{n:02}" for n in range(40)]


def test_the_cap_holds_against_parallel_approvals(busy_store: SqlStore) -> None:
    """Twice as many cases as a person may have lines, decided at once: the cap and no more."""
    store = busy_store
    with store.begin() as tx:
        for n in range(2 * CAP):
            tx.add_case(a_case(f"case_{n}", msisdn=f"86{n}", status=Status.CAPTURING))

    def approve(case_id: str) -> Callable[[], bool]:
        def work() -> bool:
            with store.begin() as tx:
                case = tx.case(case_id)
                assert case is not None
                tx.lock_person("person-1")
                if tx.lines_held("person-1", besides=case_id) >= CAP:
                    return False
                tx.change_case(replace(case, status=Status.APPROVED, person="person-1"))
                return True

        return work

    found = together([approve(f"case_{n}") for n in range(2 * CAP)])
    assert sorted(map(str, found)) == ["False"] * CAP + ["True"] * CAP
    with store.read() as tx:
        assert tx.lines_held("person-1", besides="") == CAP


def test_one_capture_gives_one_order(busy_store: SqlStore) -> None:
    """A challenge that many answer at once is spent once, and its authority gives one order."""
    store = busy_store
    with store.begin() as tx:
        for n in range(8):
            tx.add_case(a_case(f"case_{n}"))
        tx.add_challenge(a_challenge(case="case_0"))

    def answer() -> str:
        with store.begin() as tx:
            tx.spend_challenge("chal_1", now=NOW)
            return "spent"

    def order(n: int) -> Callable[[], str]:
        def work() -> str:
            with store.begin() as tx:
                tx.add_order(an_order(f"ord_{n}", case=f"case_{n}"), authority="chal_1")
                return "ordered"

        return work

    spent = together([answer] * 8)
    assert [each for each in spent if not isinstance(each, Taken)] == ["spent"]
    ordered = together([order(n) for n in range(8)])
    assert [each for each in ordered if not isinstance(each, Taken)] == ["ordered"]
    with store.read() as tx:
        assert sum(len(tx.orders(f"case_{n}")) for n in range(8)) == 1


def test_a_case_is_moved_by_one_at_a_time(busy_store: SqlStore) -> None:
    """Who reads a case to change it waits for whoever was first, and reads what they wrote."""
    store = busy_store
    with store.begin() as tx:
        tx.add_case(a_case())

    def count() -> Case:
        with store.begin() as tx:
            case = tx.case("case_1")
            assert case is not None
            return tx.change_case(replace(case, attempts=case.attempts + 1))

    found = together([count] * 12)
    assert sorted(case.attempts for case in found if isinstance(case, Case)) == list(range(1, 13))


def test_who_changes_without_reading_again_is_told(busy_store: SqlStore) -> None:
    """Of many who change the same version, one does, and the others are told."""
    store = busy_store
    with store.begin() as tx:
        tx.add_line(a_line())

    def lock() -> bool:
        with store.begin() as tx:
            tx.change_line(replace(a_line(), locked=True))
            return True

    found = together([lock] * 8)
    assert [each for each in found if not isinstance(each, Changed)] == [True]


def test_a_number_that_has_no_line_yet_is_locked_too(busy_store: SqlStore) -> None:
    """Of many who find no line and open one, the first does, and the others find it."""
    store = busy_store

    def open_line(holder: str) -> Callable[[], bool]:
        def work() -> bool:
            with store.begin() as tx:
                if tx.line("861") is not None:
                    return False
                tx.add_line(a_line("861", holder=holder))
                return True

        return work

    found = together([open_line(f"person-{n}") for n in range(8)])
    assert sorted(map(str, found)) == ["False"] * 7 + ["True"]


def test_one_key_is_answered_once(busy_store: SqlStore) -> None:
    """Of many requests with one Idempotency-Key, one is carried out and all get its answer."""
    store = busy_store

    def request(n: int) -> Callable[[], str]:
        def work() -> str:
            with store.begin() as tx:
                if (known := tx.remembered("op-1", "key")) is not None:
                    return known.body
                tx.add_case(a_case(f"case_{n}"))
                answer = Answer(request_hash="h", status=201, body=f"case_{n}")
                tx.remember("op-1", "key", answer, now=NOW)
                return answer.body

        return work

    found = together([request(n) for n in range(12)])
    assert len(set(map(str, found))) == 1
    with store.read() as tx:
        cases = tx.cases(operator=None, statuses=frozenset(), after="", limit=99)
    assert [case.id for case in cases] == [found[0]]


def test_the_log_has_no_fork_and_no_gap(busy_store: SqlStore) -> None:
    """Many write at once, some undo all they did: the chain is whole and has just the others."""
    store = busy_store

    def write(name: str) -> Callable[[], None]:
        def work() -> None:
            for n in range(6):
                with store.begin() as tx:
                    tx.log(a_deed(f"{name}-{n}-a"), at=NOW)
                    tx.log(a_deed(f"{name}-{n}-b"), at=NOW)
                    tx.log(a_deed(f"{name}-{n}-c"), at=NOW)
                if n % 2:
                    _undone(store, f"{name}-{n}-undone")

        return work

    assert together([write(f"t{n}") for n in range(8)]) == [None] * 8
    with store.read() as tx:
        entries = tx.entries(after=0, limit=9999)
        assert verify_chain(entries) == 8 * 6 * 3
        assert tx.head() == (entries[-1].number, entries[-1].hash)
    actions = [each.deed.action for each in entries]
    # The deeds of one transaction stand together.
    groups = [actions[n : n + 3] for n in range(0, len(actions), 3)]
    assert all(group == [group[0][:-1] + sign for sign in "abc"] for group in groups)
    assert not [action for action in actions if "undone" in action]


def test_who_logs_early_waits_for_nobody(busy_store: SqlStore) -> None:
    """Two that log first and lock afterwards do not wait for each other for ever."""
    store = busy_store
    with store.begin() as tx:
        tx.add_line(a_line("861"))

    def log_then_lock() -> bool:
        with store.begin() as tx:
            tx.log(a_deed(), at=NOW)
            return tx.line("861") is not None

    def lock_then_log() -> bool:
        with store.begin() as tx:
            found = tx.line("861") is not None
            tx.log(a_deed(), at=NOW)
            return found

    assert together([log_then_lock, lock_then_log] * 4) == [True] * 8


def test_readers_see_one_moment(busy_store: SqlStore) -> None:
    """What a reader sees does not change under it while others write."""
    store = busy_store
    with store.begin() as tx:
        tx.add_case(a_case())
    with store.read() as tx:
        before = tx.case("case_1")
        with store.begin() as writer:
            writer.change_case(replace(a_case(), attempts=3))
        assert tx.case("case_1") == before
    with store.read() as tx:
        assert tx.case("case_1") != before


def _undone(store: SqlStore, action: str) -> None:
    try:
        with store.begin() as tx:
            tx.log(a_deed(action), at=NOW)
            tx.write_log()
            tx._connection.execute(text("SELECT no_such_column"))  # noqa: SLF001 - a fault of ours
    except Exception:  # noqa: BLE001 - undone, whatever the database calls it
        return
    raise AssertionError


def _list(found: list[Message] | Exception) -> list[Message]:
    if isinstance(found, Exception):
        raise found
    return found
