"""Verify one person against one document.

The whole of it, in order:

1. look at the portrait on the document
2. look at each live frame
3. keep the frames that the policy finds good enough
4. compare one to one, if there is something to compare
5. gather the Evidence
6. decide, once
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.domain.finding import Evidence, Unmeasured, Unreadable
from lineproof.domain.policy import decide, shortfalls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineproof.domain.finding import Finding, FmrBand
    from lineproof.domain.policy import Decision, Outcome, Policy, Reason
    from lineproof.ports import Look, Site, Versions

MOST_FRAMES = 24
"""Live frames of one verification. Each is held in memory until the decision, and more of them
hardly sharpen a mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found, what was decided, and what it was made with."""

    evidence: Evidence
    decision: Decision
    versions: Versions

    @property
    def outcome(self) -> Outcome:
        """Approve, retry, refer or refuse."""
        return self.decision.outcome

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason for the outcome."""
        return self.decision.reasons


@dataclass(frozen=True, slots=True)
class PictureRefused:
    """Picture number ``frame`` (0 for the document, 1 for the first live frame) is unusable."""

    frame: int
    why: Unreadable


def verify(
    site: Site, *, document: bytes, live: Sequence[bytes], policy: Policy, attempt: int
) -> Verification | PictureRefused:
    """Decide whether the person in the ``live`` frames is the person on the ``document``.

    Pictures are stored files (JPEG, PNG, WebP); ``attempt`` counts from 1. One that cannot be read
    is a PictureRefused; everything else, a missing face included, is evidence for the decision.
    Raises ValueError for more than MOST_FRAMES live frames, and for an ``attempt`` below 1.
    """
    if len(live) > MOST_FRAMES:
        msg = f"at most {MOST_FRAMES} live pictures are compared, not {len(live)}"
        raise ValueError(msg)
    if attempt < 1:
        msg = f"attempt counts from 1, not {attempt}"
        raise ValueError(msg)
    # 1. The portrait on the document, and 2. each live frame.
    looks: list[Look] = []
    for number, picture in enumerate((document, *live)):
        look = site.engine.look(picture)
        if isinstance(look, Unreadable):
            return PictureRefused(number, look)
        looks.append(look)
    reference, *probes = looks

    # 3. Only what the policy finds good enough may be compared.
    usable = [look for look in probes if not shortfalls(look.finding, policy.required_of_live)]
    fit = usable and not shortfalls(reference.finding, policy.required_of_document)

    # 4. One to one. A file that is its own live picture shows nothing of who is there.
    comparison: Finding[FmrBand] = Unmeasured("no_usable_picture")
    if document in live:
        comparison = Unmeasured("same_picture")
    elif fit:
        comparison = site.engine.compare(reference=reference, probes=usable)

    # 5. Everything a decision may look at.
    evidence = Evidence(
        reference=reference.finding,
        probes=tuple(look.finding for look in probes),
        comparison=comparison,
        liveness=Unmeasured("no_liveness_check"),
        attempt=attempt,
    )

    # 6. Once.
    decision = decide(evidence, policy)
    return Verification(evidence=evidence, decision=decision, versions=site.engine.versions)
