"""A desk in this process's memory: documents lie there for minutes, and are never written down."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineproof.ports import Shown

LIFE = timedelta(minutes=15)
"""After this a document must be shown again."""

MOST_BYTES = 256 * 1024 * 1024
"""Of portraits on the desk; when there are more, the oldest is shown again."""


@dataclass(slots=True)
class MemoryDesk:
    """Keeps one document a case. With several processes, a case's requests must reach the same."""

    _lying: OrderedDict[str, tuple[datetime, Shown]] = field(
        default_factory=OrderedDict, init=False, repr=False
    )
    _bytes: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def put(self, case_id: str, shown: Shown, *, now: datetime) -> None:
        """Lay a document there, in the place of an earlier one of the case."""
        with self._lock:
            self._drop(case_id)
            self._lying[case_id] = (now, shown)
            self._bytes += len(shown.portrait)
            self._tidy(now)

    def look(self, case_id: str, *, now: datetime) -> Shown | None:
        """Give the document of a case, if it still lies there."""
        with self._lock:
            self._tidy(now)
            put_at, shown = self._lying.get(case_id, (now, None))
            # Where the clock was set back, an older one may lie behind one that is put later.
            return shown if now < put_at + LIFE else None

    def clear(self, case_id: str) -> None:
        """Forget a case's document."""
        with self._lock:
            self._drop(case_id)

    def _tidy(self, now: datetime) -> None:
        while self._lying:
            case_id, (put_at, _) = next(iter(self._lying.items()))
            if now < put_at + LIFE and self._bytes <= MOST_BYTES:
                return
            self._drop(case_id)

    def _drop(self, case_id: str) -> None:
        found = self._lying.pop(case_id, None)
        if found is not None:
            self._bytes -= len(found[1].portrait)
