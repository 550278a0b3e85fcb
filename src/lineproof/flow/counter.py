"""What a counter does: open cases, see those of its shop, and of whoever comes in person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lineproof.domain.audit import Actor, ActorKind
from lineproof.domain.case import FINAL, Case, HandledBy, Route, Status
from lineproof.domain.review import same
from lineproof.domain.staff import Act
from lineproof.flow.apply import Application, Opened, open_in
from lineproof.flow.moving import logged, was_viewed
from lineproof.flow.refused import UNKNOWN, RefusalCode, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lineproof.domain.staff import Staff
    from lineproof.ports import Service
    from lineproof.storage import Transaction

OPEN = frozenset(Status) - FINAL
MOST_SHOWN = 50
"""Open cases of a shop that its counter is shown, the newest."""


def open_here(
    service: Service, application: Application, staff: Staff, *, device: str, now: datetime
) -> Opened | Refused:
    """Open a case at a counter, bound to the member of staff, the shop and the device."""
    if not staff.may(Act.HANDLE_CASE):
        return Refused(RefusalCode.NOT_ALLOWED, "Your role handles no cases.")
    if not staff.shop:
        sentence = "You belong to no shop. An admin gives you one."
        return Refused(RefusalCode.REQUEST_INCOMPLETE, sentence, about="shop")
    here = HandledBy(staff=staff.id, shop=staff.shop, device=device)
    actor = Actor(ActorKind.STAFF, staff.id)
    with service.store.begin() as tx:
        return open_in(tx, service, replace(application, handled_by=here), actor=actor, now=now)


def case_here(service: Service, case_id: str, staff: Staff, *, now: datetime) -> Case | Refused:
    """Give a case to a counter that may see it; the first look at each version is on record."""
    actor = Actor(ActorKind.STAFF, staff.id)
    with service.store.read() as tx:
        case = _seen(tx, case_id, staff)
        if isinstance(case, Refused) or was_viewed(tx, case, actor):
            return case
    with service.store.begin() as tx:
        # It may have moved since; what is on record is what is given out.
        case = _seen(tx, case_id, staff)
        if isinstance(case, Case) and not was_viewed(tx, case, actor):
            told = {"version": str(case.version), "why": "counter"}
            logged(tx, case, "viewed", actor=actor, now=now, details=told)
        return case


def glance(service: Service, case_id: str, staff: Staff) -> Case | Refused:
    """Give a case whose version a page compares with what it shows, and tells nothing else of."""
    with service.store.read() as tx:
        return _seen(tx, case_id, staff)


def shop_cases(service: Service, staff: Staff) -> Sequence[Case]:
    """Give the open cases of a member's shop, the newest first."""
    if not staff.may(Act.HANDLE_CASE) or not staff.shop:
        return ()
    with service.store.read() as tx:
        return tx.shop_cases(staff.shop, statuses=OPEN, limit=MOST_SHOWN)


def in_person_about(service: Service, msisdn: str, staff: Staff) -> Case | None:
    """Give the newest case about a number that waits for two members of staff, in any shop."""
    if not staff.may(Act.ATTEST):
        return None
    with service.store.read() as tx:
        waiting = frozenset({Status.OTHER_WAY})
        found = tx.cases_about(msisdn, statuses=waiting, route=Route.IN_PERSON, limit=1)
    return found[0] if found else None


def of_shop(case: Case, staff: Staff) -> bool:
    """Whether a case was opened in this member's shop."""
    return case.handled_by is not None and bool(staff.shop) and case.handled_by.shop == staff.shop


def _seen(tx: Transaction, case_id: str, staff: Staff) -> Case | Refused:
    """Give a case of this member's shop, or one that they see, or saw, the person of."""
    case = tx.case(case_id)
    if case is None:
        return UNKNOWN
    if staff.may(Act.HANDLE_CASE) and of_shop(case, staff):
        return case
    if staff.may(Act.ATTEST) and (
        (case.status is Status.OTHER_WAY and case.route is Route.IN_PERSON)
        or any(same(each.staff) == same(staff.id) for each in tx.witnesses(case.id))
    ):
        return case
    return UNKNOWN
