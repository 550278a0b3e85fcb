"""Markers at which a process can be killed: before and after each commit and each order."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineproof.adapters.operators.simulated_operator import SimulatedOperator
    from lineproof.adapters.sql.sql_store import SqlStore, SqlTransaction
    from lineproof.domain.order import Done, Order, Rejected


@dataclass(slots=True)
class Markers:
    """Counts the boundaries that a process passes, and kills it at one of them."""

    kill_at: int | None
    passed: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> None:
        """Pass a boundary, or die there as by ``kill -9``: nothing is flushed, nothing undone."""
        if len(self.passed) == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed.append(name)


class MarkedStore:
    """A store whose commits are boundaries."""

    def __init__(self, store: SqlStore, markers: Markers) -> None:
        self._store = store
        self._markers = markers
        self._writes = False
        # The last moment at which nothing is written yet: the log's entries are in the transaction.
        sa.event.listen(store.engine, "commit", self._before_commit)

    def _before_commit(self, connection: sa.Connection) -> None:
        del connection
        if self._writes:
            self._markers("before commit")

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        """Begin a transaction that writes."""
        self._writes = True
        try:
            with self._store.begin() as tx:
                yield tx
        finally:
            self._writes = False
        self._markers("after commit")

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """Begin a transaction that reads."""
        with self._store.read() as tx:
            yield tx

    def ready(self) -> bool:
        """Whether the store is ready."""
        return self._store.ready()


@dataclass(frozen=True, slots=True)
class MarkedOperator:
    """A network whose orders are boundaries."""

    operator: SimulatedOperator
    markers: Markers

    def carry_out(self, order: Order) -> Done | Rejected:
        """Carry it out."""
        self.markers(f"before {order.kind}")
        answer = self.operator.carry_out(order)
        self.markers(f"after {order.kind}")
        return answer

    def ready(self) -> bool:
        """Whether the network is ready."""
        return self.operator.ready()
