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
    Outcome,
    Policy,
    Reason,
    ReasonCode,
    decide,
    two_pictures,
)
from lineproof.flow.verify import PictureRefused, Verification
from lineproof.library import inspect, open_site, verify
from lineproof.packs.refusal import PackRefused
from lineproof.ports import Site, Versions

__all__ = [
    "Decision",
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
    "Unmeasured",
    "Unreadable",
    "Verification",
    "Versions",
    "decide",
    "inspect",
    "open_site",
    "two_pictures",
    "verify",
]
