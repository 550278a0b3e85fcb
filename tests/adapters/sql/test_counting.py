"""What is counted of a person, a counter and the outbox, and what is deleted in time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.case import FINAL, HandledBy, Kind, Route, Status
from lineproof.domain.reason import Decision, Outcome
from lineproof.domain.review import Verdict, VerdictKind, VerdictReason
from lineproof.storage_records import Answer, Count, HeldItem, Topic
from tests.adapters.sql.makers import (
    DAY,
    HOUR,
    NOW,
    a_case,
    a_challenge,
    a_line,
    a_message,
    a_record,
    a_token,
    an_assistance,
    an_order,
)

if TYPE_CHECKING:
    import sqlalchemy as sa

COUNTED = {
    (kind, status)
    for kind in (Kind.NEW_LINE, Kind.PORT_IN, Kind.TRANSFER)
    for status in (Status.APPROVED, Status.ORDERED, Status.UNFULFILLED)
}


@pytest.mark.parametrize("kind", Kind)
def test_a_case_counts_while_it_will_add_a_line(store: SqlStore, kind: Kind) -> None:
    """Every kind in every status: what is on its way counts, what was done counts as a line."""
    with store.begin() as tx:
        for n, status in enumerate(Status):
            person = f"person-{status}"
            case = a_case(f"case_{n}", kind=kind, status=status, person=person, msisdn=f"86{n}")
            tx.add_case(case)
    with store.read() as tx:
        counted = {status for status in Status if tx.lines_held(f"person-{status}", besides="")}
        assert counted == {status for k, status in COUNTED if k is kind}


def test_lines_and_cases_are_not_counted_twice(store: SqlStore) -> None:
    """A number counts once for a person, whatever is on its way; one case can be left out."""
    person = "person-1"
    waits = {"status": Status.APPROVED, "person": person}
    with store.begin() as tx:
        tx.add_line(a_line("861"))
        tx.add_line(a_line("862"))
        tx.add_line(a_line("863", holder="somebody else"))
        # Done already; about a line that the person has; about one more; of somebody else.
        tx.add_case(a_case("case_1", **{**waits, "status": Status.ISSUED}, msisdn="861"))
        tx.add_case(a_case("case_2", **waits, kind=Kind.TRANSFER, msisdn="862"))
        tx.add_case(a_case("case_3", **waits, msisdn="864"))
        tx.add_case(a_case("case_4", **{**waits, "person": "person-2"}, msisdn="865"))
        assert tx.lines_held(person, besides="") == 3
        assert tx.lines_held(person, besides="case_3") == 2
        assert tx.lines_held("nobody", besides="") == 0


def test_attempts_are_counted_within_their_window(store: SqlStore) -> None:
    """An attempt counts from its own moment on, for its own person."""
    with store.begin() as tx:
        for hours in (0, 1, 2):
            tx.add_attempt("case_1", "person-1", at=NOW + hours * HOUR)
        tx.add_attempt("case_1", "person-2", at=NOW)
    with store.read() as tx:
        assert tx.attempts("person-1", since=NOW) == 3
        assert tx.attempts("person-1", since=NOW + HOUR) == 2
        assert tx.attempts("person-3", since=NOW) == 0


def test_a_dishonest_counter_shows(store: SqlStore) -> None:
    """What came of it under who handled a case, overrides and words under who gave them."""
    other = HandledBy(staff="s-1", shop="shop-2", device="d-9")
    retry = Decision(outcome=Outcome.RETRY, reasons=(), change=None)
    verdict = Verdict(
        case="case_2",
        decision="dec_3",
        staff="s-9",
        kind=VerdictKind.APPROVE,
        reason=VerdictReason.SAME_PERSON,
        at=NOW,
    )
    with store.begin() as tx:
        skipped = a_case("case_1")
        tx.add_case(skipped)
        skipped = tx.change_case(replace(skipped, status=Status.OTHER_WAY, route=Route.IN_PERSON))
        # Whoever comes back to the face check has skipped it all the same.
        skipped = tx.change_case(replace(skipped, status=Status.CAPTURING, route=Route.FACE))
        skipped = tx.change_case(replace(skipped, attempts=2))
        skipped = tx.change_case(replace(skipped, status=Status.OTHER_WAY, route=Route.CHIP))
        tx.change_case(replace(skipped, status=Status.WITHDRAWN))
        left = a_case("case_2", attempts=2)
        tx.add_case(left)
        for record_id in ("dec_1", "dec_2"):
            tx.add_decision(a_record(record_id, case="case_2", decision=retry))
        tx.change_case(replace(left, status=Status.OTHER_WAY, route=Route.IN_PERSON))
        tx.add_decision(a_record("dec_3", case="case_2"))
        tx.add_verdict(verdict)
        tx.add_verdict(replace(verdict, staff="s-8"))
        # Approved twice, after a second referral: it is one case.
        tx.add_verdict(replace(verdict, decision="dec_4"))
        tx.add_verdict(replace(verdict, staff="s-7", kind=VerdictKind.REFUSE))
        tx.add_case(a_case("case_3", handled_by=other, status=Status.REFUSED))
        tx.add_case(a_case("case_4", handled_by=None))
        tx.add_case(a_case("case_5", opened_at=NOW - DAY))
        # What was opened before is overridden now, and counts as the reviewer's deed of now.
        tx.add_verdict(replace(verdict, case="case_5"))
        tx.add_verdict(replace(verdict, case="case_3", at=NOW - DAY))
        tx.add_verdict(replace(verdict, case="case_4"))
        # Said twice of one case, of one that was opened before, and before.
        tx.add_assistance(an_assistance("assist_1"))
        tx.add_assistance(an_assistance("assist_2"))
        tx.add_assistance(an_assistance("assist_3", "s-2", case="case_5"))
        tx.add_assistance(an_assistance("assist_4", "s-3", at=NOW - DAY))
    with store.read() as tx:
        none = Count(staff="s-1", shop="shop-1")
        assert tx.counts(since=NOW) == [
            replace(none, cases=2, retries=2, skips=1, other_way=2, withdrawn=1, assisted=1),
            replace(none, shop="shop-2", cases=1, refused=1),
            replace(none, staff="s-2", assisted=1),
            replace(none, staff="s-8", overrides=1),
            replace(none, staff="s-9", shop="", overrides=1),
            replace(none, staff="s-9", overrides=2),
        ]


def test_a_message_is_claimed_leased_postponed_and_handled(store: SqlStore) -> None:
    """The one that waited longest first; nobody has it while its lease lasts."""
    with store.begin() as tx:
        tx.send(a_message("msg_2", due_at=NOW))
        tx.send(a_message("msg_1", due_at=NOW))
        tx.send(a_message("msg_0", due_at=NOW + HOUR))
        tx.send(a_message("msg_3", due_at=NOW - HOUR))

    def claim(worker: str, hours: float = 0) -> str | None:
        now = NOW + hours * HOUR
        with store.begin() as tx:
            message = tx.claim(worker=worker, now=now, lease_until=now + HOUR)
        return message.id if message is not None else None

    assert [claim("a"), claim("b"), claim("c"), claim("d")] == ["msg_3", "msg_1", "msg_2", None]
    with store.begin() as tx:
        assert tx.depth() == {Topic.ORDER: 4, Topic.NOTICE: 0, Topic.EVENT: 0}
        assert not tx.handled("msg_3", worker="b")
        assert tx.handled("msg_3", worker="a")
        assert not tx.handled("msg_3", worker="a")
        assert tx.postpone("msg_1", worker="b", due_at=NOW + DAY, code="timeout")
        assert not tx.postpone("msg_1", worker="b", due_at=NOW, code="timeout")
    # The lease of c ends: e has the message, and c has lost it.
    assert claim("e", 1.5) == "msg_0"
    assert claim("e", 1.5) == "msg_2"
    with store.begin() as tx:
        assert not tx.handled("msg_2", worker="c")
        assert tx.handled("msg_2", worker="e")
    assert claim("f", 25) == "msg_0"
    assert claim("f", 25) == "msg_1"
    with store.begin() as tx:
        assert tx.depth()[Topic.ORDER] == 2


def test_who_lost_the_lease_begins_nothing(store: SqlStore) -> None:
    """Beginning asks for the lease, and once begun a message stays so, whoever has it next."""
    with store.begin() as tx:
        tx.send(a_message("msg_1", due_at=NOW))
        first = tx.claim(worker="a", now=NOW, lease_until=NOW + HOUR)
    assert first is not None
    assert not first.begun
    later = NOW + 2 * HOUR
    with store.begin() as tx:
        assert tx.claim(worker="b", now=later, lease_until=later + HOUR) == first
        assert not tx.begin_deed("msg_1", worker="a", now=later)
        assert tx.begin_deed("msg_1", worker="b", now=later)
        assert tx.postpone("msg_1", worker="b", due_at=later, code="timeout")
        again = tx.claim(worker="c", now=later, lease_until=later + HOUR)
    assert again is not None
    assert again.begun


def test_no_number_of_events_holds_up_an_order(store: SqlStore) -> None:
    """Orders and notices first, each by how long it has waited; then events."""
    topics = [Topic.EVENT, Topic.EVENT, Topic.NOTICE, Topic.ORDER]
    with store.begin() as tx:
        for n, topic in enumerate(topics):
            tx.send(a_message(f"msg_{n}", topic=topic, due_at=NOW - (9 - n) * HOUR))
        claimed = [tx.claim(worker="a", now=NOW, lease_until=NOW + HOUR) for _ in topics]
    assert [each.id for each in claimed if each is not None] == ["msg_2", "msg_3", "msg_0", "msg_1"]


def test_a_claim_reads_no_more_than_it_takes(sqlite_database: sa.URL) -> None:
    """However many events wait, both questions are answered from an index, in its order."""
    store = SqlStore(sqlite_database)
    plans: list[str] = []

    def explain(*call: Any) -> None:  # noqa: ANN401 - what SQLAlchemy tells of a statement
        cursor, statement, parameters = call[1:4]
        if "FROM outbox" in statement and statement.startswith("SELECT"):
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[-1] for row in rows)

    event.listen(store.engine, "before_cursor_execute", explain)
    with store.begin() as tx:
        assert tx.claim(worker="a", now=NOW, lease_until=NOW) is None
    store.close()
    assert plans == [
        f"SEARCH outbox USING INDEX ix_outbox_{name} (free_at<?)" for name in ("urgent", "events")
    ]


def test_what_is_given_up_can_be_replayed(store: SqlStore) -> None:
    """A dead message waits for nobody, is listed, and starts again with no try counted."""
    with store.begin() as tx:
        tx.send(a_message(tries=4))
        tx.claim(worker="a", now=NOW, lease_until=NOW + HOUR)
        assert not tx.bury("msg_1", worker="b", now=NOW, code="x")
        assert tx.bury("msg_1", worker="a", now=NOW + HOUR, code="gone")
        assert tx.claim(worker="a", now=NOW + DAY, lease_until=NOW + DAY) is None
        assert tx.depth()[Topic.ORDER] == 0
        (dead,) = tx.buried(after="", limit=9)
        assert (dead.message.id, dead.message.tries, dead.code) == ("msg_1", 5, "gone")
        assert dead.died_at == NOW + HOUR
        assert tx.buried(after="msg_1", limit=9) == []
        assert not tx.replay("msg_2", now=NOW)
        assert tx.replay("msg_1", now=NOW + DAY)
        assert not tx.replay("msg_1", now=NOW + DAY)
        again = tx.claim(worker="c", now=NOW + DAY, lease_until=NOW + 2 * DAY)
    assert again == a_message(due_at=NOW + DAY, tries=0)


def test_tries_are_counted(store: SqlStore) -> None:
    """Each try that failed counts, so that the waits grow and end."""
    with store.begin() as tx:
        tx.send(a_message())
        seen = []
        for _ in range(3):
            message = tx.claim(worker="a", now=NOW, lease_until=NOW + HOUR)
            assert message is not None
            seen.append(message.tries)
            tx.postpone(message.id, worker="a", due_at=NOW, code="timeout")
    assert seen == [0, 1, 2]


@pytest.mark.parametrize("status", Status)
def test_only_what_is_finished_is_pruned(store: SqlStore, status: Status) -> None:
    """A case goes with all that belongs to it when it is finished and its time is over."""
    with store.begin() as tx:
        tx.add_case(a_case(status=status, opened_at=NOW - DAY))
        tx.add_challenge(a_challenge())
        tx.add_decision(a_record())
        tx.add_order(an_order(), authority="chal_1")
    with store.begin() as tx:
        gone = tx.prune(cases_before=NOW, attempts_before=NOW, now=NOW)
        assert gone == (1 if status in FINAL else 0)
        assert (tx.case("case_1") is None) is (status in FINAL)
        left = [tx.challenge("hash of chal_1"), *tx.decisions("case_1"), *tx.orders("case_1")]
        assert bool([each for each in left if each is not None]) is (status not in FINAL)


def test_each_record_goes_at_its_own_time(store: SqlStore) -> None:
    """Held pictures, tokens, assertions, attempts, answers and dead messages; lines stay."""
    soon = NOW + HOUR
    with store.begin() as tx:
        tx.add_case(a_case(status=Status.ISSUED))
        tx.add_line(a_line())
        for name, until in (("portrait", NOW), ("live", soon)):
            tx.hold(HeldItem(case="case_1", name=name, envelope=b"x", until=until))
        tx.add_token(replace(a_token("over"), expires_at=NOW))
        tx.add_token(replace(a_token("good"), expires_at=soon))
        for jti, until in (("over", NOW), ("good", soon)):
            tx.spend_once("op-1", jti, until=until)
        for at in (NOW - HOUR, NOW):
            tx.add_attempt("case_1", "person-1", at=at)
            tx.remember("op-1", at.isoformat(), Answer(request_hash="", status=1, body=""), now=at)
        for message_id, died_at in (("over", NOW - HOUR), ("good", NOW)):
            tx.send(a_message(message_id))
            tx.claim(worker="a", now=NOW, lease_until=soon)
            tx.bury(message_id, worker="a", now=died_at, code="x")
    with store.begin() as tx:
        assert tx.prune(cases_before=NOW, attempts_before=NOW, now=NOW) == 6
    with store.begin() as tx:
        assert [item.name for item in tx.held("case_1", now=NOW)] == ["live"]
        assert (tx.token("over"), tx.token("good") is not None) == (None, True)
        tx.spend_once("op-1", "over", until=soon)
        assert tx.attempts("person-1", since=NOW - DAY) == 1
        assert tx.remembered("op-1", (NOW - HOUR).isoformat()) is None
        assert tx.remembered("op-1", NOW.isoformat()) is not None
        assert [dead.message.id for dead in tx.buried(after="", limit=9)] == ["good"]
        assert tx.line(a_line().msisdn) is not None
        assert tx.prune(cases_before=NOW, attempts_before=NOW, now=NOW) == 0
