from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.sql.sql_store import SqlStore
from tests.flow.stage import Stage, stage
from tests.web.house import House, house

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa


@pytest.fixture
def store(sqlite_database: sa.URL) -> Iterator[SqlStore]:
    """Give an empty store: whoever attacks does not choose the database."""
    made = SqlStore(sqlite_database)
    yield made
    made.close()


@pytest.fixture
def scene(store: SqlStore) -> Stage:
    """Give a stage on an empty store."""
    return stage(store)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[House]:
    """Give a service behind HTTP, on a database of its own."""
    found = house(tmp_path)
    yield found
    store = found.stage.service.store
    assert isinstance(store, SqlStore)
    store.close()
