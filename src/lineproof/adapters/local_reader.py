"""Reads documents in this process: their zone, barcodes, national numbers, chip and portrait."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2

from lineproof.adapters.page_sight import BegunReading, begin_reading, first_measured
from lineproof.domain.document import (
    Barcode,
    ChipFinding,
    DocumentFinding,
    Mrz,
    NationalNumber,
    PortraitSource,
    Signal,
    said,
)
from lineproof.domain.finding import Finding, Measured, Unmeasured, Unreadable
from lineproof.ports import DocumentReading, PageRefused
from lineproof.reading.barcode import barcodes_in
from lineproof.reading.biometric_group import portrait_of
from lineproof.reading.card_outline import Outline, find_outline
from lineproof.reading.national_number import find
from lineproof.reading.page_portrait import PagePortrait, cut_portrait
from lineproof.reading.page_signals import over_pages, signals_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future
    from datetime import date
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from lineproof.adapters.page_sight import Printed, Recognisers, Sight
    from lineproof.face.detect import Network
    from lineproof.reading.chip import ChipReading
    from lineproof.reading.zone_reader import ZoneReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one picture of the document showed. It holds the picture, in memory only."""

    pixels: NDArray[np.uint8] = field(repr=False)
    zone: ZoneReading
    printed: Printed
    barcodes: tuple[Barcode, ...]
    outline: Finding[Outline]
    portrait: Finding[PagePortrait] = field(repr=False)
    signals: Mapping[str, Finding[Signal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalReader:
    """Reads with two recognisers and one face detector; trusts the CAs of one folder."""

    recognisers: Recognisers
    detector: Network
    csca: Path | None
    """The folder of trusted country signing CAs, read anew for each chip; None trusts nobody."""
    begun: BegunReading | None = None
    """A reading that was begun before this reader was there; only of the very pages it is of."""

    def read(
        self,
        pages: Sequence[bytes],
        *,
        chip: Mapping[str, bytes],
        today: date,
        challenge: bytes | None = None,
    ) -> DocumentReading | PageRefused:
        """Read the document's pictures and its chip's files."""
        seen = self.see(pages, today=today)
        if isinstance(seen, PageRefused):
            return seen
        return self.joined(seen, chip, today=today, challenge=challenge)

    def see(self, pages: Sequence[bytes], *, today: date) -> tuple[Page, ...] | PageRefused:
        """Look at each picture, and keep where everything was: for showing it."""
        begun = self._begun(pages, today)
        found = []
        for number, (sight, printed) in enumerate(zip(begun.sights, begun.printed, strict=True)):
            seen = sight.result()
            if isinstance(seen, Unreadable):
                return PageRefused(number, seen)
            found.append(self._page(seen, printed))
        return tuple(found)

    def _begun(self, pages: Sequence[bytes], today: date) -> BegunReading:
        begun = self.begun
        if begun is not None and (begun.stored, begun.today) == (tuple(pages), today):
            return begun
        return begin_reading(pages, self.recognisers, today=today)

    def joined(
        self,
        pages: Sequence[Page],
        chip: Mapping[str, bytes],
        *,
        today: date,
        challenge: bytes | None = None,
        secret: bytes | None = None,
    ) -> DocumentReading:
        """Put together what the pages and the chip say; the chip's portrait comes first.

        ``challenge`` is that of active authentication, and ``secret`` that of a question for chip
        authentication: both from whoever asks for the proof.
        """
        proof: Finding[ChipFinding] = Unmeasured("no_chip_read")
        portrait: Finding[bytes] = _best_cut(pages)
        source = PortraitSource.PAGE
        if chip:
            read = self._chip(chip, today, challenge, secret)
            proof = Measured(read.finding)
            if read.portrait is not None:
                # A page could show anybody: where the chip holds the face, no other one counts.
                decoded = portrait_of(read.portrait)
                source = PortraitSource.CHIP
                portrait = decoded if isinstance(decoded, Unmeasured) else Measured(decoded.image)
        zone = _zone(pages)
        finding = DocumentFinding(
            mrz=zone,
            chip=proof,
            printed=first_measured([page.printed for page in pages]),
            barcodes=tuple(barcode for page in pages for barcode in page.barcodes),
            national_numbers=_numbers(zone),
            signals=over_pages([page.signals for page in pages]),
            portrait=Measured(source) if isinstance(portrait, Measured) else portrait,
        )
        image = portrait.value if isinstance(portrait, Measured) else None
        return DocumentReading(finding=finding, portrait=image)

    def _chip(
        self,
        files: Mapping[str, bytes],
        today: date,
        challenge: bytes | None,
        secret: bytes | None,
    ) -> ChipReading:
        # Imported late: certificates and ciphers take a tenth of a second that only chips need.
        from lineproof.reading.chip import read_chip  # noqa: PLC0415
        from lineproof.reading.csca_store import read_trust  # noqa: PLC0415
        from lineproof.reading.issuers import NOBODY  # noqa: PLC0415

        trust = NOBODY if self.csca is None else read_trust(self.csca)
        return read_chip(files, trust, today=today, challenge=challenge, secret=secret)

    def _page(self, sight: Sight, printed: Future[Printed]) -> Page:
        zone = sight.zone
        known = zone.upright if zone.corners is not None else None
        barcodes = barcodes_in(sight.pixels)
        kind = zone.mrz.value.format if isinstance(zone.mrz, Measured) else None
        outline = find_outline(sight.pixels, zone=zone.corners, kind=kind)
        portrait = cut_portrait(
            sight.pixels,
            self.detector,
            upright=known,
            outline=outline.value.corners if isinstance(outline, Measured) else None,
            kind=kind,
        )
        signals = signals_of(sight.pixels, zone, outline, portrait)
        # Last: the print is read meanwhile.
        return Page(
            pixels=sight.pixels,
            zone=zone,
            printed=printed.result(),
            barcodes=barcodes,
            outline=outline,
            portrait=portrait,
            signals=signals,
        )


def _zone(pages: Sequence[Page]) -> Finding[Mrz]:
    """Give the first zone that was read, or why the first page's was not."""
    found = [page.zone.mrz for page in pages]
    read = [each for each in found if isinstance(each, Measured)]
    return next(iter(read or found), Unmeasured("no_page"))


def _numbers(zone: Finding[Mrz]) -> tuple[NationalNumber, ...]:
    """Give the national numbers that a zone's optional data hold, where their checks do."""
    if isinstance(zone, Unmeasured):
        return ()
    told = said(zone.value)
    country = told.get("nationality", told.get("issuing_state", ""))
    optional = (told.get(name, "") for name in ("optional_data", "optional_data_2"))
    return tuple(number for text in optional for number in find(country, text))


def _best_cut(pages: Sequence[Page]) -> Finding[bytes]:
    """Give the portrait of the first page that has one, as PNG."""
    found = [page.portrait for page in pages]
    for each in found:
        if isinstance(each, Measured):
            encoded, data = cv2.imencode(".png", each.value.image[:, :, ::-1])
            if encoded:
                return Measured(data.tobytes())
    return next((each for each in found if isinstance(each, Unmeasured)), Unmeasured("no_page"))
