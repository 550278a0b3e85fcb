"""Signs of recapture and tampering on one page: each under its name, against a measured limit.

A signal sends a case to a person and never refuses (domain/validity.py). The limits are a
quarter above the highest value of bona fide pages kept apart for that, or more (``python -m
benchmarks signal_limits``); what each finds and misses, all of it simulated, stands in
docs/measurements.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.domain.document import Signal
from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.reading.portrait_compression import compression_apart
from lineproof.reading.portrait_edge import edge_apart
from lineproof.reading.portrait_noise import noise_apart
from lineproof.reading.recapture import find_waves
from lineproof.reading.zone_print import measure_print, out_of_place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lineproof.reading.card_outline import Outline
    from lineproof.reading.page_portrait import PagePortrait
    from lineproof.reading.zone_reader import ZoneReading

LIMITS: Final = {
    "screen_recapture": 20.0,
    "print_copy": 5.5,
    "portrait_replaced": 4.3,
    # Where the portrait has nothing of what the page has: more than the rule gives.
    "portrait_compression": 1.0,
    # Twice what the rule gives: it knows a few dozen pages of real art only.
    "portrait_edge": 0.42,
    "zone_typeface": 0.2,
    "zone_spacing": 0.12,
    # Twice what the rule gives: it knows our own specimens only, which all have the zone alike.
    "zone_place": 3.0,
}
"""Above which a person looks. Ratios, halvings, shares, one less a correlation, millimetres."""


def signals_of(
    pixels: NDArray[np.uint8],
    zone: ZoneReading,
    outline: Finding[Outline],
    portrait: Finding[PagePortrait],
) -> dict[str, Finding[Signal]]:
    """Measure every signal on one page, (h, w, 3) uint8 RGB.

    Unmeasured, beside what the parts say: ``no_outline`` for a zone's place and all that is
    measured of a portrait, ``no_mrz`` for a zone that was not read, ``picture_too_small`` for
    patterns, and why there is no portrait.
    """
    height, width = pixels.shape[:2]
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    corners = outline.value.corners if isinstance(outline, Measured) else whole
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    found = _patterns(grey, corners)
    found |= _of_portrait(grey, outline, portrait)
    found |= _of_zone(grey, zone, outline)
    return {
        name: Measured(Signal(value=value.value, limit=LIMITS[name]))
        if isinstance(value, Measured)
        else value
        for name, value in found.items()
    }


def over_pages(
    pages: Sequence[Mapping[str, Finding[Signal]]],
) -> dict[str, Finding[Signal]]:
    """Give each signal of a document of several pages: the page that shows most of it."""
    return {name: _most([page[name] for page in pages if name in page]) for name in LIMITS}


def _most(found: Sequence[Finding[Signal]]) -> Finding[Signal]:
    measured = [each for each in found if isinstance(each, Measured)]
    if measured:
        return max(measured, key=lambda each: each.value.value)
    return next(iter(found), Unmeasured("no_page"))


def _patterns(grey: NDArray[np.uint8], corners: NDArray[np.float32]) -> dict[str, Finding[float]]:
    waves = find_waves(grey, corners)
    if waves is None:
        return dict.fromkeys(("screen_recapture", "print_copy"), Unmeasured("picture_too_small"))
    return {"screen_recapture": Measured(waves.one), "print_copy": Measured(waves.crossed)}


def _of_portrait(
    grey: NDArray[np.uint8], outline: Finding[Outline], portrait: Finding[PagePortrait]
) -> dict[str, Finding[float]]:
    names = ("portrait_replaced", "portrait_compression", "portrait_edge")
    if isinstance(portrait, Unmeasured):
        return dict.fromkeys(names, portrait)
    if isinstance(outline, Unmeasured):
        # What lies beside the page may be of another kind: a table, a scanner's lid.
        return dict.fromkeys(names, outline)
    parts = (noise_apart, compression_apart, edge_apart)
    face, corners = portrait.value.face, outline.value.corners
    return {name: part(grey, face, corners) for name, part in zip(names, parts, strict=True)}


def _of_zone(
    grey: NDArray[np.uint8], zone: ZoneReading, outline: Finding[Outline]
) -> dict[str, Finding[float]]:
    names = ("zone_typeface", "zone_spacing", "zone_place")
    if isinstance(zone.mrz, Unmeasured) or zone.lines is None:
        return dict.fromkeys(names, Unmeasured("no_mrz"))
    mrz = zone.mrz.value
    texts = [line.value if isinstance(line, Measured) else None for line in mrz.lines]
    printed = measure_print(grey, zone.lines, texts)
    found: dict[str, Finding[float]] = dict.fromkeys(names, Unmeasured("no_outline"))
    if isinstance(outline, Measured):
        found["zone_place"] = out_of_place(zone.lines, outline.value.corners, mrz.format)
    if isinstance(printed, Unmeasured):
        return found | dict.fromkeys(names[:2], printed)
    alike = {"zone_typeface": printed.value.unlike, "zone_spacing": printed.value.stray}
    return found | {name: Measured(value) for name, value in alike.items()}
