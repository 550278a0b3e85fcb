"""When to try again: each wait about twice the one before, so that who is down is left in peace."""

from __future__ import annotations

import hashlib
from datetime import timedelta

FIRST = timedelta(seconds=5)
"""After the first try that failed."""

LONGEST = timedelta(hours=1)
"""Between two tries at most."""

MOST_TRIES = 24
"""After so many the message is given up, to be replayed by hand: about 14 hours after the first."""


def doubled(first: timedelta, times: int, *, longest: timedelta) -> timedelta:
    """Give the wait after so many times, 1 or more: the ``first``, each further one twice as long.

    The exponent is bounded, as a wait must be a number of days that can be written.
    """
    return min(first * (1 << min(times - 1, 20)), longest)


def delay(tries: int, message_id: str) -> timedelta:
    """Give the wait after the ``tries``-th try: 5 s doubled each time to 1 h, give or take a fifth.

    What is given or taken comes from the message's id, so that messages which failed together do
    not come back together, and the same message always waits as long.
    """
    wait = doubled(FIRST, tries, longest=LONGEST)
    digest = hashlib.sha256(f"{message_id}/{tries}".encode()).digest()
    share = int.from_bytes(digest[:2], "big") / 0xFFFF
    return wait * (0.8 + 0.4 * share)
