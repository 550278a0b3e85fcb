from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lineproof.adapters.simulated_engine import SimulatedEngine
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.adapters.unread_documents import UnreadDocuments
from lineproof.domain.finding import Unmeasured
from lineproof.ports import Service, Site
from lineproof.service_wiring import DATABASE, KEY, ServiceRefused, service_for
from lineproof.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

SITE = Site(
    engine=SimulatedEngine(sights={}, band=Unmeasured("not_asked")), reader=UnreadDocuments()
)
"""Nobody is verified here."""


def test_a_database_is_served_with_its_own_key_only(tmp_path: Path) -> None:
    """Beside another key every person would look new, so the service does not start."""
    settings = Settings(data=tmp_path)

    def serve() -> Service | ServiceRefused:
        found = service_for(settings, clock=lambda: datetime.now(UTC), site=SITE)
        if isinstance(found, Service):
            assert isinstance(found.store, SqlStore)
            found.store.close()
        return found

    assert isinstance(serve(), Service)
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in (KEY, DATABASE)} == {0o600}
    kept = (tmp_path / KEY).read_bytes()
    (tmp_path / KEY).unlink()
    refused = serve()
    assert isinstance(refused, ServiceRefused)
    assert refused.code == "key_of_another_database"
    (tmp_path / KEY).write_bytes(kept)
    assert isinstance(serve(), Service)
