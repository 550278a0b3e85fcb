"""The conclusion on a person: Evidence and a Policy in, a Decision out.

The conclusion on a case weighs the line as well: ``case_policy.py``. There is no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from lineproof.domain.document import PortraitSource, Strength, strength
from lineproof.domain.finding import FMR_POINTS, FaceFinding, Measured, Unmeasured
from lineproof.domain.liveness import Basis
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
from lineproof.domain.validity import ANY_TYPE, DocumentRules, doubts, forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lineproof.domain.document import DocumentFinding
    from lineproof.domain.evidence import Evidence
    from lineproof.domain.finding import Finding, FmrBand
    from lineproof.domain.liveness import LivenessBand
    from lineproof.domain.platform_word import PlatformWord

__all__ = [
    "ANY_DOCUMENT",
    "ANY_TYPE",
    "DOCUMENT_QUALITY",
    "LIVE_QUALITY",
    "Decision",
    "DocumentRules",
    "Outcome",
    "Policy",
    "Reason",
    "ReasonCode",
    "decide",
    "decide_on_document",
    "shortfalls",
    "two_pictures",
]

REFER_FMR = FMR_POINTS[0]
"""Up to this false match rate a comparison is worth a person's look; beyond it, it is no match."""

MOST_APCER = 0.2
"""Checks that let more of a known species pass show no living person, whatever a policy says."""

SINGLE_FACE = "single_face_present"
"""The quality component that says whether one face stands out (ISO/IEC 29794-5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a regime or an operator demands. No field has a default: forgetting one is an error.

    ``max_fmr`` is the false match rate a match must keep to; ``attempts`` how many tries there are
    before a person looks; ``document`` what the document must be; the two mappings name quality
    components (ISO/IEC 29794-5) and the least value, 0..100, that a document's portrait and a live
    frame must reach.

    Where ``liveness_required``, what is known of a living person must hold: no check is missing
    that the script's table knows, and the upper ends of the 95 % intervals of APCER, of the worst
    species, and of BPCER are at most ``max_apcer`` and ``max_bpcer`` (ISO/IEC 30107-3), counted on
    people where ``liveness_on_people``. A member of staff's word may stand in for what is not known
    where ``assisted_accepted``; for what failed, nothing does.
    """

    max_fmr: float
    attempts: int
    document: DocumentRules
    required_of_document: Mapping[str, int]
    required_of_live: Mapping[str, int]
    liveness_required: bool
    max_apcer: float
    max_bpcer: float
    liveness_on_people: bool
    assisted_accepted: bool

    def __post_init__(self) -> None:
        """Refuse a policy that could approve what nobody measured."""
        if not 0 < self.max_fmr <= REFER_FMR:
            msg = f"max_fmr is a rate above 0 and at most {REFER_FMR}, not {self.max_fmr}"
            raise ValueError(msg)
        if not (0 < self.max_apcer <= MOST_APCER and 0 < self.max_bpcer < 1):
            msg = f"max_apcer is above 0 and at most {MOST_APCER}, max_bpcer above 0 and below 1"
            raise ValueError(msg)
        if self.attempts < 1:
            msg = f"attempts is 1 or more, not {self.attempts}"
            raise ValueError(msg)
        if not (SINGLE_FACE in self.required_of_document and SINGLE_FACE in self.required_of_live):
            msg = f"a policy must say what it requires of {SINGLE_FACE}"
            raise ValueError(msg)
        required = (*self.required_of_document.values(), *self.required_of_live.values())
        # Written so that NaN, which nothing falls short of, is refused too.
        if not all(0 <= least <= 100 for least in required):  # noqa: PLR2004 - ISO/IEC 29794-5
            raise ValueError("a required quality value is 0..100")


def two_pictures(*, max_fmr: float = 1e-4, attempts: int = 3) -> Policy:
    """Give the policy for two pictures without a capture session, as the command line has them.

    It requires no liveness, because two files cannot show it, and takes any picture with a portrait
    for a document, though never one that has expired or contradicts itself; a service must use a
    policy that asks for more. The quality minima are measured in docs/measurements.md.
    """
    return Policy(
        max_fmr=max_fmr,
        attempts=attempts,
        document=ANY_DOCUMENT,
        required_of_document=DOCUMENT_QUALITY,
        required_of_live=LIVE_QUALITY,
        liveness_required=False,
        max_apcer=MOST_APCER,
        max_bpcer=MOST_APCER,
        liveness_on_people=True,
        assisted_accepted=False,
    )


ANY_DOCUMENT = DocumentRules(
    least_strength=Strength.NONE, accepted_types=ANY_TYPE, least_age=0, validity_required=False
)
"""Asks nothing of a document but what is never accepted: expired, or in doubt."""

