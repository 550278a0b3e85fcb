"""The person in whose name a line stands says that it is not theirs."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING

from lineproof.domain.audit import Actor, ActorKind
from lineproof.flow.fresh import new_id
from lineproof.flow.hold_lines import NO_LINE, lines_in_my_name
from lineproof.flow.moving import SUBSCRIBER, logged
from lineproof.flow.refused import Refused
from lineproof.storage import Message, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from lineproof.domain.audit import Entry
    from lineproof.domain.case import Case
    from lineproof.domain.line import Line
    from lineproof.ports import Hasher, Service
    from lineproof.storage import Transaction

DISPUTED = "line_disputed"


def dispute(service: Service, case: Case, reference: str, *, now: datetime) -> Line | Refused:
    """Lock a line of a verified person's that is not theirs, and tell its operator; once.

    It opens nothing and takes nothing away: who holds the line is for the operator to find out.
    """
    lines = lines_in_my_name(service, case, now=now)
    if isinstance(lines, Refused):
        return lines
    named = [own.line.msisdn for own in lines if hmac.compare_digest(own.reference, reference)]
    if not named:
        return NO_LINE
    with service.store.begin() as tx:
        line = tx.line(named[0])
        if line is None or line.holder != case.person:
            # It has gone to somebody else since the list was shown.
            return NO_LINE
        mark = in_log(service.hasher, line)
        if mark in marks_of(tx.entries_of(case.id)):
            return line
        after = line if line.locked else tx.change_line(replace(line, locked=True))
        logged(tx, case, DISPUTED, actor=SUBSCRIBER, now=now, details={"line": mark})
        _tell(tx, case, line, now)
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
        found = [line for line in held if in_log(service.hasher, line) in marks]
        if found:
            actor = Actor(ActorKind.SYSTEM, operator)
            told = {"why": "dispute"}
            logged(tx, case, "viewed", actor=actor, now=now, details=told)
        return found


def in_log(hasher: Hasher, line: Line) -> str:
    """Name a line in the log: for who knows its number, and nobody else."""
    return hasher.secret("line_in_log", line.msisdn)


def marks_of(entries: Iterable[Entry]) -> frozenset[str]:
    """Give the lines, as the log names them, that the person of these entries disputes."""
    return frozenset(each.deed.details["line"] for each in entries if each.deed.action == DISPUTED)


def _tell(tx: Transaction, case: Case, line: Line, now: datetime) -> None:
    """Put an event for the line's operator into the outbox. Which line, it asks for."""
    for endpoint in tx.endpoints(line.operator):
        if endpoint.active:
            message = Message(
                id=new_id("msg", now),
                topic=Topic.EVENT,
                subject=case.id,
                body={
                    "endpoint": endpoint.id,
                    "type": "line.disputed",
                    "kind": str(case.kind),
                    "status": str(case.status),
                    "at": now.isoformat(),
                },
                due_at=now,
                tries=0,
            )
            tx.send(message)
