"""Lines and their locks: for the operator's system, and for the person whose lines they are."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from lineproof.domain.line import Line, LineStatus
from lineproof.flow.dispute import disputed_lines
from lineproof.flow.hold_lines import lines_in_my_name, lock, lock_mine
from lineproof.flow.refused import Refused
from lineproof.flow.viewing import line_of, view_line
from lineproof.web.api.shapes import PROBLEMS, Asked, CaseId, LineNumber, Told
from lineproof.web.callers import Subscriber, System, as_actor
from lineproof.web.context import Ctx, Now
from lineproof.web.problems import refused

router = APIRouter(prefix="/v1", tags=["lines"], responses=PROBLEMS)


class LineTold(Told):
    """One line: nothing of its holder, not even the keyed hash."""

    msisdn: str
    status: LineStatus
    locked: bool = Field(description="No SIM replacement and no transfer while it holds.")
    changed_at: datetime = Field(description="The last change of SIM or holder.")


class OwnLineTold(Told):
    """One line, as its holder is shown it."""

    line: str = Field(description="Names the line in this session's requests.")
    number: str = Field(
        description="Only its last digits where a page alone spoke for the person.",
        examples=["\N{BULLET}" * 6 + "01"],
    )
    status: LineStatus
    locked: bool = Field(description="No SIM replacement and no transfer while it holds.")
    changed_at: datetime = Field(description="The last change of SIM or holder.")


class LinesTold(Told):
    """The lines of one person."""

    lines: list[OwnLineTold]


class DisputedTold(Told):
    """Lines of this system's that stand in a person's name, who says that they are not theirs."""

    lines: list[LineTold]


class LockAsked(Asked):
    """Which of one's own lines, as the list names it."""

    line: str = Field(pattern=r"^[A-Za-z0-9_-]{16,100}$")


class LockTold(Told):
    """A line of one's own, and its lock."""

    line: str
    locked: bool


@router.get("/lines/{msisdn}")
def read_line(msisdn: LineNumber, client: System, ctx: Ctx, now: Now) -> LineTold:
    """Read a line of this system's."""
    return _told(view_line(ctx.service, msisdn, client.id, now=now))


@router.put("/lines/{msisdn}/lock")
def lock_line(msisdn: LineNumber, client: System, ctx: Ctx, now: Now) -> LineTold:
    """Lock a line because its subscriber asks; only a verified case releases it."""
    found = line_of(ctx.service, msisdn, client.id)
    if isinstance(found, Refused):
        raise refused(found)
    return _told(lock(ctx.service, found.msisdn, actor=as_actor(client), now=now))


@router.get("/cases/{case_id}/disputes")
def list_disputed(case_id: CaseId, client: System, ctx: Ctx, now: Now) -> DisputedTold:
    """Say which lines of this system's the person of a case disputed: after ``line.disputed``."""
    found = disputed_lines(ctx.service, case_id, client.id, now=now)
    return DisputedTold(lines=[_told(line) for line in found])


@router.get("/session/lines", tags=["subscriber"])
def read_own_lines(case: Subscriber, ctx: Ctx, now: Now) -> LinesTold:
    """Show the person of a case that was passed every line that is in their name here."""
    found = lines_in_my_name(ctx.service, case, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    lines = [
        OwnLineTold(
            line=own.reference,
            number=own.number,
            status=own.line.status,
            locked=own.line.locked,
            changed_at=own.line.changed_at,
        )
        for own in found
    ]
    return LinesTold(lines=lines)


@router.post("/session/locks", status_code=201, tags=["subscriber"])
def lock_own_line(asked: LockAsked, case: Subscriber, ctx: Ctx, now: Now) -> LockTold:
    """Lock a line of one's own, free of charge."""
    found = lock_mine(ctx.service, case, asked.line, now=now)
    if isinstance(found, Refused):
        raise refused(found)
    return LockTold(line=asked.line, locked=found.locked)


def _told(line: Line | Refused) -> LineTold:
    if isinstance(line, Refused):
        raise refused(line)
    return LineTold(
        msisdn=line.msisdn, status=line.status, locked=line.locked, changed_at=line.changed_at
    )
