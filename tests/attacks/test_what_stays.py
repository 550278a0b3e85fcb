"""What a thief of the database, or a regulator, finds of somebody who left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.case import Kind
from lineproof.flow import agree
from tests.flow.stage import SYSTEM, UNSURE
from tests.regime import OLD

if TYPE_CHECKING:
    from tests.flow.stage import Stage


def test_who_withdrew_stays_under_no_hash_and_no_address(scene: Stage) -> None:
    """Of a case that was left its number and its time stay, and not whose it would have been."""
    case = scene.seeing(UNSURE).passed(scene.open(Kind.NEW_LINE, sim=OLD))
    assert case.person is not None
    person = case.person
    agree.withdraw(scene.service, case.id, actor=SYSTEM, now=scene.now)
    store = scene.service.store
    assert isinstance(store, SqlStore)
    tables = sa.MetaData()
    tables.reflect(store.engine)
    with store.engine.connect() as connection:
        kept = {
            name: str(connection.execute(sa.select(table)).all())
            for name, table in tables.tables.items()
        }
    # Attempts are counted by person for their own time, so that nobody gets more by leaving.
    assert {name for name, rows in kept.items() if person in rows} == {"attempts"}
    assert [name for name, rows in kept.items() if "holder@example.org" in rows] == []
