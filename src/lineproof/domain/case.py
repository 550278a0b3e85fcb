"""A case: one request about one line. Everything that moves a case is in one table, MOVES."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lineproof.domain.sim import Sim


class Kind(StrEnum):
    """What is asked for."""

    NEW_LINE = "new_line"
    SIM_REPLACEMENT = "sim_replacement"
    TRANSFER = "transfer"
    """Another person becomes the holder: the present one agrees, the new one is verified."""
    PORT_IN = "port_in"
    RECHECK = "recheck"
    """The holder is asked again, with a deadline."""
    LOCK_RELEASE = "lock_release"


class Status(StrEnum):
    """Where a case stands. Each says who acts next."""

    AWAITING_HOLDER = "awaiting_holder"
    """The line's present holder: agree to the transfer, or decline."""
    OPENED = "opened"
    """The subscriber: consent to the face check, or take the other way."""
    CAPTURING = "capturing"
    """The subscriber: show the document and the face."""
    OTHER_WAY = "other_way"
    """Two members of staff, or whoever reads the document's chip."""
    REFERRED = "referred"
    """A reviewer."""
    APPROVED = "approved"
    """The clock, until what must be waited for has passed; the holder, who may object."""
    ORDERED = "ordered"
    """The operator's network."""
    UNFULFILLED = "unfulfilled"
    """The operator's engineers: the network refused the order; send it again or give it up."""
    ISSUED = "issued"
    """Nobody. It was done."""
    REFUSED = "refused"
    """Nobody. A fact other than the face forbade it, or a person did."""
    WITHDRAWN = "withdrawn"
    """Nobody. The subscriber left, and what was held is deleted."""
    EXPIRED = "expired"
    """Nobody. It was not finished in time."""


class Event(StrEnum):
    """What can happen to a case."""

    HOLDER_AGREED = "holder_agreed"
    HOLDER_DECLINED = "holder_declined"
    CONSENTED = "consented"
    OTHER_WAY_CHOSEN = "other_way_chosen"
    APPROVED = "approved"
    RETRIED = "retried"
    REFERRED = "referred"
    REFUSED = "refused"
    OBJECTED = "objected"
    ORDERED = "ordered"
    ISSUED = "issued"
    ORDER_REJECTED = "order_rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


FINAL = frozenset({Status.ISSUED, Status.REFUSED, Status.WITHDRAWN, Status.EXPIRED})
"""Nothing moves a case out of these."""

