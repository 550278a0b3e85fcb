"""What `lineproof serve` says at its start."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from lineproof.adapters.sql.engines import sqlite_url
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.commands.serving import _welcome
from lineproof.settings import Settings
from tests.web.sign_in.frontage import Frontage

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_start_says_what_counters_still_need(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a system in whose name they open cases, the first start names both steps."""
    store = SqlStore(sqlite_url(tmp_path / "lineproof.db"))
    store.upgrade()
    app = SimpleNamespace(state=SimpleNamespace(context=SimpleNamespace(door=Frontage(store).door)))
    said = []
    for client in ("", "op"):
        _welcome(Settings(data=tmp_path, counter_client=client), "default", app)
        said.append("LINEPROOF_COUNTER_CLIENT" in capsys.readouterr().out)
    store.close()
    assert said == [True, False]
