"""SqlStore: the Store in SQLite or PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from lineproof.adapters.sql.answer_rows import AnswerRows
from lineproof.adapters.sql.asked_rows import AskedRows
from lineproof.adapters.sql.case_rows import CaseRows
from lineproof.adapters.sql.engines import (
    CONNECTIONS,
    WAIT,
    engine_of,
    overwrite_deleted,
    reading,
    writing,
)
from lineproof.adapters.sql.line_rows import LineRows
from lineproof.adapters.sql.log_rows import LogRows
from lineproof.adapters.sql.order_rows import OrderRows
from lineproof.adapters.sql.outbox_rows import OutboxRows
from lineproof.adapters.sql.party_rows import PartyRows
from lineproof.adapters.sql.review_rows import ReviewRows
from lineproof.adapters.sql.schema_version import is_current, upgrade
from lineproof.adapters.sql.store_faults import told
from lineproof.storage import StoreDown, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa


class SqlTransaction(
    CaseRows,
    AskedRows,
    ReviewRows,
    LineRows,
    OrderRows,
    OutboxRows,
    LogRows,
    PartyRows,
    AnswerRows,
):
    """One unit of work; each noun's rows are in a file of their own."""


class SqlStore:
    """Keeps everything in one database. It may be used by many threads at once."""

    def __init__(
        self, url: str | sa.URL, *, connections: int = CONNECTIONS, wait: float = WAIT
    ) -> None:
        self.engine = engine_of(url, connections=connections, wait=wait)
        self._wait = wait
        self._turn = Lock()
        self._writing = writing(self.engine)
        self._reading = reading(self.engine)

    @contextmanager
    def begin(self) -> Iterator[SqlTransaction]:
        """Begin a transaction that writes: committed at the block's end, undone by an exception.

        Raises StoreDown where the database does not answer. A connection that is lost during the
        commit itself leaves open whether it was written; ids and keys say so when it is retried.
        """
        with told(), self._in_turn(), self._writing.connect() as connection:
            with connection.begin():
                transaction = SqlTransaction(connection, writes=True)
                yield transaction
                transaction.write_log()
            if transaction.let_something_go:
                overwrite_deleted(connection)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Let SQLite's writers wait in line, without a connection; other processes wait as ever.

        SQLite itself asks again and again, more and more seldom: of 16 threads that write, one in
        a hundred transactions took 4 s that way, and 0.5 s in line (docs/measurements.md).
        """
        if self.engine.dialect.name != "sqlite":
            yield
            return
        if not self._turn.acquire(timeout=self._wait):
            raise StoreDown(Trouble.BUSY)
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """Begin a transaction that only reads, as of one moment. Raises StoreDown."""
        with told(), self._reading.begin() as connection:
            yield SqlTransaction(connection, writes=False)

    def ready(self) -> bool:
        """Whether the database answers and has this version's tables."""
        try:
            with told(), self._reading.begin() as connection:
                return is_current(connection)
        except StoreDown:
            return False

    def upgrade(self) -> None:
        """Bring the tables to this version; nothing happens where they are."""
        with told():
            upgrade(self._writing)

    def belongs_to(self, key_id: bytes) -> bool:
        """Whether what is hashed here was hashed under this key; the first one is noted.

        Under another key every person would look new, and no limit on lines would hold.
        """
        with self.begin() as tx:
            return tx.key_noted(key_id.hex()) == key_id.hex()

    def close(self) -> None:
        """Give every connection back to the system."""
        self.engine.dispose()