MOVES: Mapping[tuple[Status, Event], Status] = MappingProxyType(
    {
        (Status.AWAITING_HOLDER, Event.HOLDER_AGREED): Status.OPENED,
        (Status.AWAITING_HOLDER, Event.HOLDER_DECLINED): Status.REFUSED,
        (Status.AWAITING_HOLDER, Event.WITHDRAWN): Status.WITHDRAWN,
        (Status.AWAITING_HOLDER, Event.EXPIRED): Status.EXPIRED,
        (Status.OPENED, Event.CONSENTED): Status.CAPTURING,
        (Status.OPENED, Event.OTHER_WAY_CHOSEN): Status.OTHER_WAY,
        (Status.OPENED, Event.WITHDRAWN): Status.WITHDRAWN,
        (Status.OPENED, Event.EXPIRED): Status.EXPIRED,
        (Status.CAPTURING, Event.APPROVED): Status.APPROVED,
        (Status.CAPTURING, Event.RETRIED): Status.CAPTURING,
        (Status.CAPTURING, Event.REFERRED): Status.REFERRED,
        (Status.CAPTURING, Event.REFUSED): Status.REFUSED,
        # After any attempt a person may leave the face check, and come back to it.
        (Status.CAPTURING, Event.OTHER_WAY_CHOSEN): Status.OTHER_WAY,
        (Status.CAPTURING, Event.WITHDRAWN): Status.WITHDRAWN,
        (Status.CAPTURING, Event.EXPIRED): Status.EXPIRED,
        (Status.OTHER_WAY, Event.CONSENTED): Status.CAPTURING,
        # Whose chip cannot be read goes to people, without a face check between.
        (Status.OTHER_WAY, Event.OTHER_WAY_CHOSEN): Status.OTHER_WAY,
        (Status.OTHER_WAY, Event.APPROVED): Status.APPROVED,
        (Status.OTHER_WAY, Event.RETRIED): Status.OTHER_WAY,
        (Status.OTHER_WAY, Event.REFERRED): Status.REFERRED,
        (Status.OTHER_WAY, Event.REFUSED): Status.REFUSED,
        (Status.OTHER_WAY, Event.WITHDRAWN): Status.WITHDRAWN,
        (Status.OTHER_WAY, Event.EXPIRED): Status.EXPIRED,
        (Status.REFERRED, Event.APPROVED): Status.APPROVED,
        # One reviewer agreed, and another one must look as well.
        (Status.REFERRED, Event.REFERRED): Status.REFERRED,
        (Status.REFERRED, Event.REFUSED): Status.REFUSED,
        (Status.REFERRED, Event.OTHER_WAY_CHOSEN): Status.OTHER_WAY,
        (Status.REFERRED, Event.WITHDRAWN): Status.WITHDRAWN,
        (Status.REFERRED, Event.EXPIRED): Status.EXPIRED,
        # An objection does not end a case: who stole the old SIM could object as well.
        (Status.APPROVED, Event.OBJECTED): Status.REFERRED,
        (Status.APPROVED, Event.ORDERED): Status.ORDERED,
        (Status.APPROVED, Event.REFERRED): Status.REFERRED,
        (Status.APPROVED, Event.REFUSED): Status.REFUSED,
        (Status.APPROVED, Event.WITHDRAWN): Status.WITHDRAWN,
        # A re-check and a lock's release change nothing in the network.
        (Status.APPROVED, Event.ISSUED): Status.ISSUED,
        (Status.ORDERED, Event.ISSUED): Status.ISSUED,
        # The line was locked before the network was asked.
        (Status.ORDERED, Event.REFUSED): Status.REFUSED,
        (Status.ORDERED, Event.ORDER_REJECTED): Status.UNFULFILLED,
        (Status.UNFULFILLED, Event.ORDERED): Status.ORDERED,
        (Status.UNFULFILLED, Event.WITHDRAWN): Status.WITHDRAWN,
    }
)
"""The only moves there are. What is not here is illegal."""


class IllegalMove(Exception):  # noqa: N818 - it is what it says; "Error" would add nothing
    """This cannot happen to a case that stands there. Nothing was changed."""

    def __init__(self, status: Status, event: Event) -> None:
        super().__init__(f"a case that is {status} cannot be {event}")
        self.status = status
        self.event = event


def move(status: Status, event: Event) -> Status:
    """Give the status that ``event`` leads to; IllegalMove where it leads nowhere."""
    try:
        return MOVES[status, event]
    except KeyError:
        raise IllegalMove(status, event) from None


class Route(StrEnum):
    """How the person is verified. The two are of equal standing (promise 3)."""

    FACE = "face"
    IN_PERSON = "in_person"
    """Two members of staff each see the person and the document."""
    CHIP = "chip"
    """The document's chip proves it, without a face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandledBy:
    """The member of staff, the shop and the device that a case is bound to, in all its records."""

    staff: str
    shop: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request about one line. It holds nothing of a face and no document number."""

    id: str
    kind: Kind
    status: Status
    version: int
    """Counts every change; who changes a case says which version was read."""
    operator: str
    """The operator's system that opened it, by its client id."""
    profile: str
    """The regime's profile, by name and version, such as ``cn@1``."""
    msisdn: str = field(repr=False)
    """The line's number, E.164 without the plus sign."""
    sim: Sim | None = field(repr=False)
    """The SIM that the line shall have; None where the SIM stays as it is."""
    handled_by: HandledBy | None
    """None where the subscriber is alone, on a telephone."""
    route: Route | None
    """The way that was taken, once one was."""
    person: str | None = field(repr=False)
    """Keyed hash of the document's issuer, type and number; None before one was read."""
    second_channel: str | None = field(repr=False)
    """Where a notice goes besides the line itself, such as ``mailto:...``; None for nowhere."""
    attempts: int
    """Face captures begun so far. It is written before a capture is looked at."""
    opened_at: datetime
    expires_at: datetime
    """The case expires then, unless it was decided: for a re-check, its deadline."""
    not_before: datetime | None
    """The order may go out then; None before an approval."""
