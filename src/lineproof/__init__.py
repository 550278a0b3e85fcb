"""Lineproof: one to one, at the counter, and nothing of the face is kept.

    import lineproof

    policy = lineproof.two_pictures()
    result = lineproof.verify(document="id.jpg", live=["selfie.jpg"], policy=policy)
    result.outcome      # Outcome.APPROVE, RETRY, REFER or REFUSE
    result.reasons      # why, as stable codes

Refusals are values: a picture that cannot be read is a ``PictureRefused`` and a pack that cannot be
used a ``PackRefused``, each with a ``code`` and a ``sentence`` that says what to do.
"""

from __future__ import annotations

from lineproof.domain.document import DocumentFinding, Strength, facts, strength
from lineproof.domain.evidence import Evidence
from lineproof.domain.finding import (
    FaceFinding,
    FmrBand,
    Measured,
    QualityComponent,
    Unmeasured,
    Unreadable,
)
from lineproof.domain.policy import (
    Decision,
    DocumentRules,
    Outcome,
    Policy,
    Reason,
    ReasonCode,
    decide,
    decide_on_document,
    two_pictures,
)
from lineproof.flow.verify import PictureRefused, Verification
from lineproof.library import inspect, open_site, read_document, verify
from lineproof.packs.refusal import PackRefused
from lineproof.ports import Site, Versions

__all__ = [
    "Decision",
    "DocumentFinding",
    "DocumentRules",
    "Evidence",
    "FaceFinding",
    "FmrBand",
    "Measured",
    "Outcome",
    "PackRefused",
    "PictureRefused",
    "Policy",
    "QualityComponent",
    "Reason",
    "ReasonCode",
    "Site",
    "Strength",
    "Unmeasured",
    "Unreadable",
    "Verification",
    "Versions",
    "decide",
    "decide_on_document",
    "facts",
    "inspect",
    "open_site",
    "read_document",
    "strength",
    "two_pictures",
    "verify",
]
