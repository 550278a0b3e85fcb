"""Getting one SIM onto two lines, by being there at the moment in which an order is done."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lineproof.adapters.sql.rows import Rows
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.case import Kind, Status
from lineproof.flow import issue
from lineproof.flow.settle import ON_ITS_WAY
from lineproof.ports import Unavailable
from tests.flow.stage import stage
from tests.regime import OLD

if TYPE_CHECKING:
    import pytest
    import sqlalchemy as sa


def test_a_sim_is_found_while_it_goes_from_its_case_to_its_line(
    postgresql_database: sa.URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order that is done between the two statements that look for a SIM hides it from none."""
    # SQLite has one writer: nothing comes between.
    store = SqlStore(postgresql_database)
    scene = stage(store)
    scene.network.answers = [Unavailable("busy")]
    case = scene.passed(scene.open(Kind.NEW_LINE, sim=OLD))
    scene.run()
    assert scene.case(case).status is Status.ORDERED
    scene.later(timedelta(hours=1))
    look = Rows._one  # noqa: SLF001 - what comes between two statements is the question
    looked: list[object] = []

    def looks(rows: Rows, statement: sa.Select[Any]) -> sa.Row[Any] | None:
        found = look(rows, statement)
        if not looked and "iccid" in str(statement.whereclause):
            looked.append(found)
            while issue.deliver(scene.service, worker="w", now=scene.now):
                pass
        return found

    monkeypatch.setattr(Rows, "_one", looks)
    with store.begin() as tx:
        assert tx.sim_taken(OLD, msisdn="2", statuses=ON_ITS_WAY)
    assert scene.case(case).status is Status.ISSUED
    store.close()
