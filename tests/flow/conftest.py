from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """Give an empty store."""
    made = SqlStore(sqlite_url(tmp_path / "lineproof.db"))
    made.upgrade()
    yield made
    made.close()
