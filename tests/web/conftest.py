from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.sql.sql_store import SqlStore
from tests.web.house import House, house_on

if TYPE_CHECKING:
    import sqlalchemy as sa


@pytest.fixture
def service(database_url: sa.URL) -> Iterator[House]:
    """Give a service behind HTTP on an empty database, in SQLite and then in PostgreSQL."""
    found = house_on(database_url)
    yield found
    store = found.stage.service.store
    assert isinstance(store, SqlStore)
    store.close()
