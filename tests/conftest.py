"""Fixtures that several folders of tests share."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.adapters.sql.tables import METADATA
from tests import postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    """Give a PostgreSQL server; skip where none can be started."""
    if why := postgresql.missing():
        pytest.skip(why)
    with postgresql.started() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: postgresql.Server) -> Iterator[str]:
    """Give the name of a database with this version's tables, to be emptied for each test."""
    with postgresql_server.database() as name:
        _upgraded(postgresql_server.url(name))
        yield name


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with this version's tables, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "empty.db"
    _upgraded(sqlite_url(file))
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.URL]:
    """Give the URL of an empty database with this version's tables, on one server and the other."""
    if request.param == "sqlite":
        file = tmp_path / "lineproof.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), file)
        yield sqlite_url(file)
        return
    server: postgresql.Server = request.getfixturevalue("postgresql_server")
    name: str = request.getfixturevalue("migrated_postgresql")
    server.empty(name, [table.name for table in METADATA.sorted_tables])
    yield server.url(name)


def _upgraded(url: sa.URL) -> None:
    store = SqlStore(url)
    store.upgrade()
    store.close()
