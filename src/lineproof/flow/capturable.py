"""What a capture needs before anybody is looked at: consent, document, attempts, question."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lineproof.domain.case import Case, Route, Status
from lineproof.domain.challenge import (
    MOST_SCRIPTS,
    Challenge,
    answered,
    asked_again,
    nonce_hash,
)
from lineproof.domain.consent import Purpose, covers
from lineproof.domain.document import Strength, facts
from lineproof.flow.refused import RefusalCode, Refused, not_now
from lineproof.storage import Taken

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.domain.document import DocumentFinding
    from lineproof.ports import Hasher, Service, Shown
    from lineproof.storage import Transaction

BEGUN = "capture_begun"
"""What the log calls an attempt that was counted, with its challenge, before anybody looked."""

DOCUMENT_NEEDED = Refused(
    RefusalCode.DOCUMENT_NEEDED,
    "The document is not here, or no longer: it is kept for minutes only. Show it again.",
)

_NO_ATTEMPT_LEFT = Refused(
    RefusalCode.NOT_NOW,
    "The attempts of this case are used. Take one of the other ways.",
    about="attempts_used",
)


_NO_SCRIPT_LEFT = Refused(
    RefusalCode.NOT_NOW,
    "This case was asked for as many scripts as it may be. Take one of the other ways.",
    about="scripts_used",
)


def person_of(document: DocumentFinding, hasher: Hasher) -> str | None:
    """Give the keyed hash of a document; None unless issuer, type and number are certain."""
    told = {
        fact.name: fact.value for fact in reversed(facts(document)) if fact.strength > Strength.NONE
    }
    issuer = told.get("issuing_state") or told.get("country")
    number = told.get("document_number")
    if not issuer or not number:
        return None
    # The second letter of a document's code is the issuer's to choose, and chips differ in it.
    kind = told.get("document_code", "")[:1]
    return hasher.person(issuer=issuer, kind=kind, number=number)


def by_chip(case: Case, now: datetime) -> bool:
    """Whether the case waits for the document's chip."""
    waits = case.status is Status.OTHER_WAY and case.route is Route.CHIP
    return waits and now < case.expires_at


def may_show(tx: Transaction, case: Case, now: datetime) -> Refused | None:
    """Refuse a document whose holder did not consent to be compared with it."""
    if case.status is not Status.CAPTURING or now >= case.expires_at:
        return not_now(case.status)
    if covers(tx.consents(case.id), Purpose.FACE_CHECK, now=now):
        return None
    sentence = "Nobody consented to a face check. Ask for consent, or offer the other way."
    return Refused(RefusalCode.CONSENT_MISSING, sentence)


def may_try(tx: Transaction, service: Service, case: Case, now: datetime) -> Refused | None:
    """Refuse where the case, its consent or its attempts allow no capture, whatever lies there."""
    if refused := may_show(tx, case, now):
        return refused
    if case.attempts >= service.profile.policies[case.kind].attempts:
        # Also after a referral, the other way and back, and where several captures run at once.
        return _NO_ATTEMPT_LEFT
    return None


def may_capture(tx: Transaction, service: Service, case: Case, now: datetime) -> Refused | None:
    """Refuse a capture that the case, its consent, its attempts or its document do not allow."""
    if refused := may_try(tx, service, case, now):
        return refused
    if on_the_desk(service, case, now) is None:
        return DOCUMENT_NEEDED
    # Last, so that nobody waits for what is refused anyway. It holds for the answer as well as for
    # the question: whoever asked several before they failed waits all the same.
    return _not_yet(seconds) if (seconds := waits(tx, service, case, now)) else None


def may_play(tx: Transaction, case: Case) -> Refused | None:
    """Refuse one more script where a case was asked for as many as it may be."""
    return _NO_SCRIPT_LEFT if tx.scripts_asked(case.id) >= MOST_SCRIPTS else None


def waits(tx: Transaction, service: Service, case: Case, now: datetime) -> int:
    """Give how many seconds a case's pictures still wait for after an attempt that failed.

    One whose answer is not known counts as failed since it began, or several that are sent at once
    would not wait for each other. Where it never comes, as a process died, it was one wait.
    """
    decisions = tx.decisions(case.id)
    known = {kept.authority for kept in decisions}
    failed = [kept.decided_at for kept in decisions if kept.decision.failed]
    begun = [
        entry.at
        for entry in tx.entries_of(case.id)
        if entry.deed.action == BEGUN and entry.deed.details["challenge"] not in known
    ]
    delay = service.profile.delay_after_failure
    ends = (asked_again(failed, delay), asked_again([*failed, *begun[-1:]], delay))
    left = [math.ceil((until - now).total_seconds()) for until in ends if until is not None]
    return max([0, *left])


def _not_yet(seconds: int) -> Refused:
    sentence = (
        "The last try failed, or is still looked at. "
        "Wait a moment before the next, or take another way at once."
    )
    return Refused(RefusalCode.WAIT_AFTER_FAILURE, sentence, wait=seconds)


def on_the_desk(service: Service, case: Case, now: datetime) -> Shown | None:
    """Give the document that was shown, where it is that of the person the case is about.

    Another one may lie there: where two were shown at once, a commit was lost, or the other way
    named somebody else since. Comparing with it would let one person's face speak for another.
    """
    shown = service.desk.look(case.id, now=now)
    if shown is None or person_of(shown.finding, service.hasher) != case.person:
        return None
    return shown


def spend(tx: Transaction, case: Case, nonce: str, now: datetime) -> Challenge | Refused:
    """Spend the challenge that this nonce answers, where it is one of this case and still open."""
    challenge = open_question(tx, case, nonce, now)
    if isinstance(challenge, Refused):
        return challenge
    try:
        tx.spend_challenge(challenge.id, now=now)
    except Taken:
        sentence = "This question was answered already. Ask for a new one."
        return Refused(RefusalCode.CHALLENGE_REFUSED, sentence, about="challenge_spent")
    return challenge


def open_question(tx: Transaction, case: Case, nonce: str, now: datetime) -> Challenge | Refused:
    """Give the challenge that this nonce answers; nothing is spent."""
    challenge = tx.challenge(nonce_hash(nonce))
    why = answered(challenge, case, now=now)
    if why is not None or challenge is None:
        return unanswered(str(why or ""))
    return challenge


def unanswered(about: str) -> Refused:
    """Refuse an answer to no open question of this case."""
    sentence = "This answers no open question of this case. Ask for a new one."
    return Refused(RefusalCode.CHALLENGE_REFUSED, sentence, about=about)
