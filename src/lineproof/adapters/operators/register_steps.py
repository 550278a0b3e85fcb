"""What an order still asks of a home location register, given what the register says now.

Nothing here remembers an order. The steps that are left are concluded from the register each time,
so an order whose steps were cut off anywhere goes on where it stopped when it is repeated, and one
that was done asks for nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineproof.domain.order import OrderKind, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from lineproof.domain.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """What a register keeps of one SIM (3GPP TS 23.008; the clauses are named)."""

    imsi: str = field(repr=False)
    """2.1.1.1."""
    msisdn: str | None = field(repr=False)
    """2.1.2. No two subscribers have the same."""
    circuit: bool = True
    """2.1.1.2, the network access mode: calls and short messages (CS)."""
    packet: bool = True
    """2.1.1.2, the network access mode: data (PS)."""
    barred: bool = False
    """2.8.2: no outgoing call but to emergency numbers, ordered by the operator."""
    sms_held_until: str | None = None
    """No clause has it: until when no short message is delivered, ISO 8601 in UTC."""


@dataclass(frozen=True, slots=True)
class Create:
    """Make a subscriber with full service and no number."""

    imsi: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetNumber:
    """Give a subscriber a number that nobody has, or take its number away (None)."""

    imsi: str = field(repr=False)
    msisdn: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetAccess:
    """Set the network access mode."""

    imsi: str = field(repr=False)
    circuit: bool
    packet: bool


@dataclass(frozen=True, slots=True)
class SetBarred:
    """Bar outgoing calls, or allow them."""

    imsi: str = field(repr=False)
    barred: bool


@dataclass(frozen=True, slots=True)
class HoldSms:
    """Deliver no short message until then; None delivers again."""

    imsi: str = field(repr=False)
    until: str | None


Step = Create | SetNumber | SetAccess | SetBarred | HoldSms


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the register says about an order's number and SIMs; None is a subscriber it lacks."""

    on: Subscriber | None
    """The one that has the number."""
    new: Subscriber | None
    """The one of the SIM that the line shall have."""
    old: Subscriber | None
    """The one of the SIM that the line had."""


def seen(
    order: Order,
    *,
    by_msisdn: Callable[[str], Subscriber | None],
    by_imsi: Callable[[str], Subscriber | None],
) -> Seen:
    """Ask a register for what an order is about."""
    return Seen(
        on=by_msisdn(order.msisdn),
        new=by_imsi(order.sim.imsi) if order.sim is not None else None,
        old=by_imsi(order.old_sim.imsi) if order.old_sim is not None else None,
    )


def steps_left(order: Order, found: Seen) -> tuple[Step, ...] | Rejected:
    """Give the steps that are left, in their order; none where the order is done."""
    if order.kind is OrderKind.ACTIVATE:
        return _activate(order, found)
    if order.kind in {OrderKind.CHANGE_SIM, OrderKind.CHANGE_HOLDER} and _moves(order):
        return _change_sim(order, found)
    return _on_the_line(order, found)


def _moves(order: Order) -> bool:
    if order.sim is None:
        return False
    return order.old_sim is None or order.sim.imsi != order.old_sim.imsi


def _activate(order: Order, found: Seen) -> tuple[Step, ...] | Rejected:
    """Give the SIM its service and then the number.

    A crash after any step leaves a subscriber without the number; the rest is done next time.
    """
    if order.sim is None:
        return Rejected("not_supported", "An activation names a SIM.")
    imsi, new = order.sim.imsi, found.new
    if found.on is not None:
        # The number is the last step, so who has it has everything.
        return () if found.on.imsi == imsi else _MSISDN_TAKEN
    if new is not None and new.msisdn is not None:
        return _SIM_TAKEN
    # A SIM that had another line before may be without service; the new line has all of it.
    return (*_like(imsi, new, Subscriber(imsi="", msisdn=None)), SetNumber(imsi, order.msisdn))


