"""A referral's reasons as a reviewer reads them: what speaks for it, what against, what is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.domain.case_policy import BEYOND_REVIEW, OF_THE_HOLDER, UNCERTAIN
from lineproof.domain.reason import ReasonCode
from lineproof.domain.review import REASONS_OF, VerdictKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from lineproof.domain.reason import Decision, Reason
    from lineproof.web.pages.languages import Language

FOR = frozenset(
    {
        ReasonCode.FACE_MATCH,
        ReasonCode.LIVENESS_ASSISTED,
        ReasonCode.IN_PERSON,
        ReasonCode.CHIP_PROVEN,
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """The reasons of a referral, in words, with the finer code where there is one."""

    speaks_for: Sequence[tuple[Markup, str]]
    against: Sequence[tuple[Markup, str]]
    unclear: Sequence[tuple[Markup, str]]


def spoken(language: Language, decision: Decision) -> Told:
    """Put a decision's reasons into words, by what they say about the request."""
    reasons = decision.reasons
    return Told(
        speaks_for=_said(language, [each for each in reasons if each.code in FOR]),
        against=_said(language, [each for each in reasons if each.code not in UNCERTAIN | FOR]),
        unclear=_said(language, [each for each in reasons if each.code in UNCERTAIN - FOR]),
    )


def needs_two(decision: Decision) -> bool:
    """Whether an approval goes against what was found, so that a second reviewer must agree."""
    return any(reason.code not in UNCERTAIN for reason in decision.reasons)


def unseen(decision: Decision) -> bool:
    """Whether something is asked that no picture shows, so that no reviewer may approve it."""
    return any(
        reason.code in BEYOND_REVIEW
        or (reason.code is ReasonCode.DOCUMENT_FACT_UNMEASURED and "number" in reason.about)
        for reason in decision.reasons
    )


def choices_for(decision: Decision) -> Mapping[str, Sequence[str]]:
    """Give the verdicts that count here; the rules themselves stand in the domain."""
    approve: Sequence[str] = REASONS_OF[VerdictKind.APPROVE]
    if unseen(decision):
        approve = ()
    elif any(reason.code is ReasonCode.HOLDER_DIFFERS for reason in decision.reasons):
        approve = tuple(each for each in approve if each in OF_THE_HOLDER)
    return {VerdictKind.APPROVE: approve, VerdictKind.REFUSE: REASONS_OF[VerdictKind.REFUSE]}


def _said(language: Language, reasons: Sequence[Reason]) -> list[tuple[Markup, str]]:
    known = language.messages
    return [
        (
            language.say(
                f"reason.{reason.code}" if f"reason.{reason.code}" in known else "reason.any"
            ),
            reason.about if f"reason.{reason.code}" in known else str(reason),
        )
        for reason in reasons
    ]
