"""The conclusion on a case: what stands about the line, then the person, by whichever way.

The face check ends in ``policy.decide()``; the chip alone, two members of staff and reviewers are
concluded here. There is no other place where anything is concluded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.document import Strength, strength
from lineproof.domain.line import hindered, questioned
from lineproof.domain.policy import decide
from lineproof.domain.reason import (
    Decision,
    Outcome,
    Reason,
    ReasonCode,
    another_try,
    approval,
    referral,
    refusal,
)
from lineproof.domain.review import VerdictKind, VerdictReason, goes_with, hands_in, same
from lineproof.domain.validity import doubts, forbidden, guardianship

if TYPE_CHECKING:
    from datetime import date

    from lineproof.domain.document import DocumentFinding
    from lineproof.domain.evidence import Evidence, InPersonEvidence, ReviewEvidence
    from lineproof.domain.line import Standing
    from lineproof.domain.profile import Profile


def decide_case(evidence: Evidence, standing: Standing, profile: Profile) -> Decision:
    """Conclude on a face check of one case: the line's facts first, then the person."""
    if reasons := hindered(standing, profile):
        return refusal(*reasons)
    decision = decide(evidence, profile.policies[standing.kind])
    if decision.outcome is Outcome.REFUSE:
        return decision
    open_questions = (
        *questioned(standing, profile),
        *guardianship(evidence.document, profile.guardian_below, today=evidence.today),
    )
    if Reason(ReasonCode.PERSON_ATTEMPTS_USED) in open_questions:
        # Another picture would be one more attempt than the profile gives this person.
        return referral(*decision.reasons, *open_questions)
    if decision.outcome is Outcome.RETRY or not open_questions:
        return decision
    return referral(*decision.reasons, *open_questions)


def decide_by_chip(
    document: DocumentFinding, standing: Standing, profile: Profile, *, today: date
) -> Decision:
    """Conclude on a document that its chip alone proves, without a face.

    The files of a chip can be copied, so the chip must have shown the key that cannot
    (ICAO 9303-11, 6): anything less asks for another reading or for people.
    """
    if reasons := hindered(standing, profile):
        return refusal(*reasons)
    rules = profile.policies[standing.kind].document
    if reasons := forbidden(document, rules, today=today):
        return refusal(*reasons)
    open_questions = (
        *doubts(document, rules, today=today),
        *questioned(standing, profile),
        *guardianship(document, profile.guardian_below, today=today),
    )
    if strength(document) < Strength.STRONGEST:
        weak = Reason(ReasonCode.DOCUMENT_TOO_WEAK, Strength.STRONGEST.label)
        return another_try(weak, change=weak)
    if open_questions:
        return referral(Reason(ReasonCode.CHIP_PROVEN), *open_questions)
    return approval(Reason(ReasonCode.CHIP_PROVEN))


TWO = 2
"""People who must agree where no machine measures: one alone could lie."""


def decide_in_person(evidence: InPersonEvidence, standing: Standing, profile: Profile) -> Decision:
    """Conclude on what two members of staff saw, each for themselves."""
    if reasons := hindered(standing, profile):
        return refusal(*reasons)
    witnesses = evidence.witnesses
    if len({same(witness.staff) for witness in witnesses}) < TWO:
        missing = Reason(ReasonCode.SECOND_WITNESS_MISSING)
        return another_try(missing, change=missing)
    agreed = len({witness.person for witness in witnesses}) == 1
    if not agreed or not all(witness.content for witness in witnesses):
        return referral(Reason(ReasonCode.WITNESSES_DISAGREE))
    if open_questions := questioned(standing, profile):
        return referral(Reason(ReasonCode.IN_PERSON), *open_questions)
    return approval(Reason(ReasonCode.IN_PERSON))


