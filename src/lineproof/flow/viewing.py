"""What operators' systems and auditors may see. Each look is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.audit import Actor, ActorKind, Deed
from lineproof.domain.staff import Act
from lineproof.flow.hold_lines import NO_LINE
from lineproof.flow.moving import line_in_log, logged, was_viewed
from lineproof.flow.refused import UNKNOWN, RefusalCode, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lineproof.domain.audit import Entry
    from lineproof.domain.case import Case, Status
    from lineproof.domain.line import Line
    from lineproof.domain.notice import Notice
    from lineproof.domain.staff import Staff
    from lineproof.ports import Service
    from lineproof.storage_records import DecisionRecord


def case_of(service: Service, case_id: str, operator: str) -> Case | Refused:
    """Give a case of an operator's; one of another operator's is as unknown as one of nobody's."""
    with service.store.read() as tx:
        case = tx.case(case_id)
    return case if case is not None and case.operator == operator else UNKNOWN


def cases_of(
    service: Service, operator: str, *, statuses: frozenset[Status], after: str, limit: int
) -> Sequence[Case]:
    """Give an operator's cases, by id."""
    with service.store.read() as tx:
        return tx.cases(operator=operator, statuses=statuses, after=after, limit=limit)


def view_case(service: Service, case_id: str, operator: str, *, now: datetime) -> Case | Refused:
    """Give a case to the operator's system; the first look at each version is on record."""
    actor = Actor(ActorKind.SYSTEM, operator)
    with service.store.read() as tx:
        case = tx.case(case_id)
        if case is None or case.operator != operator:
            return UNKNOWN
        if was_viewed(tx, case, actor):
            return case
    with service.store.begin() as tx:
        # It may have moved since; what is on record is what is given out.
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if not was_viewed(tx, case, actor):
            told = {"version": str(case.version)}
            logged(tx, case, "viewed", actor=actor, now=now, details=told)
        return case


def decisions_of(
    service: Service, case_id: str, operator: str, *, now: datetime
) -> Sequence[DecisionRecord] | Refused:
    """Give what was decided about a case, to the operator's system."""
    case = view_case(service, case_id, operator, now=now)
    if isinstance(case, Refused):
        return case
    with service.store.read() as tx:
        return tx.decisions(case.id)


def notices_of(
    service: Service, case_id: str, operator: str, *, now: datetime
) -> Sequence[Notice] | Refused:
    """Give a case's notices to the operator's system."""
    case = view_case(service, case_id, operator, now=now)
    if isinstance(case, Refused):
        return case
    with service.store.read() as tx:
        return tx.notices(case.id)


def line_of(service: Service, msisdn: str, operator: str) -> Line | Refused:
    """Give a line of an operator's."""
    with service.store.read() as tx:
        line = tx.line(msisdn)
    return line if line is not None and line.operator == operator else NO_LINE


def view_line(service: Service, msisdn: str, operator: str, *, now: datetime) -> Line | Refused:
    """Give a line to the operator's system; the look is on record."""
    line = line_of(service, msisdn, operator)
    if isinstance(line, Refused):
        return line
    with service.store.begin() as tx:
        actor = Actor(ActorKind.SYSTEM, operator)
        told = {"line": line_in_log(service.hasher, msisdn)}
        tx.log(Deed(actor=actor, action="line_viewed", case="", details=told), at=now)
    return line


def read_log(
    service: Service, staff: Staff, *, after: int, limit: int, now: datetime
) -> Sequence[Entry] | Refused:
    """Give entries of the log to an auditor; that they were read is an entry as well."""
    if not staff.may(Act.READ_LOG):
        return Refused(RefusalCode.NOT_ALLOWED, "Your role does not read the log.")
    with service.store.begin() as tx:
        found = tx.entries(after=after, limit=limit)
        told = {"after": str(after), "entries": str(len(found))}
        actor = Actor(ActorKind.STAFF, staff.id)
        tx.log(Deed(actor=actor, action="log_read", case="", details=told), at=now)
        return found
