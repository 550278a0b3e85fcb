"""The tables and their revisions: they agree, and hold nothing that was promised not to be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.schema_version import configured, newest
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.adapters.sql.sql_tables import CASES, METADATA, VERDICTS
from lineproof.domain.review import Verdict, VerdictKind, VerdictReason
from tests.adapters.sql.makers import NOW, a_case, a_deed, together

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgresql import Server

BYTES = {
    ("held", "envelope"),
    ("endpoints", "sealed_first"),
    ("endpoints", "sealed_second"),
    ("passkeys", "credential_id"),
    ("passkeys", "public_key"),
}
"""Every column of bytes there is: what the Sealer closed, and a passkey's public parts."""

NEVER = ("image", "picture", "photo", "frame", "embed", "template", "vector", "score", "distance")
NEVER_OF_A_DOCUMENT = ("document_number", "number_of", "passport", "surname", "given_name", "birth")


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.URL]:
    """Give a database without any table."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "bare.db")
        return
    server: Server = request.getfixturevalue("postgresql_server")
    with server.database() as name:
        yield server.url(name)


def test_revisions_make_the_tables_of_the_code(bare: sa.URL) -> None:
    """Tables, columns, types, indexes, keys and checks are the same, made one way or the other."""
    store = SqlStore(bare)
    store.upgrade()
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        made = _checks(sa.inspect(connection))
        METADATA.drop_all(connection)
        METADATA.create_all(connection)
        # If this fails, a word was added to an enumeration: write a revision that allows it.
        assert made == _checks(sa.inspect(connection))
    store.close()


def test_upgrading_again_or_at_once_changes_nothing(bare: sa.URL) -> None:
    """Several processes may start together; one makes the tables and what is kept stays."""
    stores = [SqlStore(bare) for _ in range(3)]
    assert [store.ready() for store in stores] == [False] * 3
    assert together([store.upgrade for store in stores]) == [None] * 3
    with stores[0].begin() as tx:
        tx.log(a_deed(), at=NOW)
    stores[1].upgrade()
    with stores[2].read() as tx:
        assert tx.head()[0] == 1
    assert all(store.ready() for store in stores)
    for store in stores:
        store.close()


def test_a_verdict_of_before_stays_when_a_reason_comes_to_it(bare: sa.URL) -> None:
    """Each is the same, in its order and of its case, and what was forbidden besides still is."""
    store = SqlStore(bare)
    _bring(store, "0007")
    reasons = [each for each in VerdictReason if each is not VerdictReason.NOT_A_LIVING_PERSON]
    old = [
        Verdict(
            case=case,
            decision="dec_1",
            staff="s-9",
            kind=VerdictKind.REFUSE,
            reason=reason,
            at=NOW,
        )
        for case in ("case_1", "case_2")
        for reason in reasons
    ]
    new = replace(old[0], reason=VerdictReason.NOT_A_LIVING_PERSON)
    with store.begin() as tx:
        tx.add_case(a_case())
        tx.add_case(a_case("case_2"))
        for verdict in old:
            tx.add_verdict(verdict)
    with pytest.raises(sa.exc.DBAPIError), store.begin() as tx:
        tx.add_verdict(new)

    store.upgrade()
    assert store.ready()
    with store.begin() as tx:
        tx.add_verdict(new)
    with store.read() as tx:
        assert tx.verdicts("case_1") == [*old[: len(reasons)], new]
        assert tx.verdicts("case_2") == old[len(reasons) :]
    for column in ("kind", "reason"):
        change = sa.update(VERDICTS).values({column: "anything"})
        with pytest.raises(sa.exc.DBAPIError), store.engine.begin() as connection:
            connection.execute(change)
    with store.engine.begin() as connection:
        connection.execute(sa.delete(CASES).where(CASES.c.id == "case_1"))
    with store.read() as tx:
        assert tx.verdicts("case_1") == []
        assert len(tx.verdicts("case_2")) == len(reasons)
    store.close()


def test_tables_of_another_version_are_not_ready(bare: sa.URL) -> None:
    """A program that meets newer tables says so, and does not write into them."""
    store = SqlStore(bare)
    store.upgrade()
    assert store.ready()
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert not store.ready()
    store.close()


def test_there_is_one_newest_revision() -> None:
    """Two people who each write a revision notice it here."""
    assert ScriptDirectory.from_config(configured()).get_heads() == [newest()]


def test_no_column_can_hold_a_face_or_a_document() -> None:
    """The only bytes are sealed or public, no column is a number with a fraction, none is named."""
    columns = [(table.name, column) for table in METADATA.tables.values() for column in table.c]
    kinds = {(table, column.name): column.type for table, column in columns}
    assert {name for name, kind in kinds.items() if isinstance(kind, sa.LargeBinary)} == BYTES
    fractions = [name for name, kind in kinds.items() if isinstance(kind, sa.Numeric | sa.Float)]
    assert fractions == []
    words = NEVER + NEVER_OF_A_DOCUMENT
    assert [name for name in kinds if any(word in name[1] for word in words)] == []


def test_sqlite_keeps_its_promises(sqlite_database: sa.URL) -> None:
    """Every connection of the pool overwrites what it deletes and waits for the disk."""
    store = SqlStore(sqlite_database)
    expected: dict[str, Any] = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 10_000,
    }
    connections = [store.engine.connect() for _ in range(3)]
    for connection in connections:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
        assert found == expected
        connection.close()
    store.close()


def _bring(store: SqlStore, revision: str) -> None:
    """Bring the tables to an older version."""
    config = configured()
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _checks(inspector: sa.Inspector) -> dict[str, dict[str | None, str]]:
    return {
        table: {check["name"]: check["sqltext"] for check in inspector.get_check_constraints(table)}
        for table in METADATA.tables
    }