DOCUMENT_QUALITY: Mapping[str, int] = MappingProxyType(
    {
        SINGLE_FACE: 50,
        "under_exposure_prevention": 5,
        "over_exposure_prevention": 35,
        "dynamic_range": 45,
        "sharpness": 15,
        "no_compression_artifacts": 20,
        "inter_eye_distance": 15,
        "head_pose_yaw": 70,
        "head_pose_pitch": 65,
    }
)
"""What a document's portrait must reach: each is where recognition begins to suffer."""

LIVE_QUALITY: Mapping[str, int] = MappingProxyType(
    {
        # Nobody else may be near: a second face over a quarter of the area is another person there.
        SINGLE_FACE: 75,
        "under_exposure_prevention": 5,
        "over_exposure_prevention": 35,
        "dynamic_range": 50,
        "sharpness": 25,
        "no_compression_artifacts": 30,
        "inter_eye_distance": 30,
        "eyes_open": 25,
        "leftward_crop_of_the_face_image": 20,
        "rightward_crop_of_the_face_image": 20,
        "margin_above_of_the_face_image": 20,
        "margin_below_of_the_face_image": 35,
        "head_pose_yaw": 50,
        "head_pose_pitch": 60,
        "head_pose_roll": 50,
    }
)
"""What a live frame must reach. Colour, mouth, light from the side and head size are measured and
not required: they cost recognition nothing that was measurable, and asking would cost people."""


def shortfalls(face: Finding[FaceFinding], required: Mapping[str, int]) -> tuple[str, ...]:
    """Name what keeps a face from being used, what falls shortest first; empty when it may be.

    A face that was not found gives its code, and a component that could not be measured counts
    as wholly missing: what nobody saw is never good enough.
    """
    if isinstance(face, Unmeasured):
        return (face.why,)
    # The share that is missing, so that components with low and with high minima compare.
    missing = {
        name: (least - _value(face.value, name)) / least
        for name, least in required.items()
        if least > 0
    }
    short = sorted((name for name, gap in missing.items() if gap > 0), key=lambda n: -missing[n])
    # Several faces makes every other measure doubtful, so it is always the first thing to mend.
    return tuple(sorted(short, key=lambda name: name != SINGLE_FACE))


def _value(face: FaceFinding, name: str) -> int:
    component = face.quality.get(name, Unmeasured("not_assessed"))
    return component.value.value if isinstance(component, Measured) else 0


def decide(evidence: Evidence, policy: Policy) -> Decision:
    """Conclude once, from everything that was gathered.

    1. A document whose facts forbid it is refused, whoever shows it.
    2. A picture that cannot be used asks for another, with the one thing to change.
    3. What could not be compared goes to a person.
    4. The band of false match rates says match, uncertain or no match. No match, or checks of
       liveness that failed, ask again; which of them it was, nobody outside learns.
    5. Only a match with nothing missing and nothing in doubt approves.
    """
    if reasons := forbidden(evidence.document, policy.document, today=evidence.today):
        return refusal(*reasons)
    failed = _failed(evidence.liveness)
    unusable = _unusable(evidence, policy)
    if unusable:
        return _again_or_refer((*unusable, *failed), evidence, policy, change=unusable[0])
    if isinstance(evidence.comparison, Unmeasured):
        why = Reason(ReasonCode.COMPARISON_UNMEASURED, evidence.comparison.why)
        return referral(why, *failed, *_missing(evidence, policy))
    verdict = _verdict(evidence.comparison.value, policy)
    if verdict is ReasonCode.NO_MATCH or failed:
        return _again_or_refer((Reason(verdict), *failed), evidence, policy, change=None)
    missing = _missing(evidence, policy)
    if missing or verdict is ReasonCode.MATCH_UNCERTAIN:
        return referral(Reason(verdict), *missing)
    return approval(Reason(verdict), *_assisted(evidence, policy))


def decide_on_document(document: DocumentFinding, rules: DocumentRules, *, today: date) -> Decision:
    """Conclude on a document alone, before anybody is compared with its portrait."""
    if reasons := forbidden(document, rules, today=today):
        return refusal(*reasons)
    if reasons := doubts(document, rules, today=today):
        return referral(*reasons)
    return approval()


def _unusable(evidence: Evidence, policy: Policy) -> tuple[Reason, ...]:
    """Give the reasons why the document, or every one of the live frames, cannot be used."""
    document = _reasons(
        evidence.reference,
        policy.required_of_document,
        ReasonCode.DOCUMENT_FACE_UNMEASURED,
        ReasonCode.DOCUMENT_QUALITY,
    )
    frames = [
        _reasons(
            frame,
            policy.required_of_live,
            ReasonCode.LIVE_FACE_UNMEASURED,
            ReasonCode.LIVE_QUALITY,
        )
        for frame in evidence.probes
    ] or [(Reason(ReasonCode.LIVE_FACE_UNMEASURED, "no_frame"),)]
    return document + min(frames, key=len)


