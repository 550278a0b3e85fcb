"""What is read of a document's pages without a face network: their zones and their print.

Reading begins in a thread of its own and goes on beside whatever else takes time: the loading of
the face networks, barcodes, the portrait. The networks that read are the recognisers of RapidOCR's
wheel (docs/adr/0003-reading-the-document.md).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from lineproof.domain.document import MrzFormat, PrintedField
from lineproof.domain.finding import Finding, Measured, Unmeasured, Unreadable
from lineproof.face.image import DEFAULT_LIMITS, decode, read_header
from lineproof.packs.refusal import PackRefused
from lineproof.reading.ocr import open_ocr
from lineproof.reading.printed import match_printed
from lineproof.reading.text_lines import above_zone, open_text_finder, read_lines
from lineproof.reading.zone_reader import read_zone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from lineproof.reading.ocr import Ocr
    from lineproof.reading.text_lines import TextFinder
    from lineproof.reading.zone_reader import ZoneReading

READING_SIDE = 2400
"""Pages are decoded down to about this many pixels on the longer side: 20 for a zone's letter."""

Printed: TypeAlias = Finding[tuple[PrintedField, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognisers:
    """The two networks that read; each starts when first used."""

    ocr: Ocr
    finder: TextFinder


@dataclass(frozen=True, slots=True)
class Sight:
    """One page's picture, in memory only, and its zone."""

    pixels: NDArray[np.uint8] = field(repr=False)
    zone: ZoneReading


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunReading:
    """Pages whose reading has begun: for each, what was seen and then what its print says."""

    recognisers: Recognisers
    stored: tuple[bytes, ...] = field(repr=False)
    today: date
    sights: tuple[Future[Sight | Unreadable], ...]
    printed: tuple[Future[Printed], ...]


def open_recognisers() -> Recognisers | PackRefused:
    """Find the two networks; whatever is wrong with them is a refusal with its own code."""
    ocr, finder = open_ocr(), open_text_finder()
    if isinstance(ocr, Unreadable):
        return PackRefused(
            "ocr_missing" if ocr.code == "ocr_missing" else "ocr_altered", ocr.sentence
        )
    if isinstance(finder, Unreadable):
        missing = finder.code == "text_finder_missing"
        return PackRefused(
            "text_finder_missing" if missing else "text_finder_altered", finder.sentence
        )
    return Recognisers(ocr=ocr, finder=finder)


def begin_reading(pages: Sequence[bytes], recognisers: Recognisers, *, today: date) -> BegunReading:
    """Begin to read stored pictures; ``today`` is what a zone's two-digit years are read by."""
    # One worker: what was begun first is done first, so that no print waits for a zone to come.
    aside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading")
    sights = tuple(aside.submit(_see, page, recognisers, today) for page in pages)
    printed = tuple(
        aside.submit(
            _printed, sight, [other for other in sights if other is not sight], recognisers
        )
        for sight in sights
    )
    aside.shutdown(wait=False)
    return BegunReading(
        recognisers=recognisers,
        stored=tuple(pages),
        today=today,
        sights=sights,
        printed=printed,
    )


def _see(stored: bytes, recognisers: Recognisers, today: date) -> Sight | Unreadable:
    header = read_header(stored, DEFAULT_LIMITS)
    if isinstance(header, Unreadable):
        return header
    picture = decode(stored, header, longest_side=READING_SIDE)
    if isinstance(picture, Unreadable):
        return picture
    return Sight(picture.pixels, read_zone(picture.pixels, recognisers.ocr, today=today))


def _printed(
    seen: Future[Sight | Unreadable],
    others: Sequence[Future[Sight | Unreadable]],
    recognisers: Recognisers,
) -> Printed:
    """Hold the print that belongs to a page's zone against it."""
    sight = seen.result()
    if isinstance(sight, Unreadable) or isinstance(sight.zone.mrz, Unmeasured):
        return Unmeasured("not_compared")
    mrz = sight.zone.mrz.value
    # A card of TD1's size has its zone on the back, and what it repeats is on the front.
    print_ = _front(others) if mrz.format is MrzFormat.TD1 else _over(sight)
    if print_ is None:
        return Unmeasured("print_on_other_side")
    return match_printed(
        print_, mrz, partial(read_lines, finder=recognisers.finder, ocr=recognisers.ocr)
    )


def _over(sight: Sight) -> NDArray[np.uint8] | None:
    corners = sight.zone.corners
    return None if corners is None else above_zone(sight.pixels, corners)


def _front(others: Sequence[Future[Sight | Unreadable]]) -> NDArray[np.uint8] | None:
    """Give the picture of the card's other side; None where there is none without a zone."""
    seen = (other.result() for other in others)
    return next(
        (
            each.pixels
            for each in seen
            if isinstance(each, Sight) and isinstance(each.zone.mrz, Unmeasured)
        ),
        None,
    )


def first_measured(found: Sequence[Printed]) -> Printed:
    """Give the first page's whose print says something, or why the first page's does not."""
    said = [each for each in found if isinstance(each, Measured)]
    return next(iter(said or found), Unmeasured("no_page"))
