"""How much is done at once: as many verifications as there are cores, a short queue, no more."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineproof.web.problems import busy

if TYPE_CHECKING:
    from collections.abc import Iterator

WAITING = 3
"""Requests that may wait for each one that runs; so 4 x cores are in flight at most."""

UPLOADS = 16
"""Uploads in memory for each core, arriving or waiting."""

MINE = 2
"""Of them from one caller: what is sent again while the first is still on its way."""


@dataclass(slots=True)
class Gate:
    """Lets ``cores`` verifications run and three times as many wait; sheds the rest."""

    cores: int
    _inside: int = field(default=0, init=False)
    _arriving: list[str] = field(default_factory=list, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _running: threading.Semaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Open as many places as there are cores."""
        self._running = threading.Semaphore(self.cores)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for a core. Raises the problem ``busy`` at once where too many wait already."""
        with self._lock:
            if self._inside >= self.cores * (1 + WAITING):
                raise busy(seconds=2)
            self._inside += 1
        try:
            with self._running:
                yield
        finally:
            with self._lock:
                self._inside -= 1

    @contextmanager
    def upload(self, caller: str) -> Iterator[None]:
        """Let an upload arrive, unless memory is promised to as many as it can hold.

        Of one caller only MINE at once, so that nobody's slow uploads take every place.
        """
        with self._lock:
            full = len(self._arriving) >= self.cores * UPLOADS
            full |= self._arriving.count(caller) >= MINE
            if full or self._inside >= self.cores * (1 + WAITING):
                raise busy(seconds=2)
            self._arriving.append(caller)
        try:
            yield
        finally:
            with self._lock:
                self._arriving.remove(caller)

    @property
    def inside(self) -> int:
        """How many run or wait."""
        return self._inside
