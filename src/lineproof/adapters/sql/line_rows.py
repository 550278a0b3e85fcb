"""Rows of lines, and of what is counted of a person, by keyed hash."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lineproof.adapters.sql.rows import Rows
from lineproof.adapters.sql.sql_tables import ATTEMPTS, CASES, LINES
from lineproof.domain.case import Kind, Status
from lineproof.domain.line import ADDS_A_LINE, Line, LineStatus
from lineproof.domain.sim import Sim
from lineproof.storage import Changed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

ON_ITS_WAY = sorted({Status.APPROVED, Status.ORDERED, Status.UNFULFILLED})
"""Where a case stands that will give a person a line."""

ORDERED = sorted({Status.ORDERED, Status.UNFULFILLED})
"""Where a case stands whose order the network has, or may yet get."""


class LineRows(Rows):
    """Keeps lines and attempts."""

    def lock_person(self, person: str) -> None:
        """Let no other transaction count or add to this person's lines until this one ends."""
        self._lock_name("person", person)

    def lines_held(self, person: str, *, besides: str) -> int:
        """Count a person's lines, and the approved cases that will add one, but for one case."""
        has = sa.select(LINES.c.msisdn).where(LINES.c.holder == person)
        will_have = sa.select(CASES.c.msisdn).where(
            CASES.c.person == person,
            CASES.c.status.in_(ON_ITS_WAY),
            CASES.c.kind.in_(sorted(ADDS_A_LINE)),
            CASES.c.id != besides,
        )
        # By number, once each: a transfer to who holds the line already adds none.
        numbers = sa.union(has, will_have).subquery()
        return self._connection.execute(
            sa.select(sa.func.count()).select_from(numbers)
        ).scalar_one()

    def add_attempt(self, case_id: str, person: str, *, at: datetime) -> None:
        """Keep that this person's face was about to be looked at."""
        self._add(ATTEMPTS, {"case_id": case_id, "person": person, "at": at})

    def attempts(self, person: str, *, since: datetime) -> int:
        """Count a person's attempts since then."""
        counted = sa.select(sa.func.count()).where(
            ATTEMPTS.c.person == person, ATTEMPTS.c.at >= since
        )
        return self._connection.execute(counted).scalar_one()

    def line(self, msisdn: str) -> Line | None:
        """Give a line; in a writing transaction nobody else changes it meanwhile."""
        # By name too, so that nobody opens a line that was not there a moment ago.
        self._lock_name("line", msisdn)
        row = self._one(self._locked(sa.select(LINES).where(LINES.c.msisdn == msisdn)))
        return _line(row) if row is not None else None

    def line_busy(self, msisdn: str, *, besides: str) -> bool:
        """Whether an order for this number is on its way already, but for one case's own."""
        other = sa.select(CASES.c.id).where(
            CASES.c.msisdn == msisdn, CASES.c.status.in_(ORDERED), CASES.c.id != besides
        )
        return self._one(other.limit(1)) is not None

    def rechecked_since(self, msisdn: str, case_id: str) -> bool:
        """Whether a re-check of this number that was opened after a case has been passed."""
        passed = sa.select(CASES.c.id).where(
            CASES.c.msisdn == msisdn,
            CASES.c.status == Status.ISSUED,
            CASES.c.kind == Kind.RECHECK,
            CASES.c.id > case_id,
        )
        return self._one(passed.limit(1)) is not None

    def sim_taken(self, sim: Sim, *, msisdn: str, statuses: frozenset[Status]) -> bool:
        """Whether another number's line has a SIM, or its case in one of these statuses names it.

        Nobody else asks about the SIM until this transaction ends: of two that name it at once,
        the second finds the first.
        """
        for name in sorted({f"iccid {sim.iccid}", f"imsi {sim.imsi}"}):
            self._lock_name("sim", name)
        named = sa.select(CASES.c.id).where(
            sa.or_(CASES.c.iccid == sim.iccid, CASES.c.imsi == sim.imsi),
            CASES.c.status.in_(sorted(statuses)),
            CASES.c.msisdn != msisdn,
        )
        used = sa.select(LINES.c.msisdn).where(
            sa.or_(LINES.c.iccid == sim.iccid, LINES.c.imsi == sim.imsi), LINES.c.msisdn != msisdn
        )
        # In this order: an order that is done meanwhile goes from its case to its line, and would
        # be in neither for who looks at the lines first.
        return any(self._one(each.limit(1)) is not None for each in (named, used))

    def add_line(self, line: Line) -> None:
        """Keep a new line. Taken if the number has one."""
        self._add(LINES, _columns(line))

    def change_line(self, line: Line) -> Line:
        """Write a line that was read; its version grows by one. Changed if another came first."""
        after = replace(line, version=line.version + 1)
        unchanged = (LINES.c.msisdn == line.msisdn, LINES.c.version == line.version)
        if self._change(LINES, *unchanged, **_columns(after)) != 1:
            raise Changed("line")
        return after

    def lines_of(self, person: str) -> Sequence[Line]:
        """Give the lines that a person holds: for that person."""
        mine = sa.select(LINES).where(LINES.c.holder == person).order_by(LINES.c.msisdn)
        return [_line(row) for row in self._all(mine)]


def _columns(line: Line) -> dict[str, Any]:
    return {
        "msisdn": line.msisdn,
        "operator": line.operator,
        "iccid": line.sim.iccid,
        "imsi": line.sim.imsi,
        "holder": line.holder,
        "status": line.status,
        "locked": line.locked,
        "version": line.version,
        "opened_at": line.opened_at,
        "changed_at": line.changed_at,
        "second_channel": line.second_channel,
    }


def _line(row: sa.Row[Any]) -> Line:
    return Line(
        msisdn=row.msisdn,
        operator=row.operator,
        sim=Sim(iccid=row.iccid, imsi=row.imsi),
        holder=row.holder,
        status=LineStatus(row.status),
        locked=row.locked,
        version=row.version,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        second_channel=row.second_channel,
    )
