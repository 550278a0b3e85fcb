from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.sql.sql_store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa


@pytest.fixture
def store(database_url: sa.URL) -> Iterator[SqlStore]:
    """Give an empty store, in SQLite and in PostgreSQL."""
    made = SqlStore(database_url)
    yield made
    made.close()
