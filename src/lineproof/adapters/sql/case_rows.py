"""Rows of cases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lineproof.adapters.sql.rows import Rows, sim_of
from lineproof.adapters.sql.sql_tables import CASES
from lineproof.domain.case import MOVES, Case, Event, HandledBy, Kind, Route, Status
from lineproof.storage import Changed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

EXPIRES = sorted(status for status, event in MOVES if event is Event.EXPIRED)
"""Where a case may stand that its deadline ends."""


class CaseRows(Rows):
    """Keeps cases."""

    def add_case(self, case: Case) -> None:
        """Keep a new case."""
        self._add(CASES, _columns(case))

    def case(self, case_id: str) -> Case | None:
        """Give a case, or None; in a writing transaction nobody else changes it meanwhile."""
        row = self._one(self._locked(sa.select(CASES).where(CASES.c.id == case_id)))
        return _case(row) if row is not None else None

    def change_case(self, case: Case) -> Case:
        """Write a case that was read; its version grows by one. Changed if another came first."""
        after = replace(case, version=case.version + 1)
        columns = _columns(after)
        if after.status is Status.OTHER_WAY:
            first = CASES.c.attempts_before_other_way
            columns["attempts_before_other_way"] = sa.func.coalesce(first, after.attempts)
        unchanged = (CASES.c.id == case.id, CASES.c.version == case.version)
        if self._change(CASES, *unchanged, **columns) != 1:
            raise Changed(case.id)
        return after

    def cases(
        self, *, operator: str | None, statuses: frozenset[Status], after: str, limit: int
    ) -> Sequence[Case]:
        """Give cases by id, after an id ('' for the first); an empty set means every status."""
        asked = sa.select(CASES).where(CASES.c.id > after).order_by(CASES.c.id).limit(limit)
        if operator is not None:
            asked = asked.where(CASES.c.operator == operator)
        if statuses:
            asked = asked.where(CASES.c.status.in_(sorted(statuses)))
        return [_case(row) for row in self._all(asked)]

    def shop_cases(self, shop: str, *, statuses: frozenset[Status], limit: int) -> Sequence[Case]:
        """Give a shop's cases that stand in one of these, the newest first."""
        return self._newest(CASES.c.shop == shop, statuses, limit)

    def cases_about(
        self, msisdn: str, *, statuses: frozenset[Status], route: Route, limit: int
    ) -> Sequence[Case]:
        """Give the cases about a number that stand in one of these on a route, the newest first."""
        which = sa.and_(CASES.c.msisdn == msisdn, CASES.c.route == route)
        return self._newest(which, statuses, limit)

    def _newest(
        self, which: sa.ColumnElement[bool], statuses: frozenset[Status], limit: int
    ) -> Sequence[Case]:
        asked = sa.select(CASES).where(which, CASES.c.status.in_(sorted(statuses)))
        return [_case(row) for row in self._all(asked.order_by(CASES.c.id.desc()).limit(limit))]

    def due(self, *, now: datetime, limit: int) -> Sequence[str]:
        """Give the ids of cases whose order is due, or that have expired, the oldest first."""
        ripe = sa.select(CASES.c.id, CASES.c.not_before.label("since")).where(
            CASES.c.status == Status.APPROVED, CASES.c.not_before <= now
        )
        over = sa.select(CASES.c.id, CASES.c.expires_at.label("since")).where(
            CASES.c.status.in_(EXPIRES), CASES.c.expires_at <= now
        )
        both = sa.union_all(ripe, over).subquery()
        oldest = sa.select(both.c.id).order_by(both.c.since, both.c.id).limit(limit)
        return [row.id for row in self._all(oldest)]


def _columns(case: Case) -> dict[str, Any]:
    sim, by = case.sim, case.handled_by
    return {
        "id": case.id,
        "kind": case.kind,
        "status": case.status,
        "version": case.version,
        "operator": case.operator,
        "profile": case.profile,
        "msisdn": case.msisdn,
        "iccid": sim.iccid if sim is not None else None,
        "imsi": sim.imsi if sim is not None else None,
        "staff": by.staff if by is not None else None,
        "shop": by.shop if by is not None else None,
        "device": by.device if by is not None else None,
        "route": case.route,
        "person": case.person,
        "second_channel": case.second_channel,
        "attempts": case.attempts,
        "opened_at": case.opened_at,
        "expires_at": case.expires_at,
        "not_before": case.not_before,
    }


def _case(row: sa.Row[Any]) -> Case:
    handled = row.staff is not None
    return Case(
        id=row.id,
        kind=Kind(row.kind),
        status=Status(row.status),
        version=row.version,
        operator=row.operator,
        profile=row.profile,
        msisdn=row.msisdn,
        sim=sim_of(row.iccid, row.imsi),
        handled_by=(
            HandledBy(staff=row.staff, shop=row.shop, device=row.device) if handled else None
        ),
        route=Route(row.route) if row.route is not None else None,
        person=row.person,
        second_channel=row.second_channel,
        attempts=row.attempts,
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        not_before=row.not_before,
    )
