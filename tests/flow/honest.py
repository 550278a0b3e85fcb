"""An engine and a reader that tell the truth about simulated people, so that a lie is seen.

A live picture is ``face:NAME``, a page ``NAME``; who adds ``:unsure`` is compared and not made out.
A page that starts with ``?`` has no number that can be read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lineproof.adapters.operators.simulated_operator import SimulatedOperator
from lineproof.adapters.simulated_engine import NOT_TOLD
from lineproof.domain.document import PortraitSource, unread
from lineproof.domain.finding import Measured
from lineproof.ports import DocumentReading, Site
from tests.flow.stage import FACE, MATCH, NO_MATCH, UNSURE, PlainHasher, Stage, ToldReader, stage
from tests.regime import REGIME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from lineproof.domain.finding import FaceFinding, Finding, FmrBand
    from lineproof.domain.liveness import LiveCapture, LivenessBand
    from lineproof.domain.profile import Profile
    from lineproof.ports import Look, Operator, Versions
    from lineproof.storage import Store


@dataclass(frozen=True, slots=True)
class HonestLook:
    """One face, and whose it is: which only the engine may know."""

    finding: Finding[FaceFinding]
    name: str
    sure: bool


@dataclass(frozen=True, slots=True)
class HonestEngine:
    """Matches a person with their own portrait, and with nobody else's."""

    versions: Versions

    def look(self, picture: bytes, *, whole: bool = False) -> HonestLook:
        """See whose face it is."""
        del whole
        _, name, *unsure = picture.decode().split(":")
        return HonestLook(FACE, name, sure=not unsure)

    def compare(self, *, reference: Look, probes: Sequence[Look]) -> Finding[FmrBand]:
        """Compare whose faces they are."""
        faces = [look for look in (reference, *probes) if isinstance(look, HonestLook)]
        if not all(face.sure for face in faces):
            return Measured(UNSURE)
        return Measured(MATCH if len({face.name for face in faces}) == 1 else NO_MATCH)

    def live(self, frames: Sequence[Look], *, capture: LiveCapture) -> Finding[LivenessBand]:
        """Say nothing of life."""
        del frames, capture
        return NOT_TOLD


@dataclass(frozen=True, slots=True)
class HonestReader:
    """Reads a page's name, and gives the portrait of that person."""

    def read(
        self,
        pages: Sequence[bytes],
        *,
        chip: Mapping[str, bytes],
        today: date,
        challenge: bytes | None = None,
    ) -> DocumentReading:
        """Read it."""
        told = ToldReader().read(pages, chip=chip, today=today, challenge=challenge)
        page = pages[0].decode() if pages else ""
        if page.startswith("?"):
            blank = replace(unread("not_read"), portrait=Measured(PortraitSource.PAGE))
            told = replace(told, finding=blank)
        return replace(told, portrait=f"portrait:{page.lstrip('?')}".encode())


def honest(store: Store, operator: Operator | None = None, profile: Profile = REGIME) -> Stage:
    """Build a stage on which everybody is who they are, and a simulated register behind it."""
    there = stage(store, profile)
    site = Site(engine=HonestEngine(there.service.site.engine.versions), reader=HonestReader())
    network = operator if operator is not None else SimulatedOperator()
    there.service = replace(there.service, site=site, operator=network)
    return there


def person(name: str) -> str:
    """Give the keyed hash of somebody's document."""
    return PlainHasher().person(issuer="UTO", kind="P", number=name)
