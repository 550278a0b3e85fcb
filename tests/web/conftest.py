from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lineproof.adapters.sql.sql_store import SqlStore
from tests.web.house import House, house


@pytest.fixture
def service(tmp_path: Path) -> Iterator[House]:
    """Give a service behind HTTP, on a database of its own."""
    found = house(tmp_path)
    yield found
    store = found.stage.service.store
    assert isinstance(store, SqlStore)
    store.close()
