"""Deleting what has outlived its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.audit import Deed
from lineproof.domain.profile import Record
from lineproof.flow.moving import CLOCK

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.ports import Service


def prune(service: Service, *, now: datetime) -> int:
    """Delete cases, attempts and held pictures whose retention is over; give how many rows."""
    times = service.profile.retention
    with service.store.begin() as tx:
        gone = tx.prune(
            cases_before=now - times[Record.CASE],
            attempts_before=now - times[Record.ATTEMPT],
            now=now,
        )
        if gone:
            deed = Deed(actor=CLOCK, action="pruned", case="", details={"rows": str(gone)})
            tx.log(deed, at=now)
    return gone
