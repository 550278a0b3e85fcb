"""A store on one database and on the other."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.sql.engines import CONNECTIONS
from lineproof.adapters.sql.sql_store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa


@pytest.fixture
def store(database_url: sa.URL) -> Iterator[SqlStore]:
    """Give an empty store."""
    made = SqlStore(database_url)
    yield made
    made.close()


@pytest.fixture
def busy_store(store: SqlStore) -> SqlStore:
    """Give an empty store whose connections are all open: who starts together is together."""
    with ExitStack() as every:
        for _ in range(CONNECTIONS):
            every.enter_context(store.read())
    return store
