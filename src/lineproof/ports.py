"""What the verbs need from the world, in our own words; and Site, which holds one of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from lineproof.domain.document import DocumentFinding
    from lineproof.domain.finding import FaceFinding, Finding, FmrBand, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What an answer was made with; it stands in every result, so that it can be made again.

    ``setting`` says how the pack was used; ``grade`` is evaluation or production; ``pipeline`` is
    our own code's version, to which calibration tables are bound; ``runtime`` runs the networks.
    """

    pack: str
    pack_version: str
    setting: str
    grade: str
    pipeline: str
    runtime: str


class Look(Protocol):
    """What an engine saw in one picture. Only ``finding`` may be read; the rest is its own."""

    @property
    def finding(self) -> Finding[FaceFinding]:
        """The face that counts, or why there is none."""


class Engine(Protocol):
    """Looks at pictures and compares one reference with the live frames of one case.

    Embeddings and comparison scores stay inside: what comes out is a band of false match rates.
    There is, on purpose, no way to give it a face and be told whose it is.
    """

    @property
    def versions(self) -> Versions:
        """Pack, grade, pipeline and runtime."""

    def look(self, picture: bytes) -> Look | Unreadable:
        """Read one stored picture (JPEG, PNG, WebP) and measure the face that counts."""

    def compare(self, *, reference: Look, probes: Sequence[Look]) -> Finding[FmrBand]:
        """Compare one to one. ``probes`` are frames of the same person, in which faces were found.

        Both must come from this engine's ``look`` and hold a measured face.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReading:
    """What a reader found, and the portrait it took from the chip or cut from the page."""

    finding: DocumentFinding
    portrait: bytes | None = field(repr=False)
    """A stored picture for ``Engine.look``, in memory only; None where none was found."""


@dataclass(frozen=True, slots=True)
class PageRefused:
    """Picture number ``page`` of the document, from 0, cannot be read at all."""

    page: int
    why: Unreadable


class Reader(Protocol):
    """Reads one document: facts, how strongly each is proven, and the portrait."""

    def read(
        self, pages: Sequence[bytes], *, chip: Mapping[str, bytes], today: date
    ) -> DocumentReading | PageRefused:
        """Read stored pictures of the document's pages, and its chip's files by name.

        ``chip`` is empty where no chip was read. What cannot be read of a page is Unmeasured.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Who plays which part."""

    engine: Engine
    reader: Reader
