"""The person in whose name a line stands says that it is not theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lineproof.domain.audit import Actor, ActorKind
from lineproof.flow.hold_lines import NO_LINE, referred_to
from lineproof.flow.moving import SUBSCRIBER, line_in_log, logged, tell
from lineproof.flow.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from lineproof.domain.audit import Entry
    from lineproof.domain.case import Case
    from lineproof.domain.line import Line
    from lineproof.ports import Service

DISPUTED = "line_disputed"


def dispute(service: Service, case: Case, reference: str, *, now: datetime) -> Line | Refused:
    """Lock a line of a verified person's that is not theirs, and tell its operator; once.

    It opens nothing and takes nothing away: who holds the line is for the operator to find out.
    """
    msisdn = referred_to(service, case, reference, now=now)
    if isinstance(msisdn, Refused):
        return msisdn
    with service.store.begin() as tx:
        line = tx.line(msisdn)
        if line is None or line.holder != case.person:
            # It has gone to somebody else since the list was shown.
            return NO_LINE
        mark = line_in_log(service.hasher, line.msisdn)
        if mark in marks_of(tx.entries_of(case.id)):
            return line
        after = line if line.locked else tx.change_line(replace(line, locked=True))
        logged(tx, case, DISPUTED, actor=SUBSCRIBER, now=now, details={"line": mark})
        # Which line, the line's operator asks for.
        tell(tx, case, "line.disputed", operator=line.operator, now=now)
        return after


def disputed_lines(
    service: Service, case_id: str, operator: str, *, now: datetime
) -> Sequence[Line]:
    """Give an operator's lines of which the person of a case said so; the look is on record."""
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None or case.person is None:
            return ()
        marks = marks_of(tx.entries_of(case.id))
        held = [line for line in tx.lines_of(case.person) if line.operator == operator]
        found = [line for line in held if line_in_log(service.hasher, line.msisdn) in marks]
        if found:
            actor = Actor(ActorKind.SYSTEM, operator)
            told = {"why": "dispute"}
            logged(tx, case, "viewed", actor=actor, now=now, details=told)
        return found


def marks_of(entries: Iterable[Entry]) -> frozenset[str]:
    """Give the lines, as the log names them, that the person of these entries disputes."""
    return frozenset(each.deed.details["line"] for each in entries if each.deed.action == DISPUTED)
