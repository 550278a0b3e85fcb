"""The other way: two members of staff each see the person, or the chip alone proves them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lineproof.domain.audit import Actor, ActorKind
from lineproof.domain.case import Route, Status
from lineproof.domain.case_policy import decide_by_chip, decide_in_person
from lineproof.domain.challenge import Challenge, binding, for_chip
from lineproof.domain.evidence import InPersonEvidence
from lineproof.domain.review import Witness
from lineproof.domain.staff import Act
from lineproof.flow.capturable import by_chip, person_of, spend
from lineproof.flow.capture import Captured
from lineproof.flow.moving import SUBSCRIBER, logged, still_may
from lineproof.flow.refused import UNKNOWN, RefusalCode, Refused, not_now
from lineproof.flow.settle import record, settle, standing
from lineproof.ports import PageRefused
from lineproof.storage import Taken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lineproof.domain.case import Case
    from lineproof.domain.staff import Staff
    from lineproof.ports import Service
    from lineproof.storage import Transaction


def attest(  # noqa: PLR0913 - one keyword for each thing that is attested, none with a default
    service: Service,
    case_id: str,
    staff: Staff,
    *,
    issuer: str,
    kind: str,
    number: str,
    same_person: bool,
    document_valid: bool,
    old_enough: bool,
    now: datetime,
) -> Captured | Refused:
    """Take what one member of staff saw, and decide: it needs two, each entering the number.

    The number is hashed at once and kept nowhere.
    """
    if not staff.may(Act.ATTEST):
        return Refused(RefusalCode.NOT_ALLOWED, "Your role attests no identities.")
    witness = Witness(
        case=case_id,
        staff=staff.id,
        person=service.hasher.person(issuer=issuer, kind=kind[:1], number=number),
        same_person=same_person,
        document_valid=document_valid,
        old_enough=old_enough,
        at=now,
    )
    actor = Actor(ActorKind.STAFF, staff.id)
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if (
            case.status is not Status.OTHER_WAY
            or case.route is not Route.IN_PERSON
            or now >= case.expires_at
        ):
            return not_now(case.status)
        try:
            tx.add_witness(witness)
        except Taken:
            sentence = (
                "You attested this case already. Another member of staff must see the person."
            )
            return Refused(RefusalCode.ALREADY_ATTESTED, sentence)
        logged(tx, case, "attested", actor=actor, now=now, details={"staff": staff.id})
        return _by_witnesses(tx, service, replace(case, person=witness.person), actor, now)


def _by_witnesses(
    tx: Transaction, service: Service, case: Case, actor: Actor, now: datetime
) -> Captured:
    """Decide on what every witness of the case saw who may still attest."""
    witnesses = tuple(
        each for each in tx.witnesses(case.id) if still_may(tx, each.staff, Act.ATTEST)
    )
    decision = decide_in_person(
        InPersonEvidence(witnesses=witnesses),
        standing(tx, service, case, now=now),
        service.profile,
    )
    kept = record(
        case,
        decision,
        decided_by=tuple(each.staff for each in witnesses),
        now=now,
    )
    return Captured(case=settle(tx, service, case, kept, actor=actor), decision=decision)


def prove_by_chip(
    service: Service, case_id: str, chip: Mapping[str, bytes], *, nonce: str, now: datetime
) -> Captured | Refused:
    """Decide on a document by its chip alone, which signed what this service asked."""
    challenge = _begin_chip(service, case_id, nonce, now)
    if isinstance(challenge, Refused):
        return challenge
    reading = service.site.reader.read((), chip=chip, today=now.date(), challenge=for_chip(nonce))
    if isinstance(reading, PageRefused):
        return Refused(RefusalCode.DOCUMENT_UNREADABLE, reading.why.sentence, reading.why.code)
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if not by_chip(case, now) or binding(case) != challenge.binding:
            return not_now(case.status)
        case = replace(case, person=person_of(reading.finding, service.hasher))
        stands = standing(tx, service, case, now=now)
        decision = decide_by_chip(reading.finding, stands, service.profile, today=now.date())
        kept = record(
            case,
            decision,
            authority=challenge.id,
            now=now,
        )
        return Captured(case=settle(tx, service, case, kept, actor=SUBSCRIBER), decision=decision)


def _begin_chip(service: Service, case_id: str, nonce: str, now: datetime) -> Challenge | Refused:
    """Spend the challenge that the chip was asked with."""
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if not by_chip(case, now):
            return not_now(case.status)
        challenge = spend(tx, case, nonce, now)
        if isinstance(challenge, Challenge):
            told = {"challenge": challenge.id}
            logged(tx, case, "chip_read", actor=SUBSCRIBER, now=now, details=told)
        return challenge
