"""A real home location register: OsmoHLR 1.5, over its control interface."""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from lineproof.adapters.operators.control_interface import ControlError, control_connection
from lineproof.adapters.operators.register_steps import (
    Create,
    SetAccess,
    SetNumber,
    Subscriber,
    seen,
    steps_left,
)
from lineproof.domain.order import Done, OrderKind, Rejected
from lineproof.ports import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lineproof.adapters.operators.control_interface import ControlConnection
    from lineproof.adapters.operators.register_steps import Step
    from lineproof.domain.order import Order

CONTROL_PORT: Final = 4259
"""Where OsmoHLR's control interface listens; its configuration names only the address."""

_IMSI: Final = re.compile(r"[0-9]{6,15}", re.ASCII)
_MSISDN: Final = re.compile(r"[0-9]{3,15}", re.ASCII)
_ABSENT: Final = "No such subscriber."
_NOBODY: Final = "000000"
"""An IMSI that nobody has: no country has the code 000 (ITU-T E.212)."""

_NOT_THERE: Final = {
    OrderKind.BAR_OUTGOING: "OsmoHLR cannot bar outgoing calls alone.",
    OrderKind.HOLD_SMS: "OsmoHLR has no part in the delivery of short messages.",
}


class OsmoHlr:
    """Carries out orders in OsmoHLR, one after another.

    It keeps nothing of orders: what is left of one is read from the register each time. A
    subscriber is never deleted, because the SIM's keys would go with it.
    """

    def __init__(
        self, host: str = "127.0.0.1", port: int = CONTROL_PORT, *, timeout: float = 5.0
    ) -> None:
        self._host, self._port, self._timeout = host, port, timeout
        # The register has no transactions: between a look and a step nobody else may take one.
        self._turn = threading.Lock()

    def carry_out(self, order: Order) -> Done | Rejected:
        """Take the steps that are left of the order, within ``timeout`` seconds altogether.

        Raises Unavailable, and then any number of the steps were taken; repeat the order.
        """
        if (refused := _unfit(order)) is not None:
            return refused
        with self._turns() as deadline, self._connected(deadline) as control:
            found = seen(
                order,
                by_msisdn=lambda msisdn: _subscriber(control, "msisdn", msisdn),
                by_imsi=lambda imsi: _subscriber(control, "imsi", imsi),
            )
            left = steps_left(order, found)
            if isinstance(left, Rejected):
                return left
            for step in left:
                # What a crash means at each of these lines stands where the steps are listed.
                _take(control, step)
            return Done()

    def ready(self) -> bool:
        """Whether the register looks somebody up within ``timeout`` seconds."""
        try:
            with self._connected(time.monotonic() + self._timeout) as control:
                return _subscriber(control, "imsi", _NOBODY) is None
        except Unavailable:
            return False

    @contextmanager
    def _turns(self) -> Iterator[float]:
        deadline = time.monotonic() + self._timeout
        if not self._turn.acquire(timeout=self._timeout):
            raise Unavailable("network_timeout")
        try:
            yield deadline
        finally:
            self._turn.release()

    @contextmanager
    def _connected(self, deadline: float) -> Iterator[ControlConnection]:
        with control_connection(self._host, self._port, deadline=deadline) as control:
            yield control


def _unfit(order: Order) -> Rejected | None:
    """Refuse what the register cannot do or store, before anything is said to it."""
    if order.kind in _NOT_THERE:
        return Rejected("not_supported", _NOT_THERE[order.kind])
    if _MSISDN.fullmatch(order.msisdn) is None:
        return Rejected("not_supported", "An MSISDN has 3 to 15 digits.")
    sims = [sim for sim in (order.sim, order.old_sim) if sim is not None]
    if any(_IMSI.fullmatch(sim.imsi) is None for sim in sims):
        return Rejected("not_supported", "An IMSI has 6 to 15 digits.")
    return None


def _subscriber(control: ControlConnection, by: str, number: str) -> Subscriber | None:
    """Read one subscriber; None where the register has none of that number."""
    answer = control.get(f"subscriber.by-{by}-{number}.info")
    if isinstance(answer, ControlError):
        if answer.words == _ABSENT:
            return None
        raise Unavailable("network_error")
    fields = dict(line.split("\t", 1) for line in answer.splitlines() if "\t" in line)
    if (
        fields.get(by) != number
        or _IMSI.fullmatch(fields.get("imsi", "")) is None
        or not {fields.get("nam_cs"), fields.get("nam_ps")} <= {"0", "1"}
    ):
        raise Unavailable("network_unreadable")
    return Subscriber(
        imsi=fields["imsi"],
        msisdn=fields.get("msisdn"),
        circuit=fields["nam_cs"] == "1",
        packet=fields["nam_ps"] == "1",
    )


def _take(control: ControlConnection, step: Step) -> None:
    if isinstance(step, Create):
        _set(control, "subscriber.create", step.imsi)
    elif isinstance(step, SetNumber):
        _set(control, f"subscriber.by-imsi-{step.imsi}.msisdn", step.msisdn or "none")
    elif isinstance(step, SetAccess):
        # A crash between the two leaves calls as ordered and data as they were; the access is
        # read again on repetition and found different.
        for mode, on in (("cs", step.circuit), ("ps", step.packet)):
            _set(control, f"subscriber.by-imsi-{step.imsi}.{mode}-enabled", str(int(on)))
    else:
        # No subscriber read here is barred or held, so no such step can be left.
        raise TypeError(f"{type(step).__name__} is none of the register's steps")


def _set(control: ControlConnection, variable: str, value: str) -> None:
    if isinstance(control.set(variable, value), ControlError):
        # Such as: somebody else took the number since it was looked up. A repetition will see it.
        raise Unavailable("network_error")
