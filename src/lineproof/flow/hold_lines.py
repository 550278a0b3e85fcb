"""What a subscriber does with lines of their own: see them, and lock one, free of charge."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lineproof.domain.audit import Actor, Deed
from lineproof.domain.case import Case, Status
from lineproof.flow.moving import SUBSCRIBER, logged
from lineproof.flow.refused import RefusalCode, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lineproof.domain.line import Line
    from lineproof.ports import Service

NO_LINE = Refused(RefusalCode.LINE_UNKNOWN, "There is no such line. Check the number.")

VERIFIED = frozenset({Status.APPROVED, Status.ORDERED, Status.UNFULFILLED, Status.ISSUED})
"""Where a case has shown who the person is."""


def lines_in_my_name(service: Service, case: Case, *, now: datetime) -> Sequence[Line] | Refused:
    """Give the lines that the person of a verified case holds, to that person."""
    if case.status not in VERIFIED or case.person is None:
        sentence = "Lines are shown after a check that was passed. Finish the case first."
        return Refused(RefusalCode.NOT_ALLOWED, sentence)
    with service.store.begin() as tx:
        logged(tx, case, "own_lines_shown", actor=SUBSCRIBER, now=now)
        return tx.lines_of(case.person)


def lock(service: Service, msisdn: str, *, actor: Actor, now: datetime) -> Line | Refused:
    """Lock a line against a new SIM and a new holder; only a verified case releases it."""
    with service.store.begin() as tx:
        line = tx.line(msisdn)
        if line is None:
            return NO_LINE
        if line.locked:
            return line
        after = tx.change_line(replace(line, locked=True))
        # Which line, for who knows its number, and nobody else.
        told = {"line": service.hasher.secret("line_in_log", msisdn)}
        tx.log(Deed(actor=actor, action="line_locked", case="", details=told), at=now)
        return after


def lock_mine(service: Service, case: Case, msisdn: str, *, now: datetime) -> Line | Refused:
    """Lock a line for the person of a verified case who holds it."""
    lines = lines_in_my_name(service, case, now=now)
    if isinstance(lines, Refused):
        return lines
    if msisdn not in {line.msisdn for line in lines}:
        return NO_LINE
    return lock(service, msisdn, actor=SUBSCRIBER, now=now)
