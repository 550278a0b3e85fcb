"""The only place where a conclusion is drawn: Evidence and a Policy in, a Decision out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from lineproof.domain.finding import FMR_POINTS, FaceFinding, Measured, Unmeasured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.domain.finding import Evidence, Finding, FmrBand

REFER_FMR = FMR_POINTS[0]
"""Up to this false match rate a comparison is worth a person's look; beyond it, it is no match."""

SINGLE_FACE = "single_face_present"
"""The quality component that says whether one face stands out (ISO/IEC 29794-5)."""


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
    ATTEMPTS_USED = "attempts_used"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its code, and what it is ``about`` (a quality component, a code, or nothing)."""

    code: ReasonCode
    about: str = ""

    def __str__(self) -> str:
        """Write the reason as callers read it, such as ``live_quality.sharpness``."""
        return f"{self.code}.{self.about}" if self.about else str(self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a regime or an operator demands. No field has a default: forgetting one is an error.

    ``max_fmr`` is the false match rate a match must keep to; ``attempts`` how many tries there are
    before a person looks; the two mappings name quality components (ISO/IEC 29794-5) and the least
    value, 0..100, that a document's portrait and a live frame must reach.
    """

    max_fmr: float
    attempts: int
    required_of_document: Mapping[str, int]
    required_of_live: Mapping[str, int]
    liveness_required: bool

    def __post_init__(self) -> None:
        """Refuse a policy that could approve what nobody measured."""
        if not 0 < self.max_fmr <= REFER_FMR:
            msg = f"max_fmr is a rate above 0 and at most {REFER_FMR}, not {self.max_fmr}"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was concluded, every reason for it, and what to change where ``outcome`` is retry.

    ``change`` names the quality component, or the code of what could not be measured, that the
    next picture should mend first; it is None where another picture would change nothing.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    change: Reason | None


def two_pictures(*, max_fmr: float = 1e-4, attempts: int = 3) -> Policy:
    """Give the policy for two pictures without a capture session, as the command line has them.

    It does not require liveness, because two files cannot show it; a service must use a policy
    that does. The quality minima are measured in docs/measurements.md.
    """
    return Policy(
        max_fmr=max_fmr,
        attempts=attempts,
        required_of_document=DOCUMENT_QUALITY,
        required_of_live=LIVE_QUALITY,
        liveness_required=False,
    )


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

    1. A picture that cannot be used asks for another, with the one thing to change.
    2. What could not be compared goes to a person.
    3. The band of false match rates says match, uncertain or no match.
    4. Only a match with nothing missing approves.
    """
    unusable = _unusable(evidence, policy)
    if unusable:
        return _again_or_refer(unusable, evidence, policy, change=unusable[0])
    if isinstance(evidence.comparison, Unmeasured):
        return _refer(Reason(ReasonCode.COMPARISON_UNMEASURED, evidence.comparison.why))
    verdict = _verdict(evidence.comparison.value, policy)
    if verdict is ReasonCode.NO_MATCH:
        return _again_or_refer((Reason(verdict),), evidence, policy, change=None)
    if verdict is ReasonCode.MATCH_UNCERTAIN:
        return _refer(Reason(verdict), *_missing(evidence, policy))
    if missing := _missing(evidence, policy):
        return _refer(Reason(verdict), *missing)
    return Decision(outcome=Outcome.APPROVE, reasons=(Reason(verdict),), change=None)


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
    """Give what the policy requires and nobody measured."""
    if policy.liveness_required:
        return (Reason(ReasonCode.LIVENESS_UNMEASURED, evidence.liveness.why),)
    return ()


def _again_or_refer(
    reasons: tuple[Reason, ...], evidence: Evidence, policy: Policy, *, change: Reason | None
) -> Decision:
    """Ask again while attempts remain; the last one goes to a person, never to a refusal."""
    if evidence.attempt < policy.attempts:
        return Decision(outcome=Outcome.RETRY, reasons=reasons, change=change)
    return _refer(*reasons, Reason(ReasonCode.ATTEMPTS_USED))


def _refer(*reasons: Reason) -> Decision:
    return Decision(outcome=Outcome.REFER, reasons=reasons, change=None)
