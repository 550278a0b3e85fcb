"""One face check of one case: the document shown, the question asked, the capture decided.

The whole of ``capture``, in order:

1. open the case; check that it may be captured, the consent, the document and the challenge, and
   where a script was asked for, the signed message: a refusal up to here costs and keeps nothing
2. count the attempt and spend the challenge, committed before anything is looked at
3. gather the Evidence: quality, liveness, the comparison one to one; nothing is held open
4. open the case again, as somebody may have left it meanwhile; gather what stands about the line
5. decide, once
6. write the decision, the case's move, the entry and what follows in one transaction
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lineproof.domain.case import Case, Route, Status
from lineproof.domain.case_policy import decide_case
from lineproof.domain.challenge import LIFE, Challenge, answered, binding, fits, nonce_hash
from lineproof.domain.consent import Purpose, covers
from lineproof.domain.document import Strength, facts
from lineproof.domain.finding import Measured
from lineproof.domain.profile import Record
from lineproof.domain.reason import Outcome
from lineproof.flow.fresh import new_id, new_secret
from lineproof.flow.moving import SUBSCRIBER, logged
from lineproof.flow.refused import UNKNOWN, RefusalCode, Refused, not_now
from lineproof.flow.settle import record, settle, standing
from lineproof.flow.signed_capture import Signed, holds, key_of
from lineproof.flow.verify import MOST_FRAMES, PictureRefused, gather, show
from lineproof.storage import StoreDown, Taken
from lineproof.storage_records import HeldItem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lineproof.domain.document import DocumentFinding
    from lineproof.domain.evidence import Evidence
    from lineproof.domain.reason import Decision
    from lineproof.domain.script import Variant
    from lineproof.ports import Hasher, Service, Shown
    from lineproof.storage import Transaction
    from lineproof.storage_records import DecisionRecord

_DOCUMENT_NEEDED = Refused(
    RefusalCode.DOCUMENT_NEEDED,
    "The document is not here, or no longer: it is kept for minutes only. Show it again.",
)

_NO_ATTEMPT_LEFT = Refused(
    RefusalCode.NOT_NOW,
    "The attempts of this case are used. Take one of the other ways.",
    about="attempts_used",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What was decided, and where the case stands now."""

    case: Case
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A challenge, and the nonce that answers it. The nonce is given out once and kept nowhere."""

    challenge: Challenge
    nonce: str = field(repr=False)


def show_document(
    service: Service,
    case_id: str,
    pages: Sequence[bytes],
    *,
    chip: Mapping[str, bytes],
    now: datetime,
) -> DocumentFinding | Refused:
    """Read the document of a case and lay it on the desk, in memory, for the capture.

    What stays in the case is the keyed hash of issuer, type and number, where they are certain.
    """
    with service.store.read() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := _may_show(tx, case, now):
            return refused
    shown = show(service.site, pages, chip=chip, today=now.date())
    if isinstance(shown, PictureRefused):
        about = f"{shown.why.code}.{shown.frame}"
        return Refused(RefusalCode.DOCUMENT_UNREADABLE, shown.why.sentence, about=about)
    person = person_of(shown.finding, service.hasher)
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := _may_show(tx, case, now):
            return refused
        case = tx.change_case(replace(case, person=person))
        logged(tx, case, "document_shown", actor=SUBSCRIBER, now=now)
        # While the case is ours: whoever withdraws it comes before, and is heard, or clears it.
        service.desk.put(case_id, shown, now=now)
    return shown.finding


def ask(
    service: Service, case_id: str, *, variant: Variant | None = None, now: datetime
) -> Asked | Refused:
    """Ask for one capture, or one answer of a chip, bound to case, line, SIM and document.

    With a ``variant`` a script is asked for, and the capture has to be signed.
    """
    nonce = new_secret()
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if not by_chip(case, now) and (refused := _may_capture(tx, service, case, now)):
            return refused
        challenge = Challenge(
            id=new_id("chal", now),
            case=case.id,
            nonce_hash=nonce_hash(nonce),
            binding=binding(case),
            variant=variant,
            asked_at=now,
            expires_at=now + LIFE,
            spent_at=None,
        )
        tx.add_challenge(challenge)
    return Asked(challenge=challenge, nonce=nonce)


def capture(  # noqa: PLR0913 - one keyword for each fact of the request
    service: Service,
    case_id: str,
    live: Sequence[bytes],
    *,
    nonce: str,
    signed: Signed | None = None,
    now: datetime,
) -> Captured | Refused:
    """Decide whether the person in the live frames is the person on the document that was shown."""
    if not 0 < len(live) <= MOST_FRAMES:
        sentence = f"A capture has 1 to {MOST_FRAMES} pictures."
        return Refused(RefusalCode.REQUEST_INCOMPLETE, sentence, about="frames")
    # 1. and 2. A message is weighed outside of the transaction that spends its question, where the
    # rest is checked again. A crash from there on costs an attempt, and never gives one away.
    begun = _belongs(service, case_id, live, nonce, signed, now) or _begin(
        service, case_id, nonce, now
    )
    if isinstance(begun, Refused):
        return begun
    case, challenge, shown = begun

    # 3. The Evidence.
    policy = service.profile.policies[case.kind]
    evidence = gather(
        service.site, shown, live, policy=policy, attempt=case.attempts, today=now.date()
    )
    if isinstance(evidence, PictureRefused):
        about = f"{evidence.why.code}.{evidence.frame}"
        return Refused(RefusalCode.PICTURE_UNREADABLE, evidence.why.sentence, about=about)

    try:
        found = _decided(service, case_id, challenge, evidence, shown, live, now)
    except Exception:
        _clear_unless_undone(service, case_id)
        raise
    if isinstance(found, Captured) and found.case.status is not Status.CAPTURING:
        service.desk.clear(case_id)
    return found


def _decided(  # noqa: PLR0913, PLR0917 - the facts of one decision
    service: Service,
    case_id: str,
    challenge: Challenge,
    evidence: Evidence,
    shown: Shown,
    live: Sequence[bytes],
    now: datetime,
) -> Captured | Refused:
    with service.store.begin() as tx:
        # 4. The case as it is now.
        now_case = tx.case(case_id)
        if now_case is None:
            return UNKNOWN
        if now_case.status is not Status.CAPTURING or binding(now_case) != challenge.binding:
            return not_now(now_case.status)
        stands = standing(tx, service, now_case, now=now)

        # 5. Once.
        decision = decide_case(evidence, stands, service.profile)

        # 6. All that follows, or nothing.
        kept = _record(service, now_case, decision, evidence, challenge.id, now)
        after = settle(tx, service, now_case, kept, actor=SUBSCRIBER)
        if decision.outcome is Outcome.REFER and service.profile.held_for_review:
            _hold(tx, service, after, shown, live, now)
    return Captured(case=after, decision=decision)


def _clear_unless_undone(service: Service, case_id: str) -> None:
    """Leave the document on the desk only where it is certain that the decision was undone.

    A commit whose answer was lost may have been written, and nothing stays after a decision. The
    case is locked for this look: a commit that is still under way ends before it.
    """
    undone = False
    try:
        with suppress(StoreDown), service.store.begin() as tx:
            case = tx.case(case_id)
            undone = case is not None and case.status is Status.CAPTURING
    finally:
        if not undone:
            service.desk.clear(case_id)


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


def _may_show(tx: Transaction, case: Case, now: datetime) -> Refused | None:
    """Refuse a document whose holder did not consent to be compared with it."""
    if case.status is not Status.CAPTURING or now >= case.expires_at:
        return not_now(case.status)
    return _consented(tx, case, now)


def spend(tx: Transaction, case: Case, nonce: str, now: datetime) -> Challenge | Refused:
    """Spend the challenge that this nonce answers, where it is one of this case and still open."""
    challenge = _open_question(tx, case, nonce, now)
    if isinstance(challenge, Refused):
        return challenge
    try:
        tx.spend_challenge(challenge.id, now=now)
    except Taken:
        sentence = "This question was answered already. Ask for a new one."
        return Refused(RefusalCode.CHALLENGE_REFUSED, sentence, about="challenge_spent")
    return challenge


def _open_question(tx: Transaction, case: Case, nonce: str, now: datetime) -> Challenge | Refused:
    challenge = tx.challenge(nonce_hash(nonce))
    why = answered(challenge, case, now=now)
    if why is not None or challenge is None:
        return _unanswered(str(why or ""))
    return challenge


def _unanswered(about: str) -> Refused:
    sentence = "This answers no open question of this case. Ask for a new one."
    return Refused(RefusalCode.CHALLENGE_REFUSED, sentence, about=about)


def _belongs(  # noqa: PLR0913, PLR0917 - the facts of one capture
    service: Service,
    case_id: str,
    live: Sequence[bytes],
    nonce: str,
    signed: Signed | None,
    now: datetime,
) -> Refused | None:
    """Say why these frames do not answer their question; None where they do. It spends nothing."""
    with service.store.read() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := _may_capture(tx, service, case, now):
            return refused
        challenge = _open_question(tx, case, nonce, now)
        if isinstance(challenge, Refused):
            return challenge
        if why := fits(challenge, signed=signed is not None):
            return _unanswered(str(why))
        key = key_of(tx, signed) if signed is not None else None
    return holds(service, challenge, key, signed, live, nonce, now) if signed is not None else None


def _consented(tx: Transaction, case: Case, now: datetime) -> Refused | None:
    if covers(tx.consents(case.id), Purpose.FACE_CHECK, now=now):
        return None
    sentence = "Nobody consented to a face check. Ask for consent, or offer the other way."
    return Refused(RefusalCode.CONSENT_MISSING, sentence)


def _may_capture(tx: Transaction, service: Service, case: Case, now: datetime) -> Refused | None:
    if case.status is not Status.CAPTURING or now >= case.expires_at:
        return not_now(case.status)
    if refused := _consented(tx, case, now):
        return refused
    if case.attempts >= service.profile.policies[case.kind].attempts:
        # Also after a referral, the other way and back, and where several captures run at once.
        return _NO_ATTEMPT_LEFT
    return _DOCUMENT_NEEDED if _on_the_desk(service, case, now) is None else None


def _on_the_desk(service: Service, case: Case, now: datetime) -> Shown | None:
    """Give the document that was shown, where it is that of the person the case is about.

    Another one may lie there: where two were shown at once, a commit was lost, or the other way
    named somebody else since. Comparing with it would let one person's face speak for another.
    """
    shown = service.desk.look(case.id, now=now)
    if shown is None or person_of(shown.finding, service.hasher) != case.person:
        return None
    return shown


def _begin(
    service: Service, case_id: str, nonce: str, now: datetime
) -> tuple[Case, Challenge, Shown] | Refused:
    """Check everything that a capture needs, spend its challenge and count the attempt."""
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := _may_capture(tx, service, case, now):
            return refused
        shown = _on_the_desk(service, case, now)
        challenge = spend(tx, case, nonce, now)
        if isinstance(challenge, Refused) or shown is None:
            return challenge if isinstance(challenge, Refused) else _DOCUMENT_NEEDED
        case = tx.change_case(replace(case, attempts=case.attempts + 1))
        if case.person is not None:
            tx.add_attempt(case.id, case.person, at=now)
        told = {"attempt": str(case.attempts), "challenge": challenge.id}
        logged(tx, case, "capture_begun", actor=SUBSCRIBER, now=now, details=told)
        return case, challenge, shown


def _record(  # noqa: PLR0913, PLR0917 - the facts of one record
    service: Service,
    case: Case,
    decision: Decision,
    evidence: Evidence,
    challenge_id: str,
    now: datetime,
) -> DecisionRecord:
    band = str(evidence.comparison.value) if isinstance(evidence.comparison, Measured) else ""
    return record(
        case,
        decision,
        authority=challenge_id,
        band=band,
        versions=service.site.engine.versions,
        now=now,
    )


def _hold(  # noqa: PLR0913, PLR0917 - the facts of what is held
    tx: Transaction,
    service: Service,
    case: Case,
    shown: Shown,
    live: Sequence[bytes],
    now: datetime,
) -> None:
    """Seal what the reviewer has to look at: the portrait and the last live picture."""
    until = now + service.profile.retention[Record.HELD]
    for name, picture in (("portrait", shown.portrait), ("live", live[-1])):
        envelope = service.sealer.seal(picture, purpose="review", context=f"{case.id}/{name}")
        tx.hold(HeldItem(case=case.id, name=name, envelope=envelope, until=until))
