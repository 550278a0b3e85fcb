"""A backup is whole, its owner's alone, proven, and brings everything back."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from lineproof.adapters.file_sealer import FileSealer
from lineproof.adapters.key_file import Key
from lineproof.adapters.sql.audited import Audited, audit
from lineproof.adapters.sql.backups import BackupRefused, back_up, restore
from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.storage_records import HeldItem
from tests import postgresql
from tests.adapters.sql.makers import HOUR, NOW, a_case, a_deed, a_line, a_message

if TYPE_CHECKING:
    from pathlib import Path

    import sqlalchemy as sa

SEALER = FileSealer(Key(b"k" * 32))


def filled(store: SqlStore) -> None:
    """Keep something of each kind that a backup must bring back."""
    sealed = SEALER.seal(b"portrait", purpose="review", context="case_1/portrait")
    for n in range(3):
        with store.begin() as tx:
            tx.log(a_deed(f"deed-{n}"), at=NOW)
    with store.begin() as tx:
        tx.add_case(a_case())
        tx.add_line(a_line())
        tx.send(a_message())
        tx.hold(HeldItem(case="case_1", name="portrait", envelope=sealed, until=NOW + HOUR))


def whole(store: SqlStore) -> None:
    """Say that all of it is there, that the log holds and that it goes on."""
    assert store.ready()
    with store.begin() as tx:
        assert tx.case("case_1") == a_case()
        assert tx.line(a_line().msisdn) == a_line()
        (held,) = tx.held("case_1", now=NOW)
        opened = SEALER.unseal(held.envelope, purpose="review", context="case_1/portrait")
        assert opened == b"portrait"
        assert tx.claim(worker="w", now=NOW, lease_until=NOW) == a_message()
        tx.log(a_deed("after"), at=NOW)
    found = audit(store)
    assert isinstance(found, Audited)
    assert found.entries == 4


def test_a_backup_brings_everything_back(sqlite_database: sa.URL, tmp_path: Path) -> None:
    """Made while others have it open, 0600, without what was deleted; restored and gone on with."""
    store = SqlStore(sqlite_database)
    filled(store)
    with store.begin() as tx:
        tx.add_line(a_line("8613899999999", second_channel="mailto:gone@example.org"))
    with store.begin() as tx:
        tx._connection.execute(text("DELETE FROM lines WHERE msisdn = '8613899999999'"))  # noqa: SLF001
    backup, database = tmp_path / "backup", tmp_path / "new" / "lineproof.sqlite"
    with store.read():
        assert back_up(store, backup) == 3
    store.close()
    assert backup.stat().st_mode & 0o777 == 0o600
    assert b"gone@example.org" not in backup.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir() if "backup" in path.name) == ["backup"]
    database.parent.mkdir()
    assert restore(backup, database) == 3
    assert database.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in database.parent.iterdir()] == ["lineproof.sqlite"]
    again = SqlStore(sqlite_url(database))
    whole(again)
    again.close()


def test_nothing_is_written_over(sqlite_database: sa.URL, tmp_path: Path) -> None:
    """Neither an earlier backup nor a database that is there, nor what is left of one."""
    store = SqlStore(sqlite_database)
    backup, database = tmp_path / "backup", tmp_path / "there"
    backup.write_text("earlier", encoding="utf-8")
    assert _code(back_up(store, backup)) == "backup_not_written"
    assert backup.read_text("utf-8") == "earlier"
    backup.unlink()
    back_up(store, backup)
    store.close()
    for name in ("there", "there-wal"):
        (tmp_path / name).touch()
        assert _code(restore(backup, database)) == "backup_in_the_way"
        (tmp_path / name).unlink()


@pytest.mark.parametrize("harm", ["cut", "other", "missing", "page"])
def test_a_damaged_backup_is_not_put_back(
    sqlite_database: sa.URL, tmp_path: Path, harm: str
) -> None:
    """What is no whole database is refused, and leaves nothing behind."""
    store = SqlStore(sqlite_database)
    filled(store)
    backup, folder = tmp_path / "backup", tmp_path / "new"
    back_up(store, backup)
    store.close()
    stored = backup.read_bytes()
    if harm == "cut":
        backup.write_bytes(stored[: len(stored) // 2])
    elif harm == "other":
        backup.write_bytes(b"no database")
    elif harm == "missing":
        backup.unlink()
    else:
        backup.write_bytes(stored[:4096] + bytes(4096) + stored[8192:])
    folder.mkdir()
    code = "backup_not_written" if harm == "missing" else "backup_damaged"
    assert _code(restore(backup, folder / "lineproof.sqlite")) == code
    assert list(folder.iterdir()) == []


def test_a_backup_whose_log_was_changed_is_not_put_back(
    sqlite_database: sa.URL, tmp_path: Path
) -> None:
    """Whoever changed the copy is found out before it is used."""
    store = SqlStore(sqlite_database)
    filled(store)
    backup, database = tmp_path / "backup", tmp_path / "new.sqlite"
    back_up(store, backup)
    store.close()
    connection = sqlite3.connect(backup)
    connection.execute("UPDATE log SET action = 'other' WHERE number = 2")
    connection.commit()
    connection.close()
    refused = restore(backup, database)
    assert _code(refused) == "backup_log_broken"
    assert isinstance(refused, BackupRefused)
    assert "entry 2" in refused.sentence
    assert not database.exists()


def test_postgresql_comes_back_from_its_own_tools(
    postgresql_server: postgresql.Server, postgresql_database: sa.URL, tmp_path: Path
) -> None:
    """The two commands that docs/storage.md gives: everything is back, and the log holds."""
    programs = postgresql.programs()
    assert programs is not None
    store = SqlStore(postgresql_database)
    filled(store)
    assert _code(back_up(store, tmp_path / "backup")) == "backup_elsewhere"
    store.close()
    where = ["-h", "127.0.0.1", "-p", str(postgresql_server.port), "-U", postgresql.USER]
    dump = tmp_path / "lineproof.dump"
    name = str(postgresql_database.database)
    _run(programs / "pg_dump", *where, "--format=custom", "--file", dump, name)
    with postgresql_server.database() as fresh:
        _run(programs / "pg_restore", *where, "--exit-on-error", "--dbname", fresh, dump)
        again = SqlStore(postgresql_server.url(fresh))
        whole(again)
        again.close()


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _code(found: int | BackupRefused) -> str:
    return found.code if isinstance(found, BackupRefused) else "none"
