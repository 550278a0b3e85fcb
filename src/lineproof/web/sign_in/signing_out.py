"""Ending sessions before their time: one by signing out, all of a person's at once.

Session tokens are sealed and stand in no table; what ended is kept until no such token can be good.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lineproof.storage import Taken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.storage import Transaction

KEPT = timedelta(hours=24)
"""As long as the longest that can be ended: an enrolment link. A session is over after 8 hours."""

ALL = "all:"
"""Before the moment up to which everything of a person's is over."""


def end_one(tx: Transaction, staff: str, session: str, *, now: datetime) -> None:
    """End one session."""
    with suppress(Taken):
        tx.spend_once(_scope(staff), session, until=now + KEPT)


def end_all(tx: Transaction, staff: str, *, now: datetime) -> None:
    """End every session of a person's, and every link that was made for them."""
    end_one(tx, staff, f"{ALL}{now.isoformat()}", now=now)


def ended(tx: Transaction, staff: str, said: Mapping[str, str]) -> bool:
    """Whether what a token says was ended: ``session`` its id, ``began`` when it was made."""
    if not {"began", "session"} <= said.keys():
        # Made by a version that did not say it.
        return True
    began = datetime.fromisoformat(said["began"])
    return any(
        began <= datetime.fromisoformat(each.removeprefix(ALL))
        if each.startswith(ALL)
        else each == said["session"]
        for each in tx.spent(_scope(staff))
    )


def _scope(staff: str) -> str:
    # The colon keeps it apart from any client's id.
    return f"staff:ended:{staff}"
