"""What must hold in a store at every moment, read from its tables and not through the flow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lineproof.adapters.sql.engines import reading
from lineproof.adapters.sql.sql_tables import CASES, DECISIONS, HELD, LINES, ORDERS
from lineproof.domain.audit import BEGINNING, Entry, digest
from lineproof.domain.case import FINAL, MOVES, Event, Kind, Route, Status
from lineproof.domain.challenge import nonce_hash
from lineproof.domain.line import ADDS_A_LINE, CHANGES_A_LINE
from lineproof.domain.order import ORDER_OF, OrderKind
from lineproof.domain.reason import Outcome
from tests.flow.honest import person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lineproof.adapters.operators.simulated_operator import SimulatedOperator
    from lineproof.adapters.sql.sql_store import SqlStore
    from lineproof.ports import Service

ON_ITS_WAY = {Status.APPROVED, Status.ORDERED, Status.UNFULFILLED}
HOLDS_NOTHING = {str(status) for status in FINAL | {Status.APPROVED}}
CHANGES = {str(OrderKind.CHANGE_SIM), str(OrderKind.CHANGE_HOLDER)}
WITH_THE_NETWORK = {str(Status.ORDERED), str(Status.UNFULFILLED)}


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in the tables at one moment."""

    cases: dict[str, Any]
    lines: dict[str, Any]
    orders: dict[str, Any]
    decisions: Sequence[Any]
    held: set[str]


