"""Threads beside the routes: the clock, the outbox and the pruning. Each outlives its faults."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from lineproof.flow.erase import prune
from lineproof.flow.fresh import new_secret
from lineproof.flow.issue import deliver, tick
from lineproof.storage import StoreDown
from lineproof.web.reception import LOG, where

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lineproof.ports import Service
    from lineproof.web.tallies import Tallies

TICK_SECONDS = 1.0
"""Between two looks at what the clock moves."""

POLL_SECONDS = 1.0
"""Between two looks into the outbox, unless a request rings."""

PRUNE_SECONDS = 3600.0

AFTER_A_FAULT_SECONDS = 5.0


@dataclass(slots=True)
class Workers:
    """The threads of one process; several processes may each have theirs."""

    service: Service
    tallies: Tallies
    clock: Callable[[], datetime]
    deliverers: int
    bell: threading.Event = field(default_factory=threading.Event)
    """Rung by a request that may have put something into the outbox."""
    _over: threading.Event = field(default_factory=threading.Event, init=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False)

    def start(self) -> None:
        """Start every thread."""
        jobs: list[tuple[str, Callable[[], bool], float]] = [
            ("clock", self._tick, TICK_SECONDS),
            ("prune", self._prune, PRUNE_SECONDS),
        ]
        for number in range(self.deliverers):
            # The name marks a message as this thread's: another start of ours is somebody else.
            worker = f"{new_secret()[:12]}-{number}"
            jobs.append((f"outbox-{number}", partial(self._deliver, worker), POLL_SECONDS))
        for name, job, seconds in jobs:
            thread = threading.Thread(
                target=self._loop, args=(name, job, seconds), name=name, daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self, *, seconds: float) -> None:
        """Let each finish what it does, for so long at most; the leases end what is cut off."""
        self._over.set()
        self.bell.set()
        for thread in self._threads:
            thread.join(seconds)

    def _loop(self, name: str, job: Callable[[], bool], seconds: float) -> None:
        while not self._over.is_set():
            wait = seconds
            try:
                if job():
                    continue
            except StoreDown as down:
                LOG.warning("store_down", trouble=str(down.trouble), worker=name)
            except Exception as error:  # noqa: BLE001 - a fault in one message must not end the rest
                self.tallies.faults.labels(where=name).inc()
                LOG.error("fault", worker=name, **where(error))
                wait = AFTER_A_FAULT_SECONDS
            self._rest(name, wait)

    def _rest(self, name: str, seconds: float) -> None:
        if not name.startswith("outbox") or seconds != POLL_SECONDS:
            self._over.wait(seconds)
            return
        self.bell.wait(seconds)
        if not self._over.is_set():
            self.bell.clear()

    def _tick(self) -> bool:
        moved = tick(self.service, now=self.clock()) > 0
        if moved:
            self.bell.set()
        return moved

    def _deliver(self, worker: str) -> bool:
        return deliver(self.service, worker=worker, now=self.clock())

    def _prune(self) -> bool:
        prune(self.service, now=self.clock())
        return False
