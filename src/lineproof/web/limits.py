"""How often somebody may ask: a bucket each that fills evenly, in this process's memory."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineproof.web.problems import too_many

if TYPE_CHECKING:
    from datetime import datetime

MOST_BUCKETS = 50_000
"""Callers that are remembered; the one that was silent longest is forgotten first."""

BURST_SECONDS = 10
"""A caller who was silent may send what these seconds allow, and at least BURST, at once."""

BURST = 20


@dataclass(slots=True)
class Buckets:
    """Counts requests of each caller."""

    _left: OrderedDict[str, tuple[float, float]] = field(
        default_factory=OrderedDict, init=False, repr=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def take(self, caller: str, *, per_minute: int, now: datetime) -> None:
        """Count one request; raises the problem ``too_many_requests`` where the bucket is empty."""
        rate = per_minute / 60
        size = max(rate * BURST_SECONDS, float(BURST))
        at = now.timestamp()
        with self._lock:
            left, last = self._left.pop(caller, (size, at))
            # A clock that was set back gives nothing away and takes nothing.
            left = min(size, left + max(at - last, 0.0) * rate)
            enough = left >= 1
            self._left[caller] = (left - 1 if enough else left, at)
            while len(self._left) > MOST_BUCKETS:
                self._left.popitem(last=False)
        if not enough:
            raise too_many(seconds=math.ceil((1 - left) / rate))