def _change_sim(order: Order, found: Seen) -> tuple[Step, ...] | Rejected:
    """Move the number. The register refuses a number twice, so it leaves the old SIM first."""
    old, new, on = found.old, found.new, found.on
    if order.sim is None or order.old_sim is None:
        return _LINE_CHANGED if on is not None else _LINE_UNKNOWN
    if on is not None and on.imsi == order.sim.imsi:
        return _retire(old)
    if old is None and on is None:
        return _LINE_UNKNOWN
    if old is None or on not in {None, old} or old.msisdn not in {None, order.msisdn}:
        return _LINE_CHANGED
    if new is not None and new.msisdn is not None:
        return _SIM_TAKEN
    return (
        # A crash within these leaves a SIM without a number. Its service is the old SIM's: who is
        # suspended does not escape by another SIM.
        *_like(order.sim.imsi, new, old),
        # A crash after this leaves the number on no SIM, and the old SIM with its service, from
        # which it is known what the line had. Nobody else can be given the number meanwhile but
        # by an activation, and of that one the cases know that the line exists.
        *([SetNumber(old.imsi, None)] if old.msisdn is not None else []),
        # A crash after this leaves the line moved, and the old SIM able to use data.
        SetNumber(order.sim.imsi, order.msisdn),
        *_retire(Subscriber(imsi=old.imsi, msisdn=None, circuit=old.circuit, packet=old.packet)),
    )


def _on_the_line(order: Order, found: Seen) -> tuple[Step, ...] | Rejected:
    """Change what a line may do. The number stays where it is."""
    on, sim = found.on, order.sim or order.old_sim
    if on is None:
        return _LINE_UNKNOWN
    if order.kind is OrderKind.HOLD_SMS:
        # It goes out beside a change of SIM and may come after it, so it asks for no SIM.
        return () if on.sms_held_until == order.until else (HoldSms(on.imsi, order.until),)
    # A bar, a suspension and its end are the line's, whatever SIM it has by now: they name none.
    if sim is not None and on.imsi != sim.imsi:
        return _LINE_CHANGED
    wanted: dict[OrderKind, SetAccess | SetBarred] = {
        OrderKind.BAR_OUTGOING: SetBarred(on.imsi, barred=True),
        OrderKind.SUSPEND: SetAccess(on.imsi, circuit=False, packet=False),
    }
    if order.kind in wanted:
        step = wanted[order.kind]
        return () if _holds(step, on) else (step,)
    if order.kind is OrderKind.RESTORE:
        steps = (
            SetAccess(on.imsi, circuit=True, packet=True),
            SetBarred(on.imsi, barred=False),
        )
        return tuple(step for step in steps if not _holds(step, on))
    # CHANGE_HOLDER with the same SIM: a register keeps no holder.
    return ()


def _like(imsi: str, new: Subscriber | None, model: Subscriber) -> tuple[Step, ...]:
    """Give what makes the SIM's subscriber, and gives it the model's service."""
    made = new if new is not None else Subscriber(imsi=imsi, msisdn=None)
    service = (
        SetAccess(imsi, circuit=model.circuit, packet=model.packet),
        SetBarred(imsi, barred=model.barred),
        HoldSms(imsi, model.sms_held_until),
    )
    create = () if new is not None else (Create(imsi),)
    return (*create, *(step for step in service if not _holds(step, made)))


def _retire(old: Subscriber | None) -> tuple[Step, ...]:
    """Take the service of a SIM that lost its number; one that has another line keeps it."""
    if old is None or old.msisdn is not None or not (old.circuit or old.packet):
        return ()
    return (SetAccess(old.imsi, circuit=False, packet=False),)


def _holds(step: SetAccess | SetBarred | HoldSms, subscriber: Subscriber) -> bool:
    if isinstance(step, SetAccess):
        return (subscriber.circuit, subscriber.packet) == (step.circuit, step.packet)
    if isinstance(step, SetBarred):
        return subscriber.barred == step.barred
    return subscriber.sms_held_until == step.until


_MSISDN_TAKEN = Rejected("msisdn_taken", "Another SIM has the number.")
_SIM_TAKEN = Rejected("sim_taken", "The SIM has another number.")
_LINE_UNKNOWN = Rejected("line_unknown", "The register does not have the line.")
_LINE_CHANGED = Rejected("line_changed", "The number is on a SIM that the order does not know.")