@dataclass(slots=True)
class Watch:
    """Looks at a store again and again, and remembers what it saw the last time."""

    store: SqlStore
    service: Service
    network: SimulatedOperator
    faces: dict[str, str] = field(default_factory=dict)
    """For each nonce's hash, whose face was before the camera."""
    moves: Counter[str] = field(default_factory=Counter)
    """How often each event moved a case."""
    _number: int = 0
    _hash: str = BEGINNING
    _stands: dict[str, Status] = field(default_factory=dict)
    _last: Rows | None = None

    def filmed(self, nonce: str, name: str) -> None:
        """Note whose face a capture with this nonce shows."""
        self.faces.setdefault(nonce_hash(nonce), name)

    def look(self) -> None:
        """Check everything; AssertionError says what does not hold."""
        with self.store.read() as tx:
            entries = tx.entries(after=self._number, limit=10_000)
        if not entries and self._last is not None:
            # Whatever changes without an entry is found at the next one.
            return
        rows = self._rows()
        self._chain(entries)
        for entry in entries:
            self._move(entry)
        assert {id_: str(case.status) for id_, case in rows.cases.items()} == {
            id_: str(status) for id_, status in self._stands.items()
        }, "a case moved without an entry"
        self._orders(rows)
        self._decisions(rows)
        self._limits(rows)
        self._lines(rows)
        self._what_is_held(rows)
        self._last = rows

    def quiet(self) -> None:
        """Check what holds where nothing is on its way: the network has what the cases say."""
        rows = self._rows()
        on = {sub.msisdn: imsi for imsi, sub in self.network.subscribers().items() if sub.msisdn}
        known = {line.msisdn: line.imsi for line in rows.lines.values()}
        assert on == known, "the network and the lines differ"

    def _rows(self) -> Rows:
        def all_of(table: sa.Table) -> Sequence[Any]:
            return connection.execute(sa.select(table)).all()

        with reading(self.store.engine).begin() as connection:
            return Rows(
                cases={row.id: row for row in all_of(CASES)},
                lines={row.msisdn: row for row in all_of(LINES)},
                orders={row.id: row for row in all_of(ORDERS)},
                decisions=all_of(DECISIONS),
                held={row.case_id for row in all_of(HELD)},
            )

    def _chain(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            hashed = digest(entry.deed, number=entry.number, at=entry.at, previous=entry.previous)
            assert (entry.number, entry.previous) == (self._number + 1, self._hash), "chain broken"
            assert entry.hash == hashed, "an entry was changed"
            self._number, self._hash = entry.number, entry.hash

    def _move(self, entry: Entry) -> None:
        case, action = entry.deed.case, entry.deed.action
        if not case:
            return
        stands = Status(entry.deed.details["status"])
        if action == "case_opened":
            first = (
                Status.AWAITING_HOLDER
                if entry.deed.details["kind"] == Kind.TRANSFER
                else Status.OPENED
            )
            assert (case not in self._stands, stands) == (True, first), "opened oddly"
            self._stands[case] = stands
            return
        before = self._stands[case]
        if action.startswith("case_"):
            event = Event(action.removeprefix("case_"))
            assert MOVES.get((before, event)) is stands, f"{before} {event} {stands}"
            self._stands[case] = stands
            self.moves[event] += 1
            return
        assert stands is before, f"{action} moved a case from {before} to {stands}"

    def _orders(self, rows: Rows) -> None:
        main: Counter[str] = Counter()
        approved = {
            row.authority: row.case_id for row in rows.decisions if row.outcome == Outcome.APPROVE
        }
        for order in rows.orders.values():
            case = rows.cases[order.case_id]
            if order.kind == ORDER_OF.get(Kind(case.kind)):
                main[order.case_id] += 1
                assert approved.get(order.authority) == case.id, "an order nobody approved"
            if self._last is None or order.id in self._last.orders or order.kind not in CHANGES:
                continue
            # A lock that comes after the order cannot call it back.
            line = rows.lines[order.msisdn]
            assert not line.locked, "an order to change a locked line was written"
        assert not main or max(main.values()) == 1, "two orders of one case"
        for case in rows.cases.values():
            before = self._last.cases.get(case.id) if self._last is not None else None
            again = before is not None and before.status == Status.UNFULFILLED
            if again and case.status == Status.ORDERED and Kind(case.kind) in CHANGES_A_LINE:
                assert not rows.lines[case.msisdn].locked, "a locked line was ordered again"
        busy = Counter(
            case.msisdn for case in rows.cases.values() if case.status in WITH_THE_NETWORK
        )
        assert not busy or max(busy.values()) == 1, "two orders for one line are on their way"
        authorities = Counter(order.authority for order in rows.orders.values())
        assert not authorities or max(authorities.values()) == 1, "two orders of one capture"
        changes = Counter(self.network.changes())
        assert not changes or max(changes.values()) == 1, "an order was carried out twice"
        for order_id in changes:
            case = rows.cases[rows.orders[order_id].case_id]
            if rows.orders[order_id].kind == ORDER_OF.get(Kind(case.kind)):
                done = {Status.ORDERED, Status.ISSUED}
                assert Status(case.status) in done, "the network did what the case says it did not"

    def _decisions(self, rows: Rows) -> None:
        authorities = Counter(row.authority for row in rows.decisions)
        assert not authorities or max(authorities.values()) == 1, "two decisions of one capture"
        seen = len(self._last.decisions) if self._last is not None else 0
        for row in rows.decisions[seen:]:
            if row.outcome != Outcome.APPROVE:
                continue
            case = rows.cases[row.case_id]
            if case.status == Status.WITHDRAWN:
                # Who left in the same moment is known no more, and no order follows.
                assert case.person is None, "who withdrew is still known"
                continue
            assert case.person is not None, "nobody was approved"
            if row.route != Route.FACE or row.decided_by:
                continue
            policy = self.service.profile.policies[Kind(case.kind)]
            assert row.attempt <= policy.attempts, "approved by an attempt too many"
            name = self.faces[self._nonce_hash(row.authority)]
            assert case.person == person(name), "another person's document was approved"

    def _nonce_hash(self, challenge: str) -> str:
        asked = sa.text("SELECT nonce_hash FROM challenges WHERE id = :id")
        with reading(self.store.engine).begin() as connection:
            return str(connection.execute(asked, {"id": challenge}).scalar_one())

    def _limits(self, rows: Rows) -> None:
        has = {(line.holder, line.msisdn) for line in rows.lines.values()}
        will = {
            (case.person, case.msisdn)
            for case in rows.cases.values()
            if Status(case.status) in ON_ITS_WAY and Kind(case.kind) in ADDS_A_LINE
        }
        limit = self.service.profile.lines_per_person
        most = max(Counter(holder for holder, _ in has | will).values(), default=0)
        assert limit is None or most <= limit, "a person has too many lines"

    def _lines(self, rows: Rows) -> None:
        if self._last is None:
            return
        for msisdn, line in rows.lines.items():
            before = self._last.lines.get(msisdn)
            same = before is not None and (before.imsi, before.holder) == (line.imsi, line.holder)
            if same:
                continue
            issued = [
                case
                for id_, case in rows.cases.items()
                if case.msisdn == msisdn
                and case.status == Status.ISSUED
                and id_ in self._last.cases
                and self._last.cases[id_].status == Status.ORDERED
            ]
            assert len(issued) == 1, "a line changed without a case that was ordered"

    def _what_is_held(self, rows: Rows) -> None:
        for id_, case in rows.cases.items():
            if case.status in HOLDS_NOTHING:
                assert id_ not in rows.held, f"a case that is {case.status} holds pictures"
