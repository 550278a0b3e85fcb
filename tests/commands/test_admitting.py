"""`lineproof staff`: the second admin comes from whoever runs the machine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from lineproof.adapters.key_file import load_or_make
from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.cli import app
from lineproof.commands.answers import Exit
from lineproof.domain.staff import Role, Staff
from lineproof.service_wiring import DATABASE, KEY
from lineproof.storage_records import Passkey

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def second_admin(data: Path, name: str) -> Result:
    """Run the command."""
    words = ["staff", "second-admin", name, "--data", str(data), "--origin", "https://l.example"]
    return CliRunner().invoke(app, words)


def test_the_machine_admits_a_second_admin_and_the_log_says_so(tmp_path: Path) -> None:
    """Not before the first one can sign in; then once, with a link, under a new name."""
    assert second_admin(tmp_path, "second").exit_code == Exit.BAD_INPUT
    load_or_make(tmp_path / KEY)
    store = SqlStore(sqlite_url(tmp_path / DATABASE))
    store.upgrade()
    assert second_admin(tmp_path, "second").exit_code == Exit.BAD_INPUT
    with store.begin() as tx:
        tx.put_staff(Staff(id="first", role=Role.ADMIN, shop="", active=True))
        tx.put_passkey(Passkey(credential_id=b"1", staff="first", public_key=b"k", sign_count=0))
    assert second_admin(tmp_path, "a name").exit_code == Exit.BAD_INPUT
    done = second_admin(tmp_path, "second")
    assert done.exit_code == 0, done.output
    assert "https://l.example/staff/enrol#" in done.output
    with store.read() as tx:
        (entry,) = tx.entries(after=0, limit=9)
        member = tx.staff("second")
    store.close()
    assert (str(entry.deed.actor), entry.deed.action) == (
        "staff:command-line",
        "second_admin_admitted",
    )
    assert entry.at <= datetime.now(UTC)
    assert member is not None
    assert member.role is Role.ADMIN
