"""Rows of the log: appended at the commit, one after the other, without a gap or a fork."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lineproof.adapters.sql.rows import Rows
from lineproof.adapters.sql.sql_tables import LOG, LOG_HEAD
from lineproof.domain.audit import Actor, ActorKind, Deed, Entry, entry

if TYPE_CHECKING:
    from collections.abc import Sequence


class Unreadable(Exception):  # noqa: N818 - it is what it says
    """Entry ``number`` holds what was never written by this program."""

    def __init__(self, number: int) -> None:
        super().__init__(f"entry {number} of the log cannot be read")
        self.number = number


class LogRows(Rows):
    """Keeps the log."""

    def __init__(self, connection: sa.Connection, *, writes: bool) -> None:
        super().__init__(connection, writes=writes)
        self._deeds: list[tuple[Deed, datetime]] = []

    def log(self, deed: Deed, *, at: datetime) -> None:
        """Write an entry, linked to the one before, as this transaction commits."""
        if not self._writes:
            raise RuntimeError("a transaction that only reads logs nothing")
        self._deeds.append((deed, at.astimezone(UTC)))

    def write_log(self) -> None:
        """Append what was logged. It is the last thing before the commit.

        Everybody waits for the log's head, so it is locked as late as can be; and as nothing is
        locked after it, nobody who holds it waits for anybody else.
        """
        if not self._deeds:
            return
        head = self._connection.execute(self._locked(sa.select(LOG_HEAD))).one()
        number, previous = head.number, head.hash
        written = []
        for deed, at in self._deeds:
            number += 1
            new = entry(deed, number=number, at=at, previous=previous)
            previous = new.hash
            written.append(_columns(new))
        self._connection.execute(sa.insert(LOG), written)
        self._change(LOG_HEAD, LOG_HEAD.c.one_row == 1, number=number, hash=previous)
        self._deeds.clear()

    def entries(self, *, after: int, limit: int) -> Sequence[Entry]:
        """Give entries by number, after a number (0 for the first)."""
        return [entry_of(row) for row in self.entry_rows(after=after, limit=limit)]

    def entries_of(self, case_id: str) -> Sequence[Entry]:
        """Give a case's entries."""
        mine = sa.select(LOG).where(LOG.c.case_id == case_id).order_by(LOG.c.number)
        return [entry_of(row) for row in self._all(mine)]

    def entry_rows(self, *, after: int, limit: int) -> Sequence[sa.Row[Any]]:
        """Give entries as they are stored, for who reads them one by one."""
        rows = sa.select(LOG).where(LOG.c.number > after).order_by(LOG.c.number).limit(limit)
        return self._all(rows)

    def head(self) -> tuple[int, str]:
        """Give the number and the hash of the last entry, as they were written beside it."""
        row = self._connection.execute(sa.select(LOG_HEAD)).one()
        return row.number, row.hash


def _columns(written: Entry) -> dict[str, Any]:
    deed = written.deed
    return {
        "number": written.number,
        "at": written.at.isoformat(timespec="microseconds"),
        "actor_kind": deed.actor.kind,
        "actor_id": deed.actor.id,
        "action": deed.action,
        "case_id": deed.case,
        "details": json.dumps(dict(deed.details), sort_keys=True),
        "previous": written.previous,
        "hash": written.hash,
    }


def entry_of(row: sa.Row[Any]) -> Entry:
    """Read an entry as it was written; Unreadable where nobody of ours wrote it."""
    try:
        deed = Deed(
            actor=Actor(ActorKind(row.actor_kind), row.actor_id),
            action=row.action,
            case=row.case_id,
            details=_details(row.details),
        )
        at = datetime.fromisoformat(row.at)
    except (TypeError, ValueError):
        raise Unreadable(row.number) from None
    return Entry(number=row.number, at=at, deed=deed, previous=row.previous, hash=row.hash)


def _details(written: str) -> dict[str, str]:
    """Read an object of strings; TypeError or ValueError where it is none."""
    found = {**json.loads(written)}
    if not all(isinstance(value, str) for value in found.values()):
        raise TypeError(written)
    return found
