"""One face check of one case: the document shown, the question asked, the capture decided.

The whole of ``capture``, in order:

1. open the case; check that it may be captured, the consent, the document and the challenge, and
   where a script was asked for, the signed message: a refusal up to here costs and keeps nothing
2. count the attempt and spend the challenge, and with an assisted one the word that it relies on,
   committed before anything is looked at
3. gather the Evidence: quality, liveness, the comparison one to one; nothing is held open
4. open the case again, as somebody may have left it meanwhile; gather what stands about the line
5. decide, once
6. write the decision, the case's move, the entry and what follows in one transaction
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from lineproof.domain.case import Case, Status
from lineproof.domain.case_policy import decide_case
from lineproof.domain.challenge import LIFE, Challenge, binding, fits, nonce_hash
from lineproof.domain.consent import covers_several
from lineproof.domain.finding import Measured
from lineproof.domain.platform_word import NO_WORD
from lineproof.domain.profile import Record
from lineproof.domain.reason import Outcome
from lineproof.domain.script import Variant
from lineproof.domain.shown_moment import moments
from lineproof.flow.assist import ASSISTANCE_MISSING, word_for
from lineproof.flow.capturable import (
    BEGUN,
    DOCUMENT_NEEDED,
    by_chip,
    may_capture,
    may_play,
    on_the_desk,
    open_question,
    spend,
    unanswered,
)
from lineproof.flow.fresh import new_id, new_secret, unforeseen
from lineproof.flow.moving import SUBSCRIBER, logged
from lineproof.flow.refused import UNKNOWN, RefusalCode, Refused, not_now
from lineproof.flow.settle import record, settle, standing
from lineproof.flow.signed_capture import Signed, holds, key_of
from lineproof.flow.verify import MOST_FRAMES, PictureRefused, gather
from lineproof.storage import StoreDown
from lineproof.storage_records import HeldItem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from lineproof.domain.evidence import Evidence
    from lineproof.domain.finding import Finding
    from lineproof.domain.liveness import LiveCapture
    from lineproof.domain.platform_word import PlatformWord
    from lineproof.domain.reason import Decision
    from lineproof.ports import Service, Shown
    from lineproof.storage import Transaction
    from lineproof.storage_records import DecisionRecord


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


def ask(
    service: Service, case_id: str, *, variant: Variant | None = None, now: datetime
) -> Asked | Refused:
    """Ask for one capture, or one answer of a chip, bound to case, line, SIM and document.

    With a ``variant`` a script is asked for, and the capture has to be signed. An assisted one is
    asked for where a member of staff has confirmed that they see the person.
    """
    nonce = new_secret()
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if not by_chip(case, now) and (refused := may_capture(tx, service, case, now)):
            return refused
        if variant is not None and (refused := may_play(tx, case)):
            return refused
        if variant is Variant.ASSISTED and word_for(tx, case, now) is None:
            return ASSISTANCE_MISSING
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
    told = _belongs(service, case_id, live, nonce, signed, now)
    if isinstance(told, Refused):
        return told
    begun = _begin(service, case_id, nonce, now)
    if isinstance(begun, Refused):
        return begun
    case, challenge, shown, assisted_by = begun

    # 3. The Evidence.
    policy = service.profile.policies[case.kind]
    evidence = gather(
        service.site,
        shown,
        live,
        told=told,
        assisted_by=assisted_by,
        policy=policy,
        attempt=case.attempts,
        today=now.date(),
    )
    if isinstance(evidence, PictureRefused):
        about = f"{evidence.why.code}.{evidence.frame}"
        return Refused(RefusalCode.PICTURE_UNREADABLE, evidence.why.sentence, about=about)

    try:
        held = partial(_for_reviewer, shown, live, told)
        found = _decided(service, case_id, challenge, evidence, held, now)
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
    held: Callable[[], Mapping[str, bytes]],
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
            _hold(tx, service, after, held(), now)
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


def _belongs(  # noqa: PLR0913, PLR0917 - the facts of one capture
    service: Service,
    case_id: str,
    live: Sequence[bytes],
    nonce: str,
    signed: Signed | None,
    now: datetime,
) -> LiveCapture | Refused | None:
    """Give what a signed message tells of these frames, None for plain ones, or why not.

    It spends nothing.
    """
    with service.store.read() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := may_capture(tx, service, case, now):
            return refused
        challenge = open_question(tx, case, nonce, now)
        if isinstance(challenge, Refused):
            return challenge
        if why := fits(challenge, signed=signed is not None):
            return unanswered(str(why))
        key = key_of(tx, signed) if signed is not None else None
    if signed is None:
        return None
    return holds(service, challenge, key, signed, live, nonce, now)


def _begin(
    service: Service, case_id: str, nonce: str, now: datetime
) -> tuple[Case, Challenge, Shown, str | None] | Refused:
    """Check all that a capture needs, spend its challenge and its word, and count the attempt.

    What is given last is whose word it was.
    """
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if refused := may_capture(tx, service, case, now):
            return refused
        shown = on_the_desk(service, case, now)
        challenge = open_question(tx, case, nonce, now)
        if isinstance(challenge, Refused) or shown is None:
            return challenge if isinstance(challenge, Refused) else DOCUMENT_NEEDED
        assisted = challenge.variant is Variant.ASSISTED
        word = word_for(tx, case, now) if assisted else None
        if assisted and word is None:
            # It is over since the question was asked. Nothing was spent: they ask for another.
            return ASSISTANCE_MISSING
        if isinstance(spent := spend(tx, case, nonce, now), Refused):
            return spent
        if word is not None:
            tx.spend_assistance(word.id, now=now)
        case = tx.change_case(replace(case, attempts=case.attempts + 1))
        if case.person is not None:
            tx.add_attempt(case.id, case.person, at=now)
        told = {"attempt": str(case.attempts), "challenge": challenge.id}
        if word is not None:
            told["assisted_by"] = word.staff
        logged(tx, case, BEGUN, actor=SUBSCRIBER, now=now, details=told)
        return case, challenge, shown, None if word is None else word.staff


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
        platform=_said(evidence.platform),
        now=now,
    )


def _said(platform: Finding[PlatformWord]) -> str:
    """Write what a platform said of the app; nothing where no statement came."""
    if platform == NO_WORD:
        return ""
    return str(platform.value) if isinstance(platform, Measured) else platform.why


def _for_reviewer(
    shown: Shown, live: Sequence[bytes], told: LiveCapture | None
) -> Mapping[str, bytes]:
    """Give what a reviewer has to look at, by name: the portrait, and what shows who was there.

    Of plain pictures that is the last one; of a script a few moments that the service chooses, and
    nothing where no frame came of one: that it is missing is seen.
    """
    if told is None:
        return {"portrait": shown.portrait, "live": live[-1]}
    chosen = moments(told.script, told.at_ms, unforeseen())
    frames = {each.prompt.name: b"" if each.frame is None else live[each.frame] for each in chosen}
    return {"portrait": shown.portrait, **frames}


def _hold(
    tx: Transaction, service: Service, case: Case, held: Mapping[str, bytes], now: datetime
) -> None:
    """Seal what the reviewer has to look at, in place of what an earlier referral left."""
    tx.let_go(case.id)
    if not covers_several(tx.consents(case.id), now=now):
        # Who read that two pictures are kept has two kept: the portrait, and the first there is.
        several = [name for name, picture in held.items() if picture]
        held = {name: held[name] for name in several[:2]}
    until = now + service.profile.retention[Record.HELD]
    for name, picture in held.items():
        envelope = service.sealer.seal(picture, purpose="review", context=f"{case.id}/{name}")
        tx.hold(HeldItem(case=case.id, name=name, envelope=envelope, until=until))
