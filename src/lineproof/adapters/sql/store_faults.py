"""What a database's errors mean to who uses the store."""

from __future__ import annotations

import sqlite3
import ssl
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
    except ssl.SSLError as error:
        # The server's certificate is not trusted, or of another host: it is not our database.
        raise StoreDown(Trouble.UNREACHABLE) from error
    except exc.TimeoutError:
        raise StoreDown(Trouble.BUSY) from None
    except (exc.DBAPIError, sqlite3.OperationalError) as error:
        trouble = trouble_of(error)
        if trouble is None:
            _say_no_values(error)
            raise
        raise StoreDown(trouble) from error


def trouble_of(error: exc.DBAPIError | sqlite3.OperationalError) -> Trouble | None:
    """Say what kind of trouble it is; None for a mistake in a statement or a broken constraint."""
    if isinstance(error, exc.DBAPIError):
        if error.connection_invalidated or isinstance(error, exc.InterfaceError):
            return Trouble.UNREACHABLE
        given = error.orig.args[0] if error.orig is not None and error.orig.args else ""
    else:
        # SQLite says it while a connection is made ready, before SQLAlchemy has it.
        given = error.args[0]
    if isinstance(given, dict):
        return _of_state(str(given.get("C", "")))
    return next((trouble for words, trouble in OF_WORDS.items() if words in str(given)), None)


def _of_state(state: str) -> Trouble | None:
    found = OF_STATE.get(state)
    return found or (Trouble.UNREACHABLE if state[:2] in {"08", "57"} else None)


def _say_no_values(error: exc.DBAPIError | sqlite3.OperationalError) -> None:
    """Take the row out of PostgreSQL's sentence (its field D): it may be of a person."""
    if not isinstance(error, exc.DBAPIError) or error.orig is None or not error.orig.args:
        return
    given = error.orig.args[0]
    if isinstance(given, dict) and given.pop("D", None) is not None:
        error.args = (f"({type(error.orig).__name__}) {given}",)
