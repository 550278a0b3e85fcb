"""Fixtures that several folders of tests share."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.adapters.sql.sql_tables import METADATA
from tests import postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with format, lint, types and floors: types take long, and others run beside them."""
    items.sort(key=lambda item: item.get_closest_marker("house") is None)


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


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, tmp_path: Path) -> sa.URL:
    """Give the URL of an empty SQLite database with this version's tables."""
    file = tmp_path / "lineproof.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    return sqlite_url(file)


@pytest.fixture
def postgresql_database(postgresql_server: postgresql.Server, migrated_postgresql: str) -> sa.URL:
    """Give the URL of an empty PostgreSQL database with this version's tables."""
    postgresql_server.empty(migrated_postgresql, [table.name for table in METADATA.sorted_tables])
    return postgresql_server.url(migrated_postgresql)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> sa.URL:
    """Give the URL of an empty database, of one kind and then of the other."""
    url: sa.URL = request.getfixturevalue(f"{request.param}_database")
    return url


def _upgraded(url: sa.URL) -> None:
    store = SqlStore(url)
    store.upgrade()
    store.close()
