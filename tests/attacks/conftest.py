from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.sql.sql_store import SqlStore
from tests.flow.stage import Stage, stage
from tests.web.house import House, house_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa


@pytest.fixture
def store(database_url: sa.URL) -> Iterator[SqlStore]:
    """Give an empty store, in SQLite and in PostgreSQL."""
    made = SqlStore(database_url)
    yield made
    made.close()


@pytest.fixture
def scene(store: SqlStore) -> Stage:
    """Give a stage on an empty store."""
    return stage(store)


@pytest.fixture
def service(database_url: sa.URL) -> Iterator[House]:
    """Give a service behind HTTP on an empty database, in SQLite and then in PostgreSQL."""
    found = house_on(database_url)
    yield found
    store = found.stage.service.store
    assert isinstance(store, SqlStore)
    store.close()
