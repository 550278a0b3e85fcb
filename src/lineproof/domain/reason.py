"""What a decision says and why: outcomes, reason codes, the Decision itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What a decision says. A failed face check alone never refuses (DESIGN promise 3)."""

    APPROVE = "approve"
    """The person who is there is the person on the document."""
    RETRY = "retry"
    """Another picture, with the one thing to change."""
    REFER = "refer"
    """A person looks."""
    REFUSE = "refuse"
    """A fact other than the face forbids it."""


class ReasonCode(StrEnum):
    """Why. Stable for callers; each is explained in docs/reasons.md."""

    FACE_MATCH = "face_match"
    MATCH_UNCERTAIN = "match_uncertain"
    NO_MATCH = "no_match"
    DOCUMENT_FACE_UNMEASURED = "document_face_unmeasured"
    DOCUMENT_QUALITY = "document_quality"
    LIVE_FACE_UNMEASURED = "live_face_unmeasured"
    LIVE_QUALITY = "live_quality"
    COMPARISON_UNMEASURED = "comparison_unmeasured"
    LIVENESS_UNMEASURED = "liveness_unmeasured"
    LIVENESS_FAILED = "liveness_failed"
    LIVENESS_TOO_WEAK = "liveness_too_weak"
    LIVENESS_SIMULATED_ONLY = "liveness_simulated_only"
    LIVENESS_ASSISTED = "liveness_assisted"
    ATTESTATION_FAILED = "attestation_failed"
    ATTEMPTS_USED = "attempts_used"
    # What the document's facts forbid.
    DOCUMENT_EXPIRED = "document_expired"
    DOCUMENT_NOT_YET_VALID = "document_not_yet_valid"
    UNDER_AGE = "under_age"
    DOCUMENT_TYPE_NOT_ACCEPTED = "document_type_not_accepted"
    # What a person has to look at.
    DOCUMENT_TOO_WEAK = "document_too_weak"
    DOCUMENT_FACT_UNMEASURED = "document_fact_unmeasured"
    CHIP_FAILED = "chip_failed"
    DOCUMENT_DISAGREES = "document_disagrees"
    CHECK_DIGIT_WRONG = "check_digit_wrong"
    PRINTED_FIELD_DISAGREES = "printed_field_disagrees"
    NATIONAL_NUMBER_WRONG = "national_number_wrong"
    DOCUMENT_SIGNAL = "document_signal"
    # What stands about the line forbids.
    LINE_UNKNOWN = "line_unknown"
    LINE_EXISTS = "line_exists"
    LINE_LOCKED = "line_locked"
    LINE_LIMIT = "line_limit"
    LINE_CHANGED = "line_changed"
    COOL_OFF = "cool_off"
    SIM_TAKEN = "sim_taken"
    TRANSFER_NOT_ALLOWED = "transfer_not_allowed"
    # What stands about the line and a person has to look at.
    HOLDER_DIFFERS = "holder_differs"
    HOLDER_SAME = "holder_same"
    HOLDER_NOT_ASKED = "holder_not_asked"
    PERSON_ATTEMPTS_USED = "person_attempts_used"
    GUARDIAN_NEEDED = "guardian_needed"
    NOTICE_IMPOSSIBLE = "notice_impossible"
    # The other way, and what follows an approval.
    IN_PERSON = "in_person"
    CHIP_PROVEN = "chip_proven"
    SECOND_WITNESS_MISSING = "second_witness_missing"
    WITNESSES_DISAGREE = "witnesses_disagree"
    SECOND_REVIEWER_MISSING = "second_reviewer_missing"
    OBJECTED = "objected"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its code, and what it is ``about`` (a quality component, a code, or nothing)."""

    code: ReasonCode
    about: str = ""

    def __str__(self) -> str:
        """Write the reason as callers read it, such as ``live_quality.sharpness``."""
        return f"{self.code}.{self.about}" if self.about else str(self.code)


REVIEWERS_ONLY = frozenset({ReasonCode.LIVENESS_FAILED})
"""What these are about stays with reviewers and the log: an attack is shaped by who is told which
measure stopped the last one."""


def coarse(reasons: tuple[Reason, ...]) -> list[str]:
    """Write reasons for operators' systems and the counter: which check failed is not told."""
    told = (str(each.code) if each.code in REVIEWERS_ONLY else str(each) for each in reasons)
    # Once each: how many measures failed would tell them apart as well.
    return list(dict.fromkeys(told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was concluded, every reason for it, and what to change where ``outcome`` is retry.

    ``change`` names the quality component, or the code of what could not be measured, that the
    next picture should mend first; it is None where another picture would change nothing.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    change: Reason | None

    @property
    def failed(self) -> bool:
        """Whether another try is asked for and there is nothing to mend.

        No match and a check of liveness that failed are one here, so that nothing which follows
        tells them apart.
        """
        return self.outcome is Outcome.RETRY and self.change is None


def approval(*reasons: Reason) -> Decision:
    """Give the decision that approves."""
    return Decision(outcome=Outcome.APPROVE, reasons=reasons, change=None)


def referral(*reasons: Reason) -> Decision:
    """Give the decision that hands on to a person."""
    return Decision(outcome=Outcome.REFER, reasons=reasons, change=None)


def refusal(*reasons: Reason) -> Decision:
    """Give the decision that refuses."""
    return Decision(outcome=Outcome.REFUSE, reasons=reasons, change=None)


def another_try(*reasons: Reason, change: Reason | None) -> Decision:
    """Give the decision that asks again, and what to change."""
    return Decision(outcome=Outcome.RETRY, reasons=reasons, change=change)
