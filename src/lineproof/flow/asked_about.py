"""What a notice's link asks, for whoever holds it: shown before anything is answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lineproof.domain.audit import ActorKind
from lineproof.domain.case import Case, Event, Kind, Status
from lineproof.domain.token import TokenUse, good, token_hash
from lineproof.flow.moving import HOLDER, logged

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.domain.token import Token
    from lineproof.ports import Service
    from lineproof.storage import Transaction


class Asking(StrEnum):
    """Where a notice's question stands, for whoever opens its link."""

    MAY_OBJECT = "may_object"
    MAY_AGREE = "may_agree"
    OBJECTED = "objected"
    """An objection was made, by this link or by another notice's, and a person looks."""
    AGREED = "agreed"
    DECLINED = "declined"
    OVER = "over"
    """Nothing waits for an answer; or there never was such a link, which is not told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: no person stands in it, and of the line its last digits only."""

    asking: Asking
    kind: Kind | None = None
    """None where nothing is told: the question is over."""
    line: str = ""
    goes_on_at: datetime | None = None
    """A change that nobody objects to goes on then; None where it is not known yet."""


OVER = Question(asking=Asking.OVER)

WAITS = {
    TokenUse.OBJECTION: (Status.APPROVED, Asking.MAY_OBJECT),
    TokenUse.HOLDER: (Status.AWAITING_HOLDER, Asking.MAY_AGREE),
}
"""Where a case waits for the answer that a token may give."""

ANSWERED = {
    f"case_{Event.HOLDER_AGREED}": Asking.AGREED,
    f"case_{Event.HOLDER_DECLINED}": Asking.DECLINED,
    f"case_{Event.OBJECTED}": Asking.OBJECTED,
}
"""What the log says of an answer."""


def open_question(service: Service, secret: str, *, now: datetime) -> Question:
    """Show the question to whoever holds the secret; the look is on record. Nothing is spent."""
    found = question_of(service, secret, now=now)
    if found is OVER:
        # Whoever guesses is not given the store's one writer.
        return OVER
    with service.store.begin() as tx:
        token = tx.token(token_hash(secret))
        case = tx.case(token.case) if token is not None else None
        if case is not None:
            logged(tx, case, "question_shown", actor=HOLDER, now=now)
    return found


def question_of(service: Service, secret: str, *, now: datetime) -> Question:
    """Say how the question stands that was opened before."""
    with service.store.read() as tx:
        return _question(tx, secret, now)


def _question(tx: Transaction, secret: str, now: datetime) -> Question:
    token = tx.token(token_hash(secret))
    case = tx.case(token.case) if token is not None else None
    if token is None or case is None or token.use not in WAITS or now >= token.expires_at:
        return OVER
    asking = _stands(tx, token, case, now)
    if asking is Asking.OVER:
        return OVER
    return Question(
        asking=asking, kind=case.kind, line=case.msisdn[-3:], goes_on_at=case.not_before
    )


def _stands(tx: Transaction, token: Token, case: Case, now: datetime) -> Asking:
    status, asking = WAITS[token.use]
    if good(token, token.use, now=now) and case.status is status:
        return asking
    said = [
        ANSWERED[entry.deed.action]
        for entry in tx.entries_of(case.id)
        if entry.deed.actor.kind is ActorKind.HOLDER and entry.deed.action in ANSWERED
    ]
    if token.use is TokenUse.HOLDER:
        # The first answer is the only one that there is.
        return next((each for each in said if each is not Asking.OBJECTED), Asking.OVER)
    # What two reviewers weighed is over.
    return Asking.OBJECTED if case.status is Status.REFERRED and said else Asking.OVER
