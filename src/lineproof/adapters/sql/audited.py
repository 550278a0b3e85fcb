"""Walking the whole log, page by page, and holding it against its head."""

from __future__ import annotations

from dataclasses import dataclass, field
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

FIRST = (0, BEGINNING)
"""What every log can be held against: that it begins."""


@dataclass(frozen=True, slots=True)
class Audited:
    """A log that holds: how many entries, and the hash of the last."""

    entries: int
    head: str


def audit(store: SqlStore, *, noted: tuple[int, str] = FIRST, page: int = PAGE) -> Audited | Broken:
    """Walk the log; give its length and head, or the first place where it is broken.

    What was cut off its end is found by the head that is kept beside it. Who can write the whole
    database can write a chain of their own as well: ``noted``, a number and hash that were kept
    elsewhere, shows that (``not_as_noted``).
    """
    seen = _Seen(at=noted[0])
    with store.read() as tx:
        number, head = tx.head()
        try:
            found = verify_chain(seen.each_of(_entries(tx, page)))
        except Unreadable as unreadable:
            return Broken(unreadable.number, "changed")
    if isinstance(found, Broken):
        return found
    if found != number:
        return Broken(min(found, number) + 1, "gap" if found < number else "unlinked")
    if seen.last != head:
        return Broken(found, "changed")
    return Audited(found, head) if seen.there == noted[1] else Broken(noted[0], "not_as_noted")


@dataclass(slots=True)
class _Seen:
    """What was seen on the way: the hash at one number, and the last."""

    at: int
    there: str = field(default="")
    last: str = field(default=BEGINNING)

    def each_of(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        self.there = BEGINNING if self.at == 0 else ""
        for each in entries:
            self.last = each.hash
            if each.number == self.at:
                self.there = each.hash
            yield each


def _entries(rows: LogRows, page: int) -> Iterator[Entry]:
    """Give every entry, each read when the one before was looked at."""
    after = 0
    while found := rows.entry_rows(after=after, limit=page):
        yield from map(entry_of, found)
        after = found[-1].number
