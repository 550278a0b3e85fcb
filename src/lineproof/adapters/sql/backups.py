"""A backup of SQLite in one file, proven before it is called one; PostgreSQL has its own tools."""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exc

from lineproof.adapters.sql.audited import audit
from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.audit import Broken
from lineproof.storage import StoreDown

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = "ok"
"""What SQLite's integrity_check answers where nothing is wrong."""

BESIDE = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside a database."""


@dataclass(frozen=True, slots=True)
class BackupRefused:
    """No backup was made, or none was put back. Codes begin with ``backup_``."""

    code: str
    sentence: str


def back_up(store: SqlStore, file: Path) -> int | BackupRefused:
    """Write a backup of the moment, while others go on; give how many entries its log has.

    What was deleted is not in it: SQLite writes the file anew. Its keys are not in it either.
    """
    if store.engine.dialect.name != "sqlite":
        sentence = "This database is PostgreSQL: back it up with pg_dump, see docs/storage.md."
        return BackupRefused("backup_elsewhere", sentence)
    try:
        _claim(file)
    except OSError as error:
        return BackupRefused("backup_not_written", f"{file} cannot be made: {error.strerror}.")
    try:
        with closing(store.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            # The connection may come from a transaction that was told only to read.
            cursor.execute("PRAGMA query_only=OFF")
            cursor.execute("VACUUM INTO ?", (str(file),))
        _sync(file)
    except (sqlite3.Error, OSError) as error:
        file.unlink()
        return BackupRefused("backup_not_written", f"{file} could not be written: {error}.")
    return proven(file)


def restore(backup: Path, database: Path) -> int | BackupRefused:
    """Put a backup in the place of a database that is not there; give its log's entries."""
    if any(each.exists() for each in (database, *_beside(database))):
        sentence = (
            f"{database} is there. Stop the service and move it away, with what is beside it."
        )
        return BackupRefused("backup_in_the_way", sentence)
    draft = database.with_name(f".{database.name}.{secrets.token_hex(8)}")
    try:
        _claim(draft)
        draft.write_bytes(backup.read_bytes())
        found = proven(draft)
        if not isinstance(found, BackupRefused):
            _sync(draft)
            os.link(draft, database)
            _sync(database.parent)
    except OSError as error:
        sentence = f"{backup} cannot be put there: {error.strerror}."
        return BackupRefused("backup_not_written", sentence)
    finally:
        for each in (draft, *_beside(draft)):
            each.unlink(missing_ok=True)
    return found


def proven(file: Path) -> int | BackupRefused:
    """Check a backup: its pages, its tables and its log; give how many entries the log has."""
    store = SqlStore(sqlite_url(file), connections=1)
    try:
        with store.engine.connect() as connection:
            said = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        found = audit(store) if said == WHOLE else None
    except (StoreDown, exc.DBAPIError, sqlite3.Error):
        found = None
    finally:
        store.close()
    if found is None:
        return BackupRefused("backup_damaged", f"{file} is no whole database of Lineproof.")
    if isinstance(found, Broken):
        sentence = f"The log in {file} is broken at entry {found.number} ({found.why})."
        return BackupRefused("backup_log_broken", sentence)
    return found.entries


def _claim(file: Path) -> None:
    """Make an empty file that is its owner's alone; OSError where there is one."""
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _beside(file: Path) -> list[Path]:
    return [file.with_name(file.name + ending) for ending in BESIDE]


def _sync(path: Path) -> None:
    """Let a file, or a folder's new entry, survive a power cut."""
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
