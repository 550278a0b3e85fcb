"""A simulated network: a home location register of our own, in memory or in one file."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from contextlib import closing, contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

from lineproof.adapters.operators.register_steps import (
    Create,
    SetAccess,
    SetBarred,
    SetNumber,
    Subscriber,
    seen,
    steps_left,
)
from lineproof.domain.order import Done, Rejected
from lineproof.ports import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lineproof.adapters.operators.register_steps import Step
    from lineproof.domain.order import Order

_TABLES = (
    """CREATE TABLE IF NOT EXISTS subscriber (
        imsi TEXT PRIMARY KEY, msisdn TEXT UNIQUE, circuit INTEGER NOT NULL,
        packet INTEGER NOT NULL, barred INTEGER NOT NULL, sms_held_until TEXT)""",
    "CREATE TABLE IF NOT EXISTS done (order_id TEXT PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS change (number INTEGER PRIMARY KEY, order_id TEXT NOT NULL)",
)
_COLUMNS = "imsi, msisdn, circuit, packet, barred, sms_held_until"


class Fault(StrEnum):
    """When the simulated network stops answering."""

    BEFORE = "before"
    """Nothing was done."""
    AFTER = "after"
    """Everything was done, and the answer was lost."""


class SimulatedOperator:
    """Carries out every kind of order, each id once, each in one transaction.

    ``path`` None keeps the register in memory; a file (0600) is shared by processes and survives
    them. No real line exists in it.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._faults: deque[Fault] = deque()
        if path is not None:
            path.touch(mode=0o600)
        self._database = sqlite3.connect(
            path if path is not None else ":memory:",
            check_same_thread=False,
            isolation_level=None,
            timeout=10,
        )
        with self._transaction():
            for table in _TABLES:
                self._database.execute(table)

    def carry_out(self, order: Order) -> Done | Rejected:
        """Do what the order asks; an id that was done changes nothing, whatever came after it.

        Raises Unavailable where a test says so, or the file is busy, full or gone.
        """
        fault = self._faults.popleft() if self._faults else None
        if fault is Fault.BEFORE:
            raise Unavailable("simulated")
        try:
            with self._transaction():
                answer = self._carry_out(order)
        except sqlite3.Error as broken:
            raise Unavailable("network_error") from broken
        if fault is Fault.AFTER:
            raise Unavailable("simulated")
        return answer

    def ready(self) -> bool:
        """Whether the register can be read."""
        try:
            self._database.execute("SELECT 1 FROM subscriber").fetchone()
        except sqlite3.Error:
            return False
        return True

    def close(self) -> None:
        """Let go of the file; what is in memory only is gone."""
        self._database.close()

    # For tests and demonstrations ----------------------------------------------------------------
    def fail_next(self, *faults: Fault) -> None:
        """Let the next orders fail, one for each fault."""
        self._faults.extend(faults)

    def subscribers(self) -> dict[str, Subscriber]:
        """Give the register, by IMSI."""
        with closing(
            self._database.execute(f"SELECT {_COLUMNS} FROM subscriber")  # noqa: S608 - a constant
        ) as rows:
            return {row[0]: _subscriber(row) for row in rows}

    def changes(self) -> tuple[str, ...]:
        """Give the ids of the orders that changed the register, in order, once for each time."""
        with closing(self._database.execute("SELECT order_id FROM change ORDER BY number")) as rows:
            return tuple(row[0] for row in rows)

    # Within a transaction ------------------------------------------------------------------------
    def _carry_out(self, order: Order) -> Done | Rejected:
        # A rejection is not remembered: the engineers may send the order again.
        if self._one("SELECT 1 FROM done WHERE order_id = ?", order.id) is not None:
            return Done()
        found = seen(order, by_msisdn=self._by_msisdn, by_imsi=self._by_imsi)
        left = steps_left(order, found)
        if isinstance(left, Rejected):
            return left
        for step in left:
            self._take(step)
        if left:
            self._database.execute("INSERT INTO change (order_id) VALUES (?)", (order.id,))
        self._database.execute("INSERT INTO done VALUES (?)", (order.id,))
        return Done()

    def _take(self, step: Step) -> None:
        if isinstance(step, Create):
            statement = "INSERT INTO subscriber VALUES (:imsi, NULL, 1, 1, 0, NULL)"
            self._database.execute(statement, {"imsi": step.imsi})
            return
        values: dict[str, str | bool | None]
        if isinstance(step, SetNumber):
            values = {"msisdn": step.msisdn}
        elif isinstance(step, SetAccess):
            values = {"circuit": step.circuit, "packet": step.packet}
        elif isinstance(step, SetBarred):
            values = {"barred": step.barred}
        else:
            values = {"sms_held_until": step.until}
        columns = ", ".join(f"{name} = :{name}" for name in values)
        statement = f"UPDATE subscriber SET {columns} WHERE imsi = :imsi"  # noqa: S608 - our names
        self._database.execute(statement, {**values, "imsi": step.imsi})

    def _by_imsi(self, imsi: str) -> Subscriber | None:
        row = self._one(f"SELECT {_COLUMNS} FROM subscriber WHERE imsi = ?", imsi)  # noqa: S608
        return _subscriber(row) if row is not None else None

    def _by_msisdn(self, msisdn: str) -> Subscriber | None:
        row = self._one(f"SELECT {_COLUMNS} FROM subscriber WHERE msisdn = ?", msisdn)  # noqa: S608
        return _subscriber(row) if row is not None else None

    def _one(self, statement: str, value: str) -> tuple[str, ...] | None:
        row: tuple[str, ...] | None = self._database.execute(statement, (value,)).fetchone()
        return row

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")


def _subscriber(row: tuple[str, ...]) -> Subscriber:
    imsi, msisdn, circuit, packet, barred, sms_held_until = row
    return Subscriber(
        imsi=imsi,
        msisdn=msisdn,
        circuit=bool(circuit),
        packet=bool(packet),
        barred=bool(barred),
        sms_held_until=sms_held_until,
    )
