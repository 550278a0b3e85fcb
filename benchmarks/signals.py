"""Signals on simulated bona fide documents and attacks, and what they cost.

Some people and States are kept apart: the limits come from their bona fide pages, by ``RULE``
(``signal_limits``). Everything reported is of the others (``signals``).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2

from benchmarks.common import in_time, open_engine, open_recognisers_or_exit, spread, write_figures
from benchmarks.documents import TODAY
from benchmarks.places import DATA
from benchmarks.suspects import (
    AGAIN,
    BONA_FIDE,
    SCANS,
    Suspect,
    attacks,
    bona_fide,
    people,
    saved_again,
)
from benchmarks.zones import decoded
from lineproof.domain.finding import Measured
from lineproof.reading.card_outline import find_outline
from lineproof.reading.page_portrait import cut_portrait
from lineproof.reading.page_signals import LIMITS, signals_of
from lineproof.reading.zone_reader import read_zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.adapters.page_sight import Recognisers
    from lineproof.domain.document import Signal
    from lineproof.domain.finding import Finding
    from lineproof.reading.card_outline import Outline
    from lineproof.reading.page_portrait import PagePortrait
    from lineproof.reading.zone_reader import ZoneReading

RULE = 1.25
"""A limit is this times the highest bona fide value of the pages kept apart."""

PORTRAIT = ("portrait_replaced", "portrait_compression", "portrait_edge")
"""What is measured of a portrait."""

Found = dict[str, "Finding[Signal]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader finds on a page before signals are measured."""

    zone: ZoneReading
    outline: Finding[Outline]
    portrait: Finding[PagePortrait]


def signals() -> None:
    """Measure every signal on the people and States reported on, and count alarms."""
    cv2.setNumThreads(1)
    engine, recognisers = open_engine(None), open_recognisers_or_exit()
    times: list[float] = []
    tally: dict[str, list[Found]] = {}
    for number in in_time(range(1, len(people()), 2)):
        suspects = [*bona_fide(number), *(attacks(number) if number % 4 == 1 else ())]
        _add(tally, suspects, engine, recognisers, times)
    cards = {
        path.name: {name: _shown(each) for name, each in _measured(pixels, reading, times).items()}
        for path in sorted((DATA / "id_cards").glob("*.jpg"))
        for pixels in [decoded(path.read_bytes())]
        for reading in [_read(engine, recognisers, pixels)]
    }
    figures = {"limits": LIMITS, "cpu_ms": spread(times), **_figures(tally), "id_cards": cards}
    write_figures("signals", figures)


def signal_limits() -> None:
    """Measure bona fide pages of the people and States kept apart: what limits they lead to."""
    cv2.setNumThreads(1)
    engine, recognisers = open_engine(None), open_recognisers_or_exit()
    times: list[float] = []
    tally: dict[str, list[Found]] = {}
    for number in in_time(range(0, len(people()), 4)):
        _add(tally, [*bona_fide(number)], engine, recognisers, times)
    figures = {"limits_by_rule": _by_rule(tally), "cpu_ms": spread(times), **_figures(tally)}
    write_figures("signal_limits", figures)


def _add(
    tally: dict[str, list[Found]],
    suspects: Sequence[Suspect],
    engine: LocalEngine,
    recognisers: Recognisers,
    times: list[float],
) -> None:
    """Measure one person's pages, and bona fide ones once more as they are when saved again."""
    for suspect in suspects:
        pixels = decoded(suspect.stored)
        reading = _read(engine, recognisers, pixels)
        seen = [(suspect, pixels)]
        if suspect.what == BONA_FIDE:
            again = saved_again(suspect, seed=len(times))
            # Where zone, edges and face are is known: saving moves nothing.
            seen.append((again, decoded(again.stored)))
        for each, taken in seen:
            key = f"{each.what}: {each.kind}"
            tally.setdefault(key, []).append(_measured(taken, reading, times))


def _read(engine: LocalEngine, recognisers: Recognisers, pixels: NDArray[np.uint8]) -> Reading:
    zone = read_zone(pixels, recognisers.ocr, today=TODAY)
    kind = zone.mrz.value.format if isinstance(zone.mrz, Measured) else None
    outline = find_outline(pixels, zone=zone.corners, kind=kind)
    portrait = cut_portrait(
        pixels,
        engine.detector,
        upright=None if zone.corners is None else zone.upright,
        outline=outline.value.corners if isinstance(outline, Measured) else None,
        kind=kind,
    )
    return Reading(zone=zone, outline=outline, portrait=portrait)


def _measured(pixels: NDArray[np.uint8], reading: Reading, times: list[float]) -> Found:
    began = time.process_time()
    found = signals_of(pixels, reading.zone, reading.outline, reading.portrait)
    times.append((time.process_time() - began) * 1e3)
    return found


def _shown(found: Finding[Signal]) -> float | str:
    return round(found.value.value, 3) if isinstance(found, Measured) else found.why


def _by_rule(tally: dict[str, list[Found]]) -> dict[str, float]:
    """Give the limits that the pages kept apart lead to."""
    limits = {}
    for name in LIMITS:
        values = [
            page[name].value.value
            for key, pages in tally.items()
            # Whoever made those scans pasted a drawing over each portrait.
            if not (name in PORTRAIT and key.endswith(SCANS))
            for page in pages
            if isinstance(page[name], Measured)
        ]
        limits[name] = round(RULE * max(values), 3) if values else math.nan
    return limits


def _figures(tally: dict[str, list[Found]]) -> dict[str, object]:
    """Count alarms for each kind of page, and of all bona fide photographs together."""
    groups = dict(tally)
    for what in (BONA_FIDE, AGAIN):
        groups[f"{what}: all photographs"] = [
            found
            for key, each in tally.items()
            if key.startswith(what) and not key.endswith(SCANS)
            for found in each
        ]
    return {key: _counted(each) for key, each in groups.items()}


def _counted(pages: list[Found]) -> dict[str, object]:
    counts: dict[str, object] = {"pages": len(pages)}
    for name in LIMITS:
        signals = [page[name] for page in pages]
        values = [each.value.value for each in signals if isinstance(each, Measured)]
        alarms = sum(isinstance(each, Measured) and each.value.suspicious for each in signals)
        counts[name] = {
            "measured": len(values),
            "alarms": alarms,
            "interval": wilson(alarms, len(values)),
            **(spread(values) if values else {}),
        }
    counts["any"] = sum(
        any(isinstance(each, Measured) and each.value.suspicious for each in page.values())
        for page in pages
    )
    counts["any_interval"] = wilson(int(str(counts["any"])), len(pages))
    return counts


def wilson(hits: int, of: int) -> tuple[float, float] | None:
    """Give Wilson's 95 % interval of a share."""
    if not of:
        return None
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)
