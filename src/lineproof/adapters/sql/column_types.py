"""Column types that hold the same in SQLite and in PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

Name = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""An id, a hash, a number or a code: compared byte by byte, so that both sort it alike."""

Sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""What counts the rows of a table in the order in which they came."""


class Utc(sa.types.TypeDecorator[datetime]):
    """A moment, in UTC to the microsecond; it comes back with its time zone."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Let PostgreSQL know that it is a moment; SQLite keeps text that sorts by time."""
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Write in UTC. A time without a zone is a mistake of ours, and is not guessed at."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is no moment")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
