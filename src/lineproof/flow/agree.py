"""What the people concerned say: consent, the other way, leaving, the holder's word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lineproof.domain.audit import ActorKind
from lineproof.domain.case import Case, Event, IllegalMove, Kind, Route, Status
from lineproof.domain.consent import Consent, Purpose, exists
from lineproof.domain.reason import Reason, ReasonCode
from lineproof.domain.token import TokenUse, good, token_hash
from lineproof.flow.moving import HOLDER, SUBSCRIBER, logged, moved
from lineproof.flow.refused import UNKNOWN, RefusalCode, Refused, not_now
from lineproof.flow.settle import refer
from lineproof.storage import Taken

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.domain.audit import Actor
    from lineproof.ports import Service
    from lineproof.storage import Transaction


def consent(  # noqa: PLR0913 - one keyword for each fact of the consent
    service: Service,
    case_id: str,
    *,
    purpose: Purpose,
    text_version: str,
    language: str,
    now: datetime,
) -> Case | Refused:
    """Record a consent; one to the face check opens the camera, and nothing else does."""
    if not exists(purpose, text_version, language):
        return Refused(
            RefusalCode.CONSENT_TEXT_UNKNOWN,
            "There is no such text in this version and language. Show one that there is.",
        )
    if purpose is Purpose.KEEP_TEMPLATE and not service.profile.template_allowed:
        return Refused(RefusalCode.NOT_ALLOWED, "This profile keeps no template of anybody's face.")
    given = Consent(
        purpose=purpose,
        text_version=text_version,
        language=language,
        given_at=now,
        withdrawn_at=None,
    )
    told = {"purpose": str(purpose), "text_version": text_version, "language": language}
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if case.status not in {Status.OPENED, Status.CAPTURING, Status.OTHER_WAY}:
            return not_now(case.status)
        tx.add_consent(case.id, given)
        logged(tx, case, "consent_given", actor=SUBSCRIBER, now=now, details=told)
        if purpose is not Purpose.FACE_CHECK or case.status is Status.CAPTURING:
            return case
        return moved(tx, case, Event.CONSENTED, actor=SUBSCRIBER, now=now, route=Route.FACE)


def take_other_way(
    service: Service, case_id: str, route: Route, *, actor: Actor, now: datetime
) -> Case | Refused:
    """Leave the face check, before it or after any attempt, for a way of equal standing."""
    if route not in service.profile.alternatives:
        return Refused(
            RefusalCode.WAY_NOT_OFFERED,
            "This way is not offered here. The profile names the ways there are.",
        )
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        try:
            told = {"route": str(route), "attempts_before": str(case.attempts)}
            after = moved(
                tx, case, Event.OTHER_WAY_CHOSEN, actor=actor, now=now, details=told, route=route
            )
        except IllegalMove:
            return not_now(case.status)
        # Who leaves the face check leaves no portrait behind.
        service.desk.clear(case.id)
        return after


def withdraw(service: Service, case_id: str, *, actor: Actor, now: datetime) -> Case | Refused:
    """Stop the case at once and delete what is held. After the order only the deleting is left."""
    service.desk.clear(case_id)
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        # Once more: a document may have been laid there until the case was ours.
        service.desk.clear(case.id)
        tx.withdraw_consents(case.id, now=now)
        tx.let_go(case.id)
        logged(tx, case, "consents_withdrawn", actor=actor, now=now)
        if case.kind is Kind.RECHECK and actor.kind is ActorKind.SUBSCRIBER:
            # Leaving ends the looking, not the question: the deadline stays, and what follows it.
            uses = frozenset({TokenUse.CLIENT_SECRET, TokenUse.SESSION})
            tx.spend_tokens(case.id, uses=uses, now=now)
            return tx.change_case(replace(case, person=None))
        try:
            # Nobody needs to know any more who it would have been, or where they are reached.
            case = moved(
                tx, case, Event.WITHDRAWN, actor=actor, now=now, person=None, second_channel=None
            )
        except IllegalMove:
            return case
        tx.spend_tokens(case.id, uses=frozenset(TokenUse), now=now)
        return case


def answer_holder(service: Service, secret: str, *, agrees: bool, now: datetime) -> Case | Refused:
    """Take the holder's answer to a transfer, given with the secret that the line itself got."""
    event = Event.HOLDER_AGREED if agrees else Event.HOLDER_DECLINED
    with service.store.begin() as tx:
        case = _by_token(tx, secret, TokenUse.HOLDER, Status.AWAITING_HOLDER, now)
        if isinstance(case, Refused):
            return case
        return moved(tx, case, event, actor=HOLDER, now=now)


def object_to(service: Service, secret: str, *, now: datetime) -> Case | Refused:
    """Take the holder's objection to a change that waits; a reviewer looks."""
    with service.store.begin() as tx:
        case = _by_token(tx, secret, TokenUse.OBJECTION, Status.APPROVED, now)
        if isinstance(case, Refused):
            return case
        return refer(
            tx,
            case,
            Reason(ReasonCode.OBJECTED),
            event=Event.OBJECTED,
            actor=HOLDER,
            now=now,
            life=service.profile.case_life,
        )


def _by_token(
    tx: Transaction, secret: str, use: TokenUse, status: Status, now: datetime
) -> Case | Refused:
    """Give a token's case and spend the token, where it is good and the case stands there."""
    refused = Refused(
        RefusalCode.TOKEN_REFUSED,
        "This link was used already or is too old. If you did not use it, call your operator.",
    )
    token = tx.token(token_hash(secret))
    case = tx.case(token.case) if token is not None else None
    if token is None or case is None or not good(token, use, now=now):
        return refused
    if case.status is not status:
        # Not spent: a case that comes back to this status may still be answered.
        return not_now(case.status)
    try:
        tx.spend_token(token.hash, now=now)
    except Taken:
        return refused
    return case
