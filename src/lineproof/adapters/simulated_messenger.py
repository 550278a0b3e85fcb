"""A simulated messenger: notices go into an inbox of our own, in memory or in one file."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineproof.adapters.notice_text import text_of
from lineproof.ports import Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.domain.notice import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedLetter:
    """A notice that nobody received, because it was only simulated."""

    notice: str
    kind: str
    address: str = field(repr=False)
    text: str = field(repr=False)
    secret: str | None = field(repr=False)


class SimulatedMessenger:
    """Keeps what it should send, each notice once, so that a demonstration can read it.

    ``path`` None keeps it in memory; a file (0600) is shared by processes and survives them. The
    secrets in it let its reader answer for a line's holder: for demonstrations only.
    """

    def __init__(self, *, answers_at: str, path: Path | None = None) -> None:
        self._answers_at = answers_at
        self._lock = threading.Lock()
        self._fail = 0
        if path is not None:
            path.touch(mode=0o600)
        self._database = sqlite3.connect(
            path if path is not None else ":memory:",
            check_same_thread=False,
            isolation_level=None,
            timeout=10,
        )
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS simulated_inbox (number INTEGER PRIMARY KEY,"
            " notice TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, address TEXT NOT NULL,"
            " text TEXT NOT NULL, secret TEXT)"
        )

    def deliver(self, notice: Notice, *, secret: str | None) -> None:
        """Put it into the inbox; one that is there stays as it is.

        Raises Unavailable where a test says so, or the file is busy, full or gone.
        """
        if self._fail:
            self._fail -= 1
            raise Unavailable("simulated")
        text = text_of(notice.kind, secret=secret, answers_at=self._answers_at)
        row = (notice.id, str(notice.kind), notice.address, text, secret)
        try:
            with self._lock:
                self._database.execute(
                    "INSERT OR IGNORE INTO simulated_inbox (notice, kind, address, text, secret)"
                    " VALUES (?, ?, ?, ?, ?)",
                    row,
                )
        except sqlite3.Error as broken:
            raise Unavailable("messenger_error") from broken

    def fail_next(self, times: int = 1) -> None:
        """Let the next deliveries fail."""
        self._fail += times

    def inbox(self) -> tuple[SimulatedLetter, ...]:
        """Give what was delivered, in order."""
        with closing(
            self._database.execute(
                "SELECT notice, kind, address, text, secret FROM simulated_inbox ORDER BY number"
            )
        ) as rows:
            return tuple(
                SimulatedLetter(notice=notice, kind=kind, address=address, text=text, secret=secret)
                for notice, kind, address, text, secret in rows
            )

    def close(self) -> None:
        """Let go of the file; what is in memory only is gone."""
        self._database.close()