def _reasons(
    face: Finding[FaceFinding], required: Mapping[str, int], none: ReasonCode, low: ReasonCode
) -> tuple[Reason, ...]:
    code = none if isinstance(face, Unmeasured) else low
    return tuple(Reason(code, name) for name in shortfalls(face, required))


def _verdict(band: FmrBand, policy: Policy) -> ReasonCode:
    if band.at_most <= policy.max_fmr:
        return ReasonCode.FACE_MATCH
    return ReasonCode.MATCH_UNCERTAIN if band.at_most <= REFER_FMR else ReasonCode.NO_MATCH


def _missing(evidence: Evidence, policy: Policy) -> tuple[Reason, ...]:
    """Give what is in doubt about the document, and what is required and nobody measured."""
    missing = doubts(evidence.document, policy.document, today=evidence.today)
    missing += _against_the_app(evidence.platform)
    # A stolen chip's files without DG2, beside a page with the thief's picture, prove the name and
    # not the face: what the issuer signed must be what was compared.
    signed = strength(evidence.document) >= Strength.STRONG
    if signed and evidence.document.portrait != Measured(PortraitSource.CHIP):
        missing += (Reason(ReasonCode.DOCUMENT_FACT_UNMEASURED, "chip_portrait"),)
    if not _assisted(evidence, policy):
        missing += _not_known_to_live(evidence.liveness, policy)
    if evidence.attempt > policy.attempts:
        # Who comes back to the face check by the other way has no more attempts than anybody.
        missing += (Reason(ReasonCode.ATTEMPTS_USED),)
    return missing


def _failed(liveness: Finding[LivenessBand]) -> tuple[Reason, ...]:
    """Give what a check measured against a living person, whether the policy asks for it or not."""
    if isinstance(liveness, Unmeasured) or liveness.value.passes:
        return ()
    return tuple(Reason(ReasonCode.LIVENESS_FAILED, measure) for measure in liveness.value.failed)


def _against_the_app(platform: Finding[PlatformWord]) -> tuple[Reason, ...]:
    """Give why a platform's statement does not hold; one that holds, or is not there, is nothing.

    No line of a policy reads that one holds: whoever owns a genuine telephone can film a picture.
    """
    if isinstance(platform, Unmeasured) or platform.value.fails is None:
        return ()
    return (Reason(ReasonCode.ATTESTATION_FAILED, platform.value.fails),)


def _not_known_to_live(liveness: Finding[LivenessBand], policy: Policy) -> tuple[Reason, ...]:
    """Give why what is known of a living person is too little for the policy."""
    if not policy.liveness_required:
        return ()
    if isinstance(liveness, Unmeasured):
        return (Reason(ReasonCode.LIVENESS_UNMEASURED, liveness.why),)
    band = liveness.value
    weak: tuple[Reason, ...] = ()
    # Written so that NaN, which is neither more nor less, is too weak.
    if not band.apcer <= policy.max_apcer:
        weak = (Reason(ReasonCode.LIVENESS_TOO_WEAK, band.worst),)
    elif not band.bpcer <= policy.max_bpcer:
        weak = (Reason(ReasonCode.LIVENESS_TOO_WEAK, "bpcer"),)
    else:
        # Rates of what was left were counted on attackers who left nothing out on purpose.
        left_out = (f"without_{check}" for check in sorted(band.missing))
        weak = tuple(Reason(ReasonCode.LIVENESS_TOO_WEAK, each) for each in left_out)
    if policy.liveness_on_people and band.basis is not Basis.PEOPLE:
        weak += (Reason(ReasonCode.LIVENESS_SIMULATED_ONLY),)
    return weak


def _assisted(evidence: Evidence, policy: Policy) -> tuple[Reason, ...]:
    """Say that somebody's word stands in for what the checks did not show; nothing otherwise."""
    if evidence.assisted_by is None or not policy.assisted_accepted:
        return ()
    if not _not_known_to_live(evidence.liveness, policy):
        return ()
    return (Reason(ReasonCode.LIVENESS_ASSISTED),)


def _again_or_refer(
    reasons: tuple[Reason, ...], evidence: Evidence, policy: Policy, *, change: Reason | None
) -> Decision:
    """Ask again while attempts remain; the last one goes to a person, never to a refusal."""
    if evidence.attempt < policy.attempts:
        return another_try(*reasons, *_against_the_app(evidence.platform), change=change)
    # Pictures that are poor on purpose must not keep from reviewers what else is not known: on the
    # reasons depends how many of them must agree.
    used = Reason(ReasonCode.ATTEMPTS_USED)
    return referral(*dict.fromkeys((*reasons, *_missing(evidence, policy), used)))
