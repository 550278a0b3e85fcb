"""Assistance at the face check: a member of staff says, by their passkey, that they see the person.

One capture may rely on that, where the policy accepts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.assistance import LIFE, WORDS, Assistance, accepted, holds
from lineproof.domain.audit import Actor, ActorKind
from lineproof.domain.challenge import binding
from lineproof.domain.review import same
from lineproof.domain.staff import Act
from lineproof.flow.capturable import may_try
from lineproof.flow.counter import of_shop
from lineproof.flow.fresh import new_id
from lineproof.flow.moving import logged, still_may
from lineproof.flow.refused import UNKNOWN, RefusalCode, Refused

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.domain.case import Case
    from lineproof.domain.staff import Staff
    from lineproof.ports import Service
    from lineproof.storage import Transaction

CONFIRMED = "assistance_given"

ASSISTANCE_MISSING = Refused(
    RefusalCode.ASSISTANCE_MISSING,
    "Ask the member of staff to confirm first, on their own screen. Then ask again.",
)

_NOT_ACCEPTED = Refused(
    RefusalCode.WAY_NOT_OFFERED,
    "The profile takes no member of staff's word in this kind of case. Take one of the other ways.",
    about="assisted",
)


def assisted_here(service: Service, case: Case) -> bool:
    """Whether the person may ask for this: the policy accepts it, and there is a counter."""
    at_counter = case.handled_by is not None and bool(case.handled_by.shop)
    return at_counter and accepted(service.profile.policies[case.kind])


def may_assist(service: Service, case_id: str, staff: Staff, *, now: datetime) -> Case | Refused:
    """Give the case that this member may confirm about now, or say why not."""
    with service.store.read() as tx:
        return _case(tx, service, case_id, staff, now)


def confirm(
    service: Service, case_id: str, staff: Staff, *, language: str, now: datetime
) -> Assistance | Refused:
    """Take the word of a member who confirmed by their passkey, for exactly this and just now.

    ``language`` is that in which they read the words. A word that stood before is over: one capture
    has one.
    """
    with service.store.begin() as tx:
        case = _case(tx, service, case_id, staff, now)
        if isinstance(case, Refused):
            return case
        for earlier in tx.assistances(case.id):
            if earlier.spent_at is None:
                tx.spend_assistance(earlier.id, now=now)
        word = Assistance(
            id=new_id("assist", now),
            case=case.id,
            staff=staff.id,
            binding=binding(case),
            at=now,
            until=now + LIFE,
            spent_at=None,
        )
        tx.add_assistance(word)
        opened = case.handled_by is not None and same(case.handled_by.staff) == same(staff.id)
        told = {
            "words": WORDS,
            "language": language,
            "until": word.until.isoformat(),
            "opened_it_too": "yes" if opened else "no",
        }
        actor = Actor(ActorKind.STAFF, staff.id)
        logged(tx, case, CONFIRMED, actor=actor, now=now, details=told)
    return word


def word_about(service: Service, case: Case, *, now: datetime) -> Assistance | None:
    """Give the word that a capture of this case could rely on now."""
    with service.store.read() as tx:
        return word_for(tx, case, now)


def word_for(tx: Transaction, case: Case, now: datetime) -> Assistance | None:
    """Give the word that holds for this case now, of who may still give it; nothing is spent."""
    bound = binding(case)
    for word in reversed(tx.assistances(case.id)):
        if holds(word, binding=bound, now=now) and still_may(tx, word.staff, Act.ASSIST):
            return word
    return None


def helpers(tx: Transaction, case: Case) -> tuple[str, ...]:
    """Name who gave their word about a case, whatever came of it."""
    return tuple(word.staff for word in tx.assistances(case.id))


def _case(
    tx: Transaction, service: Service, case_id: str, staff: Staff, now: datetime
) -> Case | Refused:
    if not (staff.may(Act.ASSIST) and still_may(tx, staff.id, Act.ASSIST)):
        return Refused(RefusalCode.NOT_ALLOWED, "Your role confirms nothing for a face check.")
    case = tx.case(case_id)
    if case is None or not of_shop(case, staff):
        return UNKNOWN
    if not accepted(service.profile.policies[case.kind]):
        return _NOT_ACCEPTED
    return may_try(tx, service, case, now) or case
