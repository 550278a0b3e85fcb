"""A database that is locked, full, lost or not there: a word for it, and nothing half-done."""

from __future__ import annotations

import threading
import traceback
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy import exc, text

from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.storage import StoreDown, Trouble
from lineproof.storage_records import HeldItem
from tests.adapters.sql.makers import HOUR, NOW, a_case, a_challenge, a_line, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.postgresql import Server

SHORT = 0.05
"""Seconds that these tests let the store wait for what will not come."""


@pytest.fixture
def impatient(database_url: sa.URL) -> Iterator[SqlStore]:
    """Give a store that waits for nothing long."""
    made = SqlStore(database_url, connections=2, wait=SHORT)
    yield made
    made.close()


def test_who_waits_too_long_is_told(impatient: SqlStore) -> None:
    """A row, or all of SQLite, that others hold: busy, and the next one goes through."""
    with impatient.begin() as tx:
        tx.add_case(a_case())
    with impatient.begin() as tx:
        tx.case("case_1")
        with pytest.raises(StoreDown) as down, impatient.begin() as other:
            other.case("case_1")
    assert down.value.trouble is Trouble.BUSY
    with impatient.begin() as tx:
        assert tx.case("case_1") is not None


def test_no_connection_is_left(impatient: SqlStore) -> None:
    """Who finds every connection in use waits, and is told; readiness says so too."""
    with (
        impatient.read(),
        impatient.read(),
        pytest.raises(StoreDown) as down,
        impatient.read(),
    ):
        pass
    assert down.value.trouble is Trouble.BUSY
    with impatient.read(), impatient.read():
        assert not impatient.ready()
    assert impatient.ready()


def test_a_fault_of_ours_is_not_the_stores(store: SqlStore) -> None:
    """A row of a case that is not there breaks a rule, and is no trouble of the database's."""
    with pytest.raises(exc.DBAPIError) as broken, store.begin() as tx:
        tx.add_challenge(a_challenge())
    assert "FOREIGN KEY" in str(broken.value).upper()
    with pytest.raises(exc.DBAPIError), store.begin() as tx:
        tx._connection.execute(text("SELECT no_such_column"))  # noqa: SLF001 - a fault of ours


def test_a_fault_tells_nothing_of_a_person(store: SqlStore) -> None:
    """Neither a statement's values nor a row that breaks a rule stand in an error's sentence."""
    line = a_line("8613812345678", holder="")
    with pytest.raises(exc.DBAPIError) as broken, store.begin() as tx:
        tx.add_line(line)
    told = "".join(traceback.format_exception(broken.value))
    assert "ck_lines_holder" in told
    assert line.msisdn not in told
    assert line.sim.iccid not in told


def test_a_disk_that_is_full(sqlite_database: sa.URL) -> None:
    """All of the transaction is undone, and what was kept before can still be read."""
    store = SqlStore(sqlite_database, connections=1)
    with store.begin() as tx:
        tx.add_case(a_case())
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    large = HeldItem(case="case_1", name="live", envelope=b"x" * 99_999, until=NOW + HOUR)

    def fill() -> None:
        with store.begin() as tx:
            tx.add_line(a_line())
            tx.hold(large)

    assert _trouble(fill) is Trouble.FULL
    with store.read() as tx:
        assert tx.line(a_line().msisdn) is None
        assert tx.case("case_1") == a_case()
    store.close()


@pytest.mark.parametrize("make", ["folder", "garbage"])
def test_a_file_that_is_no_database(tmp_path: Path, make: str) -> None:
    """A path that leads nowhere is unreachable; a file of something else is a fault to look at."""
    file = tmp_path / "nowhere" / "x.db" if make == "folder" else tmp_path / "x.db"
    if make == "garbage":
        file.write_bytes(b"something else entirely" * 99)
    store = SqlStore(sqlite_url(file), wait=SHORT)
    if make == "folder":
        assert not store.ready()
        with pytest.raises(StoreDown) as down, store.begin():
            pass
        assert down.value.trouble is Trouble.UNREACHABLE
    else:
        with pytest.raises(Exception, match="not a database"), store.begin():
            pass


def test_a_server_that_is_not_there(postgresql_server: Server) -> None:
    """Nobody answers on that port: unreachable, and not ready."""
    store = SqlStore(postgresql_server.url("postgres").set(port=1), wait=SHORT)
    assert not store.ready()
    with pytest.raises(StoreDown) as down, store.begin():
        pass
    assert down.value.trouble is Trouble.UNREACHABLE


def test_a_server_that_goes_away_and_comes_back(
    postgresql_server: Server, migrated_postgresql: str, postgresql_database: sa.URL
) -> None:
    """A connection cut in the middle undoes its transaction; the next one finds the server."""
    store = SqlStore(postgresql_database)

    def interrupted() -> None:
        with store.begin() as tx:
            tx.add_case(a_case())
            postgresql_server.cut(migrated_postgresql)
            tx.add_line(a_line())

    assert _trouble(interrupted) is Trouble.UNREACHABLE
    with store.begin() as tx:
        assert tx.case("case_1") is None
        tx.add_case(a_case())
    # Idle connections that were cut are found out before they are used.
    postgresql_server.cut(migrated_postgresql)
    with store.read() as tx:
        assert tx.case("case_1") is not None
    store.close()


def test_two_that_wait_for_each_other(postgresql_database: sa.URL) -> None:
    """One of them is undone and told of a conflict; SQLite's one writer waits for nobody."""
    store = SqlStore(postgresql_database)
    with store.begin() as tx:
        tx.add_case(a_case("case_1"))
        tx.add_case(a_case("case_2"))
    both = threading.Barrier(2)

    def work(first: str, second: str) -> Callable[[], str]:
        def lock_both() -> str:
            with store.begin() as tx:
                tx.case(first)
                both.wait()
                tx.case(second)
                return "done"

        return lock_both

    found = together([work("case_1", "case_2"), work("case_2", "case_1")])
    assert sorted(map(str, found)) == ["done", "store_conflict"]
    store.close()


def _trouble(work: Callable[[], None]) -> Trouble | None:
    try:
        work()
    except StoreDown as down:
        return down.trouble
    return None
