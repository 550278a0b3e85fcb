from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.migrations import versions
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.cli import app
from lineproof.commands.answers import Exit
from lineproof.domain.audit import Actor, ActorKind, Deed
from lineproof.service_wiring import DATABASE

if TYPE_CHECKING:
    from typing import Any

    import sqlalchemy as sa

RUNNER = CliRunner()


def run(*words: object) -> tuple[int, Any]:
    """Run a command with --json and give its exit code and object."""
    done = RUNNER.invoke(app, [*map(str, words), "--json"])
    return done.exit_code, json.loads(done.stdout)


def log(url: sa.URL) -> None:
    """Bring the tables to this version and write three entries."""
    store = SqlStore(url)
    store.upgrade()
    for n in range(3):
        deed = Deed(actor=Actor(ActorKind.CLOCK, ""), action=f"deed-{n}", case="", details={})
        with store.begin() as tx:
            tx.log(deed, at=datetime(2026, 11, 25, tzinfo=UTC))
    store.close()


def tamper(url: sa.URL, statement: str) -> None:
    """Do what somebody with the database's password can do."""
    store = SqlStore(url)
    with store.engine.begin() as connection:
        connection.execute(text(statement))
    store.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Give a data folder with a database and a log."""
    folder = tmp_path / "data"
    folder.mkdir()
    log(sqlite_url(folder / DATABASE))
    return folder


def test_a_log_that_holds_and_one_that_does_not(data: Path) -> None:
    """The first entry that was changed is named, to people and to programs, by exit code 13."""
    code, found = run("audit", "verify", "--data", data)
    assert (code, found["holds"], found["entries"], found["broken"]) == (0, True, 3, None)
    noted = f"3:{found['head']}"
    assert noted in RUNNER.invoke(app, ["audit", "verify", "--data", str(data)]).stdout
    assert run("audit", "verify", "--data", data, "--noted", noted)[0] == 0
    tamper(sqlite_url(data / DATABASE), "UPDATE log SET action = 'other' WHERE number = 2")
    code, found = run("audit", "verify", "--data", data)
    assert (code, found["broken"]) == (Exit.LOG_BROKEN, {"entry": 2, "why": "changed"})
    told = RUNNER.invoke(app, ["audit", "verify", "--data", str(data)])
    assert told.exit_code == Exit.LOG_BROKEN
    assert "entry 2 is not what was written" in told.stdout


def test_the_log_of_either_database_is_walked(database_url: sa.URL) -> None:
    """A database is named by its URL as well."""
    log(database_url)
    where = database_url.render_as_string(hide_password=False)
    code, found = run("audit", "verify", "--database", where)
    assert (code, found["entries"]) == (0, 3)


@pytest.mark.parametrize("noted", ["3", "x:" + "0" * 64, "3:abc"])
def test_what_was_noted_is_a_number_and_a_hash(data: Path, noted: str) -> None:
    """Half of it proves nothing and is refused."""
    code, found = run("audit", "verify", "--data", data, "--noted", noted)
    assert (code, found["error"]["code"]) == (Exit.USAGE, "usage_noted")


def test_no_database_is_no_empty_log(tmp_path: Path) -> None:
    """A folder without a database, and one whose tables are missing, do not pass for whole logs."""
    code, found = run("audit", "verify", "--data", tmp_path)
    assert (code, found["error"]["code"]) == (Exit.BAD_INPUT, "database_missing")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / DATABASE).touch(mode=0o600)
    code, found = run("audit", "verify", "--data", tmp_path)
    assert (code, found["error"]["code"]) == (Exit.NOT_READY, "store_not_ready")


def test_an_upgrade_a_backup_and_a_restore(tmp_path: Path, data: Path) -> None:
    """From an old folder to a new one by the three commands, and the log holds there."""
    newest = max(file.name[1:5] for file in Path(versions.__path__[0]).glob("r0*.py"))
    assert run("data", "upgrade", "--data", data) == (0, {"version": newest})
    copy = tmp_path / "copy"
    assert run("data", "backup", copy, "--data", data) == (0, {"backup": str(copy), "entries": 3})
    code, found = run("data", "backup", copy, "--data", data)
    assert (code, found["error"]["code"]) == (Exit.BAD_INPUT, "backup_not_written")
    code, found = run("data", "restore", copy, "--data", data)
    assert (code, found["error"]["code"]) == (Exit.BAD_INPUT, "backup_in_the_way")
    new = tmp_path / "new"
    code, found = run("data", "restore", copy, "--data", new)
    assert (code, found["entries"]) == (0, 3)
    assert new.stat().st_mode & 0o777 == 0o700
    assert run("audit", "verify", "--data", new)[0] == 0


def test_a_backup_with_a_broken_log_says_so(tmp_path: Path, data: Path) -> None:
    """A copy of a log that was changed is no backup to rely on."""
    tamper(sqlite_url(data / DATABASE), "DELETE FROM log WHERE number = 1")
    code, found = run("data", "backup", tmp_path / "copy", "--data", data)
    assert (code, found["error"]["code"]) == (Exit.LOG_BROKEN, "backup_log_broken")
