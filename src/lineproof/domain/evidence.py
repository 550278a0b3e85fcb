"""The Evidence that a decision is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from lineproof.domain.case import HandledBy
    from lineproof.domain.document import DocumentFinding
    from lineproof.domain.finding import FaceFinding, Finding, FmrBand
    from lineproof.domain.liveness import LivenessBand
    from lineproof.domain.platform_word import PlatformWord
    from lineproof.domain.reason import Reason
    from lineproof.domain.review import Verdict, Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything a decision may look at. Every field is required: nothing is true by omission."""

    document: DocumentFinding
    """What was read of the document, and how."""
    today: date
    """The day on which the document has to be valid."""
    reference: Finding[FaceFinding]
    """The portrait on the document, or in its chip."""
    probes: tuple[Finding[FaceFinding], ...]
    """The live frames, in the order they were given."""
    comparison: Finding[FmrBand]
    """The reference against the probes that passed quality."""
    liveness: Finding[LivenessBand]
    """Whether a living person was there, as far as the checks can tell."""
    platform: Finding[PlatformWord]
    """What a telephone's platform said of the app: against the person where it fails, never for."""
    assisted_by: str | None
    """The member of staff who said, by their own passkey, that they see the person; None for
    nobody."""
    attempt: int
    """1 for the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InPersonEvidence:
    """What members of staff attested of one case, in the order they did."""

    witnesses: tuple[Witness, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewEvidence:
    """What reviewers concluded on one referral, and who had a hand in the case before."""

    referred_for: tuple[Reason, ...]
    verdicts: tuple[Verdict, ...]
    handled_by: HandledBy | None
    witnesses: tuple[Witness, ...]
    assisted_by: tuple[str, ...]
    """Who confirmed for its face check that they saw the person."""
