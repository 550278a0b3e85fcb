"""What every noun's rows share: one connection, and a few ways to write and read."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lineproof.domain.sim import Sim
from lineproof.storage import Taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Rows:
    """One unit of work on one connection. ``writes`` says whether what is read is locked."""

    def __init__(self, connection: sa.Connection, *, writes: bool) -> None:
        self._connection = connection
        self._writes = writes
        self.let_something_go = False
        """Whether pictures were deleted, of which no byte may stay behind."""

    def _add(self, table: sa.Table, values: Mapping[str, Any]) -> None:
        """Write a new row. Taken if one of the table's keys is; the transaction goes on."""
        # A conflict that is caught as an exception would end PostgreSQL's transaction.
        statement = self._insert(table).values(**values).on_conflict_do_nothing()
        if self._connection.execute(statement).rowcount != 1:
            raise Taken(table.name)

    def _put(self, table: sa.Table, values: Mapping[str, Any]) -> None:
        """Write a row in the place of the one with its primary key, if there is one."""
        keys = [column.name for column in table.primary_key]
        rest = {name: value for name, value in values.items() if name not in keys}
        statement = self._insert(table).values(**values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))

    def _insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        if self._connection.dialect.name == "sqlite":
            return sqlite.insert(table)
        return postgresql.insert(table)

    def _change(self, table: sa.Table, *where: sa.ColumnElement[bool], **values: object) -> int:
        """Change rows and give how many there were."""
        return self._connection.execute(sa.update(table).where(*where).values(**values)).rowcount

    def _delete(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        """Delete rows and give how many there were."""
        return self._connection.execute(sa.delete(table).where(*where)).rowcount

    def _one(self, statement: sa.Select[Any]) -> sa.Row[Any] | None:
        return self._connection.execute(statement).one_or_none()

    def _all(self, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        return self._connection.execute(statement).all()

    def _locked(self, statement: sa.Select[Any]) -> sa.Select[Any]:
        """Keep others from what is read until the commit. SQLite has one writer anyway."""
        return statement.with_for_update() if self._writes else statement

    def _lock_name(self, kind: str, name: str) -> None:
        """Lock what may have no row yet, until the commit, and leave nothing behind.

        PostgreSQL locks a number of 64 bits; should two names ever share one, they wait for each
        other and nothing else happens. SQLite has one writer anyway.
        """
        if not self._writes or self._connection.dialect.name == "sqlite":
            return
        digest = hashlib.sha256(f"{kind}\x1f{name}".encode()).digest()
        number = int.from_bytes(digest[:8], "big", signed=True)
        self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def sim_of(iccid: str | None, imsi: str | None) -> Sim | None:
    """Give the SIM of two columns; None where there is none."""
    return Sim(iccid=iccid, imsi=imsi) if iccid is not None and imsi is not None else None
