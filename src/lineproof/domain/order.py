"""Orders: what the operator's network is asked to do, once each."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from lineproof.domain.case import Kind

if TYPE_CHECKING:
    from lineproof.domain.sim import Sim


class OrderKind(StrEnum):
    """What the network is asked to do."""

    ACTIVATE = "activate"
    """Create the subscriber of this SIM and give it the number."""
    CHANGE_SIM = "change_sim"
    """Move the number from the SIM that has it to this one."""
    CHANGE_HOLDER = "change_holder"
    """The number stays, its holder changes; the SIM too, where one is named."""
    HOLD_SMS = "hold_sms"
    """Deliver no short message to the line until ``until``: one-time codes would reach a thief."""
    BAR_OUTGOING = "bar_outgoing"
    """No outgoing call but to emergency numbers: a re-check was not passed in time."""
    SUSPEND = "suspend"
    """No service but emergency calls."""
    RESTORE = "restore"
    """Full service again: the re-check was passed after all."""


ORDER_OF = {
    Kind.NEW_LINE: OrderKind.ACTIVATE,
    Kind.PORT_IN: OrderKind.ACTIVATE,
    Kind.SIM_REPLACEMENT: OrderKind.CHANGE_SIM,
    Kind.TRANSFER: OrderKind.CHANGE_HOLDER,
}
"""What an approved case asks of the network. A re-check and a lock's release ask nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order. Its ``id`` is the key by which the network knows it has done it already."""

    id: str
    kind: OrderKind
    case: str
    msisdn: str = field(repr=False)
    """E.164 without the plus sign."""
    sim: Sim | None = field(repr=False)
    """The SIM that the line shall have; None where it stays as it is."""
    old_sim: Sim | None = field(repr=False)
    """The SIM that the line had when the order was written; None for a new line."""
    until: str | None
    """For HOLD_SMS: when it ends, ISO 8601 in UTC."""


@dataclass(frozen=True, slots=True)
class Done:
    """The network has done what the order asks, now or before."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The network will not do it: a stable ``code``, and a ``sentence`` for its engineers.

    Codes: ``msisdn_taken``, ``sim_taken``, ``line_unknown``, ``line_changed`` (the number is on a
    SIM that the order does not know), ``not_supported``.
    """

    code: str
    sentence: str
