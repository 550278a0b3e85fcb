from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from tests.web.sign_in.frontage import Frontage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def frontage(tmp_path: Path) -> Iterator[Frontage]:
    """Give a service with an empty store and nothing but its doors."""
    store = SqlStore(sqlite_url(tmp_path / "lineproof.db"))
    store.upgrade()
    yield Frontage(store)
    store.close()
