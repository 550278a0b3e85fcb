"""What the subscriber can do next, and what a decision says to them: coarse, and never a match."""

from __future__ import annotations

from enum import StrEnum

from lineproof.domain.case import Case, Route, Status
from lineproof.domain.reason import Decision, Outcome, ReasonCode


class NextStep(StrEnum):
    """Who acts next, and how, in the subscriber's words."""

    WAIT_FOR_HOLDER = "wait_for_holder"
    CONSENT_OR_OTHER_WAY = "consent_or_other_way"
    SHOW_DOCUMENT = "show_document"
    SHOW_FACE = "show_face"
    SEE_STAFF = "see_staff"
    READ_CHIP = "read_chip"
    WAIT_FOR_REVIEWER = "wait_for_reviewer"
    WAIT = "wait"
    NOTHING = "nothing"


_OF_STATUS = {
    Status.AWAITING_HOLDER: NextStep.WAIT_FOR_HOLDER,
    Status.OPENED: NextStep.CONSENT_OR_OTHER_WAY,
    Status.REFERRED: NextStep.WAIT_FOR_REVIEWER,
    Status.APPROVED: NextStep.WAIT,
    Status.ORDERED: NextStep.WAIT,
    Status.UNFULFILLED: NextStep.WAIT,
}


def next_step(case: Case, *, document_shown: bool) -> NextStep:
    """Say what comes next for the subscriber."""
    if case.status is Status.CAPTURING:
        return NextStep.SHOW_FACE if document_shown else NextStep.SHOW_DOCUMENT
    if case.status is Status.OTHER_WAY:
        return NextStep.READ_CHIP if case.route is Route.CHIP else NextStep.SEE_STAFF
    return _OF_STATUS.get(case.status, NextStep.NOTHING)


class Verdict(StrEnum):
    """What a decision says to the subscriber."""

    APPROVED = "approved"
    AGAIN = "again"
    A_PERSON_LOOKS = "a_person_looks"
    NOT_POSSIBLE = "not_possible"


VERDICT_OF = {
    Outcome.APPROVE: Verdict.APPROVED,
    Outcome.RETRY: Verdict.AGAIN,
    Outcome.REFER: Verdict.A_PERSON_LOOKS,
    Outcome.REFUSE: Verdict.NOT_POSSIBLE,
}

TOLD = frozenset(
    {
        ReasonCode.LIVE_QUALITY,
        ReasonCode.LIVE_FACE_UNMEASURED,
        ReasonCode.DOCUMENT_QUALITY,
        ReasonCode.DOCUMENT_FACE_UNMEASURED,
        ReasonCode.DOCUMENT_TOO_WEAK,
        ReasonCode.SECOND_WITNESS_MISSING,
    }
)
"""What to change is told for pictures that cannot be used. How alike two faces are is told to
nobody: from such answers a face could be shaped until it passes."""


def change_of(decision: Decision) -> str | None:
    """Give the one thing to change before another try, such as ``live_quality.sharpness``."""
    change = decision.change
    return str(change) if change is not None and change.code in TOLD else None
