"""What a database's errors mean to who uses the store."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import exc

from lineproof.storage import StoreDown, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_STATE = {
    "40001": Trouble.CONFLICT,
    "40P01": Trouble.CONFLICT,
    "55P03": Trouble.BUSY,
    "53300": Trouble.BUSY,
    "53100": Trouble.FULL,
    "25P03": Trouble.UNREACHABLE,
}
"""PostgreSQL's SQLSTATE; classes 08 and 57 are all Trouble.UNREACHABLE."""

OF_WORDS = {
    "database is locked": Trouble.BUSY,
    "database or disk is full": Trouble.FULL,
    "disk I/O error": Trouble.UNREACHABLE,
    "unable to open database file": Trouble.UNREACHABLE,
}
"""SQLite's sentences."""


@contextmanager
def told() -> Iterator[None]:
    """Raise StoreDown for what is no fault of ours; everything else goes on as it is."""
    try:
        yield
    except exc.TimeoutError:
        raise StoreDown(Trouble.BUSY) from None
    except exc.DBAPIError as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        raise StoreDown(trouble) from error


def trouble_of(error: exc.DBAPIError) -> Trouble | None:
    """Say what kind of trouble it is; None for a mistake in a statement or a broken constraint."""
    if error.connection_invalidated:
        return Trouble.UNREACHABLE
    given = error.orig.args[0] if error.orig is not None and error.orig.args else ""
    if isinstance(given, dict):
        state = str(given.get("C", ""))
        found = OF_STATE.get(state)
        return found or (Trouble.UNREACHABLE if state[:2] in {"08", "57"} else None)
    if isinstance(error, exc.InterfaceError):
        return Trouble.UNREACHABLE
    return next((trouble for words, trouble in OF_WORDS.items() if words in str(given)), None)