UNCERTAIN = frozenset(
    {
        ReasonCode.FACE_MATCH,
        ReasonCode.MATCH_UNCERTAIN,
        ReasonCode.ATTEMPTS_USED,
        ReasonCode.PERSON_ATTEMPTS_USED,
        ReasonCode.COMPARISON_UNMEASURED,
        ReasonCode.DOCUMENT_FACT_UNMEASURED,
        ReasonCode.LIVE_FACE_UNMEASURED,
        ReasonCode.LIVE_QUALITY,
        ReasonCode.DOCUMENT_FACE_UNMEASURED,
        ReasonCode.DOCUMENT_QUALITY,
        ReasonCode.IN_PERSON,
        ReasonCode.CHIP_PROVEN,
        ReasonCode.GUARDIAN_NEEDED,
    }
)
"""What is merely not known and pictures can show: one reviewer may approve. Everything else speaks
against the person, or no picture shows it, and then a second reviewer must agree."""


BEYOND_REVIEW = frozenset({ReasonCode.DOCUMENT_TOO_WEAK})
"""What reviewers neither see nor find out: only the chip, or people who hold the document, can."""

SEEN_IN_PICTURES = frozenset(
    {
        ReasonCode.MATCH_UNCERTAIN,
        ReasonCode.NO_MATCH,
        ReasonCode.COMPARISON_UNMEASURED,
        ReasonCode.LIVE_FACE_UNMEASURED,
        ReasonCode.LIVE_QUALITY,
        ReasonCode.LIVENESS_UNMEASURED,
        ReasonCode.LIVENESS_FAILED,
        ReasonCode.LIVENESS_TOO_WEAK,
        ReasonCode.LIVENESS_SIMULATED_ONLY,
        ReasonCode.ATTESTATION_FAILED,
        ReasonCode.DOCUMENT_FACE_UNMEASURED,
        ReasonCode.DOCUMENT_QUALITY,
    }
)
"""What reviewers judge by the pictures, and so not where the profile holds none."""

OF_THE_HOLDER = frozenset({VerdictReason.DOCUMENT_RENEWED, VerdictReason.HOLDER_CONFIRMED})
"""The only reasons to give somebody a line that is held on another document."""


def decide_by_review(evidence: ReviewEvidence, standing: Standing, profile: Profile) -> Decision:
    """Conclude on a referred case from its reviewers' verdicts.

    1. Who handled, attested or assisted in a case has no verdict on it.
    2. One refusal is enough.
    3. What stands about the line refuses, whatever the reviewers say.
    4. What reviewers cannot know is not theirs to approve: the case goes on by another way.
    5. An approval against what was found needs two; one whose reason speaks against it is none.
    """
    hands = hands_in(evidence.handled_by, evidence.witnesses, evidence.assisted_by)
    counting = [verdict for verdict in evidence.verdicts if same(verdict.staff) not in hands]
    against = [verdict for verdict in counting if verdict.kind is VerdictKind.REFUSE]
    if against:
        return refusal(Reason(ReasonCode.REVIEWED, against[0].reason))
    if reasons := hindered(standing, profile):
        return refusal(*reasons)
    # What has come to stand about the line since the referral speaks as loud as what did then.
    reasons = tuple(dict.fromkeys((*evidence.referred_for, *questioned(standing, profile))))
    if beyond := _beyond_review(reasons, standing, profile):
        return referral(*beyond)
    counting = [verdict for verdict in counting if goes_with(verdict.kind, verdict.reason)]
    if any(reason.code is ReasonCode.HOLDER_DIFFERS for reason in reasons):
        counting = [verdict for verdict in counting if verdict.reason in OF_THE_HOLDER]
    override = any(reason.code not in UNCERTAIN for reason in reasons)
    if len({same(verdict.staff) for verdict in counting}) < (TWO if override else 1):
        return referral(Reason(ReasonCode.SECOND_REVIEWER_MISSING))
    return approval(Reason(ReasonCode.REVIEWED, counting[-1].reason))


def _beyond_review(
    reasons: tuple[Reason, ...], standing: Standing, profile: Profile
) -> tuple[Reason, ...]:
    """Give what no reviewer may approve."""
    if standing.person is None:
        # No picture shows who holds a line. A thumb over the number must not make its owner one
        # more person of whom nobody knows that the line is another's.
        return questioned(standing, profile)
    blind = frozenset() if profile.held_for_review else SEEN_IN_PICTURES
    return tuple(reason for reason in reasons if reason.code in BEYOND_REVIEW | blind)
