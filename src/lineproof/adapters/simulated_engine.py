"""An engine that sees what it is told: for tests, and for trying a flow without a pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.domain.finding import Unmeasured, Unreadable
from lineproof.ports import Versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineproof.domain.finding import FaceFinding, Finding, FmrBand
    from lineproof.domain.liveness import LiveCapture, LivenessBand
    from lineproof.ports import Look


NOT_TOLD = Unmeasured("liveness_nothing_measured")


@dataclass(frozen=True, slots=True)
class SimulatedLook:
    """What the simulated engine was told to see in ``picture``."""

    finding: Finding[FaceFinding]
    picture: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedEngine:
    """Sees ``sights[picture]`` in a picture and answers every comparison with ``band``.

    Of every script it says ``liveness``.

    A picture that it was told nothing of is Unreadable. It looks at no face: never in a service.
    """

    sights: Mapping[bytes, Finding[FaceFinding]]
    band: Finding[FmrBand]
    liveness: Finding[LivenessBand] = NOT_TOLD

    @property
    def versions(self) -> Versions:
        """Versions that say that nothing was really compared."""
        return Versions(
            pack="simulated",
            pack_version="0",
            setting="simulated",
            grade="evaluation",
            pipeline="simulated",
            runtime="simulated",
            liveness="simulated",
        )

    def look(self, picture: bytes, *, whole: bool = False) -> SimulatedLook | Unreadable:
        """See what was told of these bytes."""
        del whole
        if picture not in self.sights:
            return Unreadable("image_not_an_image", "The simulated engine knows no such picture.")
        return SimulatedLook(self.sights[picture], picture)

    def compare(self, *, reference: Look, probes: Sequence[Look]) -> Finding[FmrBand]:
        """Answer ``band``, whatever is compared."""
        del reference, probes
        return self.band

    def live(self, frames: Sequence[Look], *, capture: LiveCapture) -> Finding[LivenessBand]:
        """Answer ``liveness``, whatever was captured."""
        del frames, capture
        return self.liveness
