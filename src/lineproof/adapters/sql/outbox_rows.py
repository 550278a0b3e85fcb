"""Rows of the outbox: what must happen after a commit, claimed by one worker at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lineproof.adapters.sql.rows import Rows
from lineproof.adapters.sql.sql_tables import EVENTS, OUTBOX, URGENT
from lineproof.storage_records import DeadMessage, Message, Topic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

ALIVE = OUTBOX.c.died_at.is_(None)


class OutboxRows(Rows):
    """Keeps messages until they are handled."""

    def send(self, message: Message) -> None:
        """Put a message into the outbox: it will be handled after this commits, or not at all."""
        columns = {
            "id": message.id,
            "topic": message.topic,
            "subject": message.subject,
            "body": dict(message.body),
            "due_at": message.due_at,
            "tries": message.tries,
            "free_at": message.due_at,
        }
        self._add(OUTBOX, columns)

    def claim(self, *, worker: str, now: datetime, lease_until: datetime) -> Message | None:
        """Take the message that has waited longest; nobody else has it until the lease ends.

        Orders and notices go before events: an operator's slow endpoints hold up no holder's
        notice.
        """
        row = self._free(URGENT, now) or self._free(EVENTS, now)
        if row is None:
            return None
        self._change(OUTBOX, OUTBOX.c.id == row.id, worker=worker, free_at=lease_until)
        return _message(row)

    def _free(self, which: sa.TextClause, now: datetime) -> sa.Row[Any] | None:
        free = (
            sa.select(OUTBOX)
            .where(which, OUTBOX.c.free_at <= now)
            .order_by(OUTBOX.c.free_at, OUTBOX.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return self._one(free)

    def begin_deed(self, message_id: str, *, worker: str, now: datetime) -> bool:
        """Keep that it is done now, and maybe was from now on. False if the lease was lost."""
        first = sa.func.coalesce(OUTBOX.c.begun_at, sa.bindparam(None, now, OUTBOX.c.begun_at.type))
        return self._change(OUTBOX, *_had_by(message_id, worker), begun_at=first) == 1

    def handled(self, message_id: str, *, worker: str) -> bool:
        """Take a message out. False if the lease was lost, and then nothing was changed."""
        return self._delete(OUTBOX, *_had_by(message_id, worker)) == 1

    def postpone(self, message_id: str, *, worker: str, due_at: datetime, code: str) -> bool:
        """Try again later. False if the lease was lost."""
        again = {"due_at": due_at, "free_at": due_at, "worker": None, "code": code}
        return self._tried(message_id, worker, again)

    def bury(self, message_id: str, *, worker: str, now: datetime, code: str) -> bool:
        """Give it up. False if the lease was lost."""
        return self._tried(message_id, worker, {"died_at": now, "worker": None, "code": code})

    def buried(self, *, after: str, limit: int) -> Sequence[DeadMessage]:
        """Give what was given up, by id."""
        dead = sa.select(OUTBOX).where(OUTBOX.c.died_at.is_not(None), OUTBOX.c.id > after)
        return [
            DeadMessage(message=_message(row), code=row.code, died_at=row.died_at)
            for row in self._all(dead.order_by(OUTBOX.c.id).limit(limit))
        ]

    def replay(self, message_id: str, *, now: datetime) -> bool:
        """Put what was given up back, its tries counted from 0. False if there is none."""
        dead = (OUTBOX.c.id == message_id, OUTBOX.c.died_at.is_not(None))
        again = {"due_at": now, "free_at": now, "tries": 0, "code": None, "died_at": None}
        return self._change(OUTBOX, *dead, **again) == 1

    def depth(self) -> Mapping[Topic, int]:
        """Count what waits in the outbox."""
        counted = sa.select(OUTBOX.c.topic, sa.func.count().label("many")).where(ALIVE)
        found = {row.topic: row.many for row in self._all(counted.group_by(OUTBOX.c.topic))}
        return {topic: found.get(topic, 0) for topic in Topic}

    def _tried(self, message_id: str, worker: str, values: Mapping[str, object]) -> bool:
        once_more = {"tries": OUTBOX.c.tries + 1, **values}
        return self._change(OUTBOX, *_had_by(message_id, worker), **once_more) == 1


def _had_by(message_id: str, worker: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Say that nobody has claimed the message since this worker did."""
    return (OUTBOX.c.id == message_id, OUTBOX.c.worker == worker, ALIVE)


def _message(row: sa.Row[Any]) -> Message:
    return Message(
        id=row.id,
        topic=Topic(row.topic),
        subject=row.subject,
        body=row.body,
        due_at=row.due_at,
        tries=row.tries,
        begun=row.begun_at is not None,
    )
