from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pytest

from lineproof.adapters.simulated_engine import SimulatedEngine
from lineproof.adapters.unread_documents import UnreadDocuments
from lineproof.domain.finding import (
    FaceFinding,
    Finding,
    FmrBand,
    Measured,
    QualityComponent,
    Unmeasured,
)
from lineproof.domain.policy import ANY_DOCUMENT, SINGLE_FACE, Outcome, Policy
from lineproof.flow.verify import MOST_FRAMES, PictureRefused, Verification, verify
from lineproof.ports import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineproof.domain.finding import Unreadable
    from lineproof.domain.liveness import LiveCapture, LivenessBand
    from lineproof.ports import Look, Versions

TODAY = date(2026, 11, 24)
MATCH = FmrBand(above=0.0, at_most=1e-5)
POLICY = Policy(
    max_fmr=1e-4,
    attempts=3,
    document=ANY_DOCUMENT,
    required_of_document={SINGLE_FACE: 50},
    required_of_live={SINGLE_FACE: 50},
    liveness_required=False,
    max_apcer=0.1,
    max_bpcer=0.1,
    liveness_on_people=True,
    assisted_accepted=False,
)


def face(single: int) -> Measured[FaceFinding]:
    """Give a face whose ``single_face_present`` has this value."""
    component = Measured(QualityComponent(native=0.0, value=single))
    return Measured(FaceFinding(faces=1, quality={SINGLE_FACE: component}))


@dataclass(slots=True)
class Recording:
    """An engine that records which pictures it was asked to compare."""

    told: SimulatedEngine
    compared: list[tuple[bytes, ...]] = field(default_factory=list)

    @property
    def versions(self) -> Versions:
        """The simulated engine's."""
        return self.told.versions

    def look(self, picture: bytes, *, whole: bool = False) -> Look | Unreadable:
        """See what was told."""
        return self.told.look(picture, whole=whole)

    def compare(self, *, reference: Look, probes: Sequence[Look]) -> Finding[FmrBand]:
        """Remember the pictures that reached the comparison."""
        self.compared.append(tuple(getattr(look, "picture", b"") for look in (reference, *probes)))
        return self.told.compare(reference=reference, probes=probes)

    def live(self, frames: Sequence[Look], *, capture: LiveCapture) -> Finding[LivenessBand]:
        """Answer what was told, for as many frames as were captured."""
        assert len(frames) == len(capture.at_ms)
        return self.told.live(frames, capture=capture)


def engine() -> Recording:
    """Give an engine that knows a document, good frames, a crowd and an empty room."""
    sights: dict[bytes, Finding[FaceFinding]] = {
        b"id": face(100),
        b"good": face(100),
        b"fine": face(90),
        b"crowd": face(10),
        b"empty": Unmeasured("no_face"),
    }
    return Recording(SimulatedEngine(sights=sights, band=Measured(MATCH)))


def run(recording: Recording, document: bytes, *live: bytes) -> Verification:
    """Verify, and expect that every picture could be read."""
    site = Site(engine=recording, reader=UnreadDocuments())
    found = verify(
        site,
        document=[document],
        chip={},
        live=live,
        policy=POLICY,
        attempt=1,
        today=TODAY,
    )
    assert isinstance(found, Verification)
    return found


def test_only_frames_that_pass_are_compared() -> None:
    """A frame the policy rejects never reaches the comparison; the others do, together, once."""
    recording = engine()
    found = run(recording, b"id", b"crowd", b"good", b"empty", b"fine")
    assert found.decision.outcome is Outcome.APPROVE
    assert recording.compared == [(b"id", b"good", b"fine")]
    assert len(found.evidence.probes) == 4


@pytest.mark.parametrize(
    ("document", "live", "reason"),
    [
        (b"empty", b"good", "document_face_unmeasured.no_face"),
        (b"crowd", b"good", "document_quality.single_face_present"),
        (b"id", b"empty", "live_face_unmeasured.no_face"),
        (b"id", b"crowd", "live_quality.single_face_present"),
    ],
)
def test_what_is_unfit_is_not_compared_at_all(document: bytes, live: bytes, reason: str) -> None:
    """Without a fit pair there is no comparison, and the reason says which picture to mend."""
    recording = engine()
    found = run(recording, document, live)
    assert recording.compared == []
    assert found.decision.outcome is Outcome.RETRY
    assert [str(each) for each in found.decision.reasons] == [reason]
    assert isinstance(found.evidence.comparison, Unmeasured)


def test_the_document_is_not_its_own_live_picture() -> None:
    """The same file twice says nothing about who is there: a person looks, nothing is compared."""
    recording = engine()
    found = run(recording, b"good", b"fine", b"good")
    assert recording.compared == []
    assert found.decision.outcome is Outcome.REFER
    assert [str(reason) for reason in found.decision.reasons] == [
        "comparison_unmeasured.same_picture"
    ]


@pytest.mark.parametrize(("frames", "attempt"), [(MOST_FRAMES + 1, 1), (1, 0), (1, -3)])
def test_too_many_frames_and_attempts_below_one_are_errors(frames: int, attempt: int) -> None:
    """Memory has a bound, and no count of attempts below 1 can go on for ever."""
    with pytest.raises(ValueError, match=rf"at most {MOST_FRAMES}|counts from 1"):
        verify(
            Site(engine=engine(), reader=UnreadDocuments()),
            document=[b"id"],
            chip={},
            live=[b"good"] * frames,
            policy=POLICY,
            attempt=attempt,
            today=TODAY,
        )


def test_a_picture_that_cannot_be_read_is_named() -> None:
    """The caller learns which of the pictures it was: 0 is the document."""
    site = Site(engine=engine(), reader=UnreadDocuments())
    found = verify(
        site,
        document=[b"id"],
        chip={},
        live=[b"good", b"junk"],
        policy=POLICY,
        attempt=1,
        today=TODAY,
    )
    assert isinstance(found, PictureRefused)
    assert found.frame == 2
    assert found.why.code == "image_not_an_image"


def test_the_result_says_what_it_was_made_with() -> None:
    """Pack, pipeline and runtime stand in every result."""
    assert run(engine(), b"id", b"good").versions.pack == "simulated"
