"""What a subscriber does with lines of their own: see them, and lock one, free of charge."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lineproof.domain.audit import Actor, Deed
from lineproof.domain.case import Case, Route, Status
from lineproof.flow.moving import SUBSCRIBER, line_in_log, logged
from lineproof.flow.refused import RefusalCode, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lineproof.domain.line import Line
    from lineproof.ports import Service

NO_LINE = Refused(RefusalCode.LINE_UNKNOWN, "There is no such line. Check the number.")

VERIFIED = frozenset({Status.APPROVED, Status.ORDERED, Status.UNFULFILLED, Status.ISSUED})
"""Where a case has shown who the person is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLine:
    """A line as its holder is shown it."""

    line: Line = field(repr=False)
    reference: str
    """Names the line in this case, and says nothing of its number."""
    number: str = field(repr=False)
    """The whole number, or its last digits where a page alone spoke for the person."""


def lines_in_my_name(service: Service, case: Case, *, now: datetime) -> Sequence[OwnLine] | Refused:
    """Give the lines that the person of a verified case holds, to that person.

    Whole numbers are shown to whom two members of staff saw, or whose document's chip was proven.
    A page can be printed: whoever made one in another's name learns none of their numbers.
    """
    if case.status not in VERIFIED or case.person is None:
        sentence = "Lines are shown after a check that was passed. Finish the case first."
        return Refused(RefusalCode.NOT_ALLOWED, sentence)
    with service.store.begin() as tx:
        logged(tx, case, "own_lines_shown", actor=SUBSCRIBER, now=now)
        held = tx.lines_of(case.person)
    whole = case.route in {Route.IN_PERSON, Route.CHIP}
    return [
        OwnLine(
            line=line,
            reference=service.hasher.secret("own_line", f"{case.id}/{line.msisdn}"),
            number=line.msisdn if whole or line.msisdn == case.msisdn else ending(line.msisdn),
        )
        for line in held
    ]


def ending(msisdn: str) -> str:
    """Hide a number but for its last two digits."""
    return "\N{BULLET}" * (len(msisdn) - 2) + msisdn[-2:]


def lock(service: Service, msisdn: str, *, actor: Actor, now: datetime) -> Line | Refused:
    """Lock a line against a new SIM and a new holder; only a verified case releases it."""
    with service.store.begin() as tx:
        line = tx.line(msisdn)
        if line is None:
            return NO_LINE
        if line.locked:
            return line
        after = tx.change_line(replace(line, locked=True))
        told = {"line": line_in_log(service.hasher, msisdn)}
        tx.log(Deed(actor=actor, action="line_locked", case="", details=told), at=now)
        return after


def lock_mine(service: Service, case: Case, reference: str, *, now: datetime) -> Line | Refused:
    """Lock a line for the person of a verified case who holds it, by the reference it was shown."""
    msisdn = referred_to(service, case, reference, now=now)
    if isinstance(msisdn, Refused):
        return msisdn
    return lock(service, msisdn, actor=SUBSCRIBER, now=now)


def referred_to(service: Service, case: Case, reference: str, *, now: datetime) -> str | Refused:
    """Give the number of a verified person's line, by the reference it was shown."""
    lines = lines_in_my_name(service, case, now=now)
    if isinstance(lines, Refused):
        return lines
    named = [own.line.msisdn for own in lines if hmac.compare_digest(own.reference, reference)]
    return named[0] if named else NO_LINE
