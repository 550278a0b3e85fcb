"""The log as it is stored: whoever changes it behind the program's back is found out."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from lineproof.adapters.sql.audited import Audited, audit
from lineproof.domain.audit import BEGINNING, Actor, ActorKind, Broken, Deed, entry
from tests.adapters.sql.makers import NOW, a_deed

if TYPE_CHECKING:
    from lineproof.adapters.sql.sql_store import SqlStore

FIVE = 5


def written(store: SqlStore) -> None:
    """Write five entries, one a transaction."""
    for n in range(FIVE):
        with store.begin() as tx:
            tx.log(a_deed(f"deed-{n}", case=f"case_{n % 2}"), at=NOW + timedelta(seconds=n))


def tamper(store: SqlStore, *statements: str) -> None:
    """Do what somebody with the database's password can do."""
    with store.engine.execution_options(lineproof="writes").begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_an_empty_log_holds(store: SqlStore) -> None:
    """Nothing was done, and nothing is missing."""
    assert audit(store, page=2) == Audited(0, BEGINNING)


def test_entries_come_back_as_they_were_hashed(store: SqlStore) -> None:
    """Whatever the zone of the time and the letters of the details, the hash is the same."""
    deed = Deed(
        actor=Actor(ActorKind.SYSTEM, "op:1"),
        action="x",
        case="",
        details={"b": 'ü "quoted" \\ \n', "a": "\u2028 \x00", "": ""},
    )
    there = NOW.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
    with store.begin() as tx:
        tx.log(deed, at=there)
    with store.read() as tx:
        assert tx.entries(after=0, limit=9) == [entry(deed, number=1, at=NOW, previous=BEGINNING)]


def test_a_cases_entries_are_given(store: SqlStore) -> None:
    """The entries of one case, in order, and of no other."""
    written(store)
    with store.read() as tx:
        assert [each.number for each in tx.entries_of("case_0")] == [1, 3, 5]
        assert [each.number for each in tx.entries(after=3, limit=9)] == [4, 5]


@pytest.mark.parametrize("page", [1, 2, 5, 100])
def test_a_whole_log_holds(store: SqlStore, page: int) -> None:
    """However it is paged through, every entry is walked."""
    written(store)
    found = audit(store, page=page)
    assert isinstance(found, Audited)
    assert found.entries == FIVE


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ('UPDATE log SET details = \'{"why": "other"}\' WHERE number = 3', Broken(3, "changed")),
        ("UPDATE log SET actor_id = 's-8' WHERE number = 2", Broken(2, "changed")),
        ("UPDATE log SET actor_kind = 'nobody' WHERE number = 2", Broken(2, "changed")),
        ("UPDATE log SET at = '2026-11-25T12:30:00+00:00' WHERE number = 1", Broken(1, "changed")),
        ("UPDATE log SET at = 'yesterday' WHERE number = 4", Broken(4, "changed")),
        ("UPDATE log SET details = 'no json' WHERE number = 4", Broken(4, "changed")),
        ("UPDATE log SET details = '[1]' WHERE number = 4", Broken(4, "changed")),
        ("UPDATE log SET details = '{\"why\": 7}' WHERE number = 4", Broken(4, "changed")),
        ("UPDATE log SET case_id = 'case_9' WHERE number = 5", Broken(5, "changed")),
        ("UPDATE log SET hash = 'x' WHERE number = 2", Broken(2, "changed")),
        ("UPDATE log SET previous = 'x' WHERE number = 4", Broken(4, "unlinked")),
        ("DELETE FROM log WHERE number = 3", Broken(3, "gap")),
        ("DELETE FROM log WHERE number = 1", Broken(1, "gap")),
        ("DELETE FROM log WHERE number = 5", Broken(5, "gap")),
        ("DELETE FROM log", Broken(1, "gap")),
        ("UPDATE log SET number = 9 WHERE number = 5", Broken(5, "gap")),
        ("UPDATE log_head SET hash = 'x'", Broken(5, "changed")),
        ("UPDATE log_head SET number = 4", Broken(5, "unlinked")),
    ],
)
def test_tampering_is_named(store: SqlStore, statement: str, broken: Broken) -> None:
    """Whatever was changed, taken out or cut off, the first place is named."""
    written(store)
    tamper(store, statement)
    assert audit(store, page=2) == broken


def test_the_first_of_several_is_named(store: SqlStore) -> None:
    """An entry that cannot even be read does not hide an earlier one that was changed."""
    written(store)
    tamper(
        store,
        "UPDATE log SET details = 'no json' WHERE number = 4",
        "UPDATE log SET action = 'other' WHERE number = 2",
    )
    assert audit(store, page=100) == Broken(2, "changed")


def test_a_log_that_is_written_anew_differs_from_what_was_noted(store: SqlStore) -> None:
    """Whoever writes a chain of their own, head and all, is found by a hash kept elsewhere."""
    written(store)
    before = audit(store)
    assert isinstance(before, Audited)
    noted = (before.entries, before.head)
    beginning = f"UPDATE log_head SET number = 0, hash = '{BEGINNING}'"  # noqa: S608 - our own
    tamper(store, "DELETE FROM log", beginning)
    for n in range(FIVE + 1):
        with store.begin() as tx:
            tx.log(a_deed(f"other-{n}"), at=NOW)
    assert isinstance(audit(store), Audited)
    assert audit(store, noted=noted) == Broken(FIVE, "not_as_noted")


def test_a_log_that_went_on_still_has_what_was_noted(store: SqlStore) -> None:
    """What was noted is somewhere in a longer log, and not in a shorter one."""
    written(store)
    before = audit(store)
    assert isinstance(before, Audited)
    written(store)
    assert isinstance(audit(store, noted=(before.entries, before.head)), Audited)
    assert audit(store, noted=(99, before.head)) == Broken(99, "not_as_noted")
