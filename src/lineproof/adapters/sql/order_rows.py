"""Rows of orders and notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lineproof.adapters.sql.rows import Rows, sim_of
from lineproof.adapters.sql.sql_tables import NOTICES, ORDERS
from lineproof.domain.notice import Notice, NoticeKind
from lineproof.domain.order import Order, OrderKind
from lineproof.domain.profile import Channel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class OrderRows(Rows):
    """Keeps orders and notices."""

    def add_order(self, order: Order, *, authority: str) -> None:
        """Keep an order. Taken if its authority has one, or its case one of its kind."""
        sim, old = order.sim, order.old_sim
        columns = {
            "id": order.id,
            "case_id": order.case,
            "kind": order.kind,
            "msisdn": order.msisdn,
            "iccid": sim.iccid if sim is not None else None,
            "imsi": sim.imsi if sim is not None else None,
            "old_iccid": old.iccid if old is not None else None,
            "old_imsi": old.imsi if old is not None else None,
            "until": order.until,
            "authority": authority,
        }
        self._add(ORDERS, columns)

    def order(self, order_id: str) -> Order | None:
        """Give an order."""
        row = self._one(sa.select(ORDERS).where(ORDERS.c.id == order_id))
        return _order(row) if row is not None else None

    def orders(self, case_id: str) -> Sequence[Order]:
        """Give the orders of a case, in order."""
        mine = sa.select(ORDERS).where(ORDERS.c.case_id == case_id).order_by(ORDERS.c.n)
        return [_order(row) for row in self._all(mine)]

    def add_notice(self, notice: Notice) -> None:
        """Keep a notice."""
        columns = {
            "id": notice.id,
            "case_id": notice.case,
            "kind": notice.kind,
            "channel": notice.channel,
            "address": notice.address,
            "written_at": notice.written_at,
            "sent_at": notice.sent_at,
        }
        self._add(NOTICES, columns)

    def notice(self, notice_id: str) -> Notice | None:
        """Give a notice."""
        row = self._one(sa.select(NOTICES).where(NOTICES.c.id == notice_id))
        return _notice(row) if row is not None else None

    def notices(self, case_id: str) -> Sequence[Notice]:
        """Give a case's notices, in order."""
        mine = sa.select(NOTICES).where(NOTICES.c.case_id == case_id).order_by(NOTICES.c.n)
        return [_notice(row) for row in self._all(mine)]

    def mark_sent(self, notice_id: str, *, now: datetime) -> None:
        """Keep that a notice was sent."""
        self._change(NOTICES, NOTICES.c.id == notice_id, sent_at=now)


def _order(row: sa.Row[Any]) -> Order:
    return Order(
        id=row.id,
        kind=OrderKind(row.kind),
        case=row.case_id,
        msisdn=row.msisdn,
        sim=sim_of(row.iccid, row.imsi),
        old_sim=sim_of(row.old_iccid, row.old_imsi),
        until=row.until,
    )


def _notice(row: sa.Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        kind=NoticeKind(row.kind),
        case=row.case_id,
        channel=Channel(row.channel),
        address=row.address,
        written_at=row.written_at,
        sent_at=row.sent_at,
    )
