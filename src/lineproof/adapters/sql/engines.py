"""Connecting to SQLite and PostgreSQL so that both keep the same promises."""

from __future__ import annotations

import sqlite3
import ssl
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

WAIT = 10.0
"""Seconds for a lock or a connection; who waited that long is told that the store is busy."""

ANSWERS_WITHIN = 20.0
"""Seconds, beside a wait for a lock: a server that is silent for longer is gone."""

CONNECTIONS = 10
"""To one database at most, from one process."""

PRAGMAS = (
    # Readers do not wait for the writer, and the writer not for them.
    "journal_mode=WAL",
    # A commit that was answered survives a power cut.
    "synchronous=FULL",
    "foreign_keys=ON",
    # What is deleted is overwritten.
    "secure_delete=ON",
)

HIDE = True
"""An error names its statement and never what was in it: numbers and hashes of people."""

WRITES, READS = "writes", "reads"


def engine_of(
    url: str | sa.URL, *, connections: int = CONNECTIONS, wait: float = WAIT
) -> sa.Engine:
    """Give an engine for a database: ``sqlite:///FILE`` or ``postgresql://...``.

    Nothing is connected to yet. ``connections`` is how many there are at most, ``wait`` how many
    seconds a lock or a connection is waited for.
    """
    where = sa.make_url(url)
    if where.get_backend_name() == "sqlite":
        return _sqlite(where, connections, wait)
    if where.get_backend_name() == "postgresql":
        return _postgresql(where.set(drivername="postgresql+pg8000"), connections, wait)
    raise ValueError("a database is sqlite:///FILE or postgresql://USER@HOST/NAME")


def sqlite_url(file: Path) -> sa.URL:
    """Give the URL of a file."""
    return sa.URL.create("sqlite", database=str(file))


def writing(engine: sa.Engine) -> sa.Engine:
    """Give the engine for transactions that write."""
    return engine.execution_options(lineproof=WRITES)


def reading(engine: sa.Engine) -> sa.Engine:
    """Give the engine for transactions that read: what they see is of one moment."""
    return engine.execution_options(lineproof=READS)


def overwrite_deleted(connection: sa.Connection) -> None:
    """Write SQLite's write-ahead log back and empty it: what was deleted stands in it until then.

    Whoever reads at this moment keeps it from being emptied; the next time it is. PostgreSQL does
    the same in its own time (autovacuum), and what is held there is sealed all the while.
    """
    if connection.dialect.name != "sqlite":
        return
    cursor = connection.connection.cursor()
    # The commit is done, so nothing here may fail it, and nobody waits for readers.
    with suppress(sqlite3.Error):
        before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout=0")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={before}")
    cursor.close()


def _sqlite(url: sa.URL, connections: int, wait: float) -> sa.Engine:
    if url.database in {None, "", ":memory:"}:
        raise ValueError("a database in memory forgets everything; name a file")
    engine = sa.create_engine(
        url,
        connect_args={"timeout": wait},
        hide_parameters=HIDE,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=wait,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    del record
    # From here on only we say BEGIN, as SQLAlchemy's page on SQLite's transactions advises.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """Begin; who writes takes the write lock at once, so that nothing read can change before."""
    reads = _reads(connection)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgresql(url: sa.URL, connections: int, wait: float) -> sa.Engine:
    url, context = _certified(url)
    # READ COMMITTED: after waiting for a lock, what is read is what the other one committed.
    settings: dict[str, Any] = {
        "application_name": "lineproof",
        "ssl_context": context,
        "timeout": ANSWERS_WITHIN + wait,
        "startup_params": {
            "lock_timeout": f"{round(wait * 1000)}ms",
            "idle_in_transaction_session_timeout": "60s",
        },
    }
    engine = sa.create_engine(
        url,
        connect_args=settings,
        hide_parameters=HIDE,
        isolation_level="READ COMMITTED",
        pool_size=connections,
        max_overflow=0,
        pool_timeout=wait,
        pool_pre_ping=True,
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _certified(url: sa.URL) -> tuple[sa.URL, ssl.SSLContext | bool | None]:
    """Give the URL without libpq's two words on TLS, and what pg8000 does in their place.

    ``sslmode`` is ``verify-full``, the default but for this machine itself: the server's
    certificate is of its host's name and of a root that is trusted (``sslrootcert``, else the
    system's). ``disable`` is plain text. Nothing between the two is offered: TLS to whoever
    answers is TLS to a listener (PostgreSQL's manual, "SSL Support", Table 34.1).
    """
    asked, root = url.query.get("sslmode"), url.query.get("sslrootcert")
    url = url.difference_update_query(["sslmode", "sslrootcert"])
    if asked is None and root is None and _here(url):
        # pg8000's own: TLS where the server offers it. Whoever listens here reads all of it anyway.
        return url, None
    if asked == "disable":
        return url, False
    if asked not in {None, "verify-full"}:
        raise ValueError("sslmode is verify-full or disable")
    try:
        return url, ssl.create_default_context(cafile=str(root) if root is not None else None)
    except OSError as error:
        raise ValueError(f"sslrootcert cannot be read as certificates: {root}") from error


def _here(url: sa.URL) -> bool:
    """Whether a database's host is this machine: a socket's file, or an address of loopback."""
    if "unix_sock" in url.query:
        return True
    host = str(url.query.get("host", url.host or "localhost"))
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _begin_postgresql(connection: sa.Connection) -> None:
    """Let who reads see one moment and write nothing; one statement, where an option takes four."""
    if _reads(connection):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _reads(connection: sa.Connection) -> bool:
    return connection.get_execution_options().get("lineproof") == READS
