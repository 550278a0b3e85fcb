"""Orders for the tests of operators: two lines, three SIMs."""

from __future__ import annotations

from lineproof.domain.order import Order, OrderKind
from lineproof.domain.sim import Sim

LINE = "491511234567"
OTHER_LINE = "491517654321"
FIRST = Sim(iccid="8949000000000000001", imsi="901700000000001")
SECOND = Sim(iccid="8949000000000000002", imsi="901700000000002")
THIRD = Sim(iccid="8949000000000000003", imsi="901700000000003")


def order(  # noqa: PLR0913 - one keyword for each field
    kind: OrderKind,
    *,
    msisdn: str = LINE,
    sim: Sim | None = None,
    old_sim: Sim | None = None,
    until: str | None = None,
    order_id: str = "ord-1",
) -> Order:
    """Make an order about the line."""
    return Order(
        id=order_id,
        kind=kind,
        case="case-1",
        msisdn=msisdn,
        sim=sim,
        old_sim=old_sim,
        until=until,
    )


def activation(order_id: str = "ord-a") -> Order:
    """Make the order that gives the line its first SIM."""
    return order(OrderKind.ACTIVATE, sim=FIRST, order_id=order_id)


def replacement(order_id: str = "ord-r") -> Order:
    """Make the order that moves the line from its first SIM to the second."""
    return order(OrderKind.CHANGE_SIM, sim=SECOND, old_sim=FIRST, order_id=order_id)
