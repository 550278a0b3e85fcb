from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.case import Case, Kind, Status
from lineproof.domain.line import Line
from lineproof.flow.dispute import DISPUTED, dispute, disputed_lines
from lineproof.flow.hold_lines import lines_in_my_name
from lineproof.flow.moving import line_in_log
from lineproof.flow.refused import RefusalCode, Refused
from lineproof.storage_records import Client, Endpoint
from tests.flow.stage import stage
from tests.regime import NEW

if TYPE_CHECKING:
    from lineproof.adapters.sql.sql_store import SqlStore
    from tests.flow.stage import Stage

ELSEWHERE = Endpoint(
    id="hook_1", client="op", url="https://hooks.example/", sealed_secrets=(b"sealed",), active=True
)


@pytest.fixture
def scene(store: SqlStore) -> Stage:
    """Give a stage whose operator's system hears of events."""
    found = stage(store)
    with store.begin() as tx:
        tx.put_client(Client(id="op", keys="{}", active=True))
        tx.put_endpoint(ELSEWHERE)
    return found


def verified(there: Stage) -> tuple[Case, str]:
    """Verify a person in whose name a line stands; give the case, and the line's name in it."""
    there.line_of("P1", "15550001")
    case = there.case(there.passed(there.open(Kind.RECHECK, "15550001"), "P1"))
    lines = lines_in_my_name(there.service, case, now=there.now)
    assert not isinstance(lines, Refused), lines
    return case, lines[0].reference


def test_a_line_that_is_not_mine_is_locked_and_its_operator_told(scene: Stage) -> None:
    """The line is locked, the log names it by a keyed hash, the operator gets one event."""
    case, reference = verified(scene)
    scene.run()
    scene.bells.rung.clear()
    for _ in range(2):
        found = dispute(scene.service, case, reference, now=scene.now)
        assert isinstance(found, Line)
        assert found.locked
    line = scene.line()
    assert line.locked
    assert line.holder == case.person
    scene.run()
    assert [body["type"] for _, body in scene.bells.rung] == ["line.disputed"]
    assert "15550001" not in str(scene.bells.rung)
    with scene.service.store.read() as tx:
        said = [each.deed for each in tx.entries_of(case.id) if each.deed.action == DISPUTED]
        assert len(tx.cases(operator="op", statuses=frozenset(), after="", limit=9)) == 2
    assert [deed.details["line"] for deed in said] == [
        line_in_log(scene.service.hasher, line.msisdn)
    ]
    assert "15550001" not in str(said)


def test_the_operator_asks_which_line_and_nobody_else_learns_it(scene: Stage) -> None:
    """Who serves the line is told which it is, once it is disputed, and the look is on record."""
    case, reference = verified(scene)
    assert not disputed_lines(scene.service, case.id, "op", now=scene.now)
    dispute(scene.service, case, reference, now=scene.now)
    assert not disputed_lines(scene.service, case.id, "other", now=scene.now)
    found = disputed_lines(scene.service, case.id, "op", now=scene.now)
    assert [line.msisdn for line in found] == ["15550001"]
    with scene.service.store.read() as tx:
        last = tx.entries_of(case.id)[-1].deed
    assert (last.action, str(last.actor)) == ("viewed", "system:op")


def test_only_a_verified_person_disputes_and_only_their_own(scene: Stage) -> None:
    """Before a check was passed, and for a name that was never shown, nothing is locked."""
    _, reference = verified(scene)
    other = scene.passed(scene.open(Kind.NEW_LINE, "15550002", sim=NEW), "P2")
    unknown = dispute(scene.service, scene.case(other), reference, now=scene.now)
    assert isinstance(unknown, Refused)
    assert unknown.code is RefusalCode.LINE_UNKNOWN
    scene.later(timedelta(days=1))
    opened = scene.open(Kind.RECHECK, "15550001")
    assert opened.status is Status.OPENED
    early = dispute(scene.service, opened, reference, now=scene.now)
    assert isinstance(early, Refused)
    assert early.code is RefusalCode.NOT_ALLOWED
    assert not scene.line().locked
