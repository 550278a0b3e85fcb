"""Walking the whole log, page by page, and holding it against its head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.adapters.sql.log_rows import Unreadable, entry_of
from lineproof.domain.audit import BEGINNING, Broken, verify_chain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineproof.adapters.sql.log_rows import LogRows
    from lineproof.adapters.sql.sql_store import SqlStore
    from lineproof.domain.audit import Entry

PAGE = 1_000
"""Entries that are read at once, so that a log of any length fits into memory."""


def audit(store: SqlStore, *, page: int = PAGE) -> int | Broken:
    """Walk the log; give the number of entries, or the first place where it is broken.

    What was cut off its end is found by the head that is kept beside it. Who can write the whole
    database can write a chain of their own as well: only a head that was noted elsewhere shows it.
    """
    last = BEGINNING

    def noted(entries: Iterator[Entry]) -> Iterator[Entry]:
        nonlocal last
        for each in entries:
            last = each.hash
            yield each

    with store.read() as tx:
        number, head = tx.head()
        try:
            found = verify_chain(noted(_entries(tx, page)))
        except Unreadable as unreadable:
            return Broken(unreadable.number, "changed")
    if isinstance(found, Broken):
        return found
    if found != number:
        return Broken(min(found, number) + 1, "gap" if found < number else "unlinked")
    return found if last == head else Broken(found, "changed")


def _entries(rows: LogRows, page: int) -> Iterator[Entry]:
    """Give every entry, each read when the one before was looked at."""
    after = 0
    while found := rows.entry_rows(after=after, limit=page):
        yield from map(entry_of, found)
        after = found[-1].number
