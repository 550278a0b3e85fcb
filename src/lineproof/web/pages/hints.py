"""What a decision lets the subscriber mend, in a few plain sentences: no measure, no match."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from lineproof.domain.reason import Outcome, ReasonCode
from lineproof.web.api.next_step import TOLD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.domain.case import Case
    from lineproof.domain.reason import Decision
    from lineproof.web.context import Context

OF_DOCUMENT = frozenset({ReasonCode.DOCUMENT_QUALITY, ReasonCode.DOCUMENT_FACE_UNMEASURED})

HINT_OF: Mapping[str, str] = MappingProxyType(
    {
        "under_exposure_prevention": "dark",
        "dynamic_range": "dark",
        "illumination_uniformity": "dark",
        "too_dark": "dark",
        "over_exposure_prevention": "bright",
        "sharpness": "blurred",
        "no_compression_artifacts": "blurred",
        "flat_face": "blurred",
        "inter_eye_distance": "closer",
        "head_size": "closer",
        "face_too_small": "closer",
        "leftward_crop_of_the_face_image": "centre",
        "rightward_crop_of_the_face_image": "centre",
        "margin_above_of_the_face_image": "centre",
        "margin_below_of_the_face_image": "centre",
        "face_outside_picture": "centre",
        "eyes_outside_picture": "centre",
        "head_pose_yaw": "straight",
        "head_pose_pitch": "straight",
        "head_pose_roll": "straight",
        "single_face_present": "alone",
        "eyes_open": "eyes",
        "no_face": "no_face",
    }
)
"""A sentence ``hint.KEY`` for each thing that a picture can lack; any other is ``hint.any``."""


def mends_document(decision: Decision) -> bool:
    """Whether it is the document that shall be photographed again."""
    return decision.change is not None and decision.change.code in OF_DOCUMENT


def hint_of(decision: Decision) -> str:
    """Give the key of the sentence that says what to do better."""
    change = decision.change
    if change is None or change.code not in TOLD:
        return "any"
    return HINT_OF.get(change.about, "any")


def last_hint(ctx: Context, case: Case) -> str | None:
    """Give the hint of the last try, where the last try asked for another."""
    with ctx.service.store.read() as tx:
        kept = tx.decisions(case.id)
    if not kept or kept[-1].route != "face" or kept[-1].decision.outcome is not Outcome.RETRY:
        return None
    return hint_of(kept[-1].decision)
