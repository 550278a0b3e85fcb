"""Signals on simulated bona fide documents and attacks, and what they cost.

Some people and States are kept apart: the limits come from their bona fide pages, by ``RULE``.
Everything reported is of the others.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import cv2

from benchmarks.common import open_engine, open_recognisers_or_exit, spread, write_figures
from benchmarks.documents import TODAY
from benchmarks.places import DATA
from benchmarks.suspects import BONA_FIDE, SCANS, attacks, bona_fide, people
from benchmarks.zones import decoded
from lineproof.domain.finding import Measured
from lineproof.reading.card_outline import find_outline
from lineproof.reading.page_portrait import cut_portrait
from lineproof.reading.page_signals import LIMITS, signals_of
from lineproof.reading.zone_reader import read_zone

if TYPE_CHECKING:
    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.adapters.page_sight import Recognisers
    from lineproof.domain.document import Signal
    from lineproof.domain.finding import Finding

RULE = 1.25
"""A limit is this times the highest bona fide value of the pages kept apart."""

Found = dict[str, "Finding[Signal]"]


def signals() -> None:
    """Measure every signal on every page, and count alarms."""
    cv2.setNumThreads(1)
    engine, recognisers = open_engine(None), open_recognisers_or_exit()
    times: list[float] = []
    tallies: dict[str, dict[str, list[Found]]] = {"limits": {}, "reported": {}}
    for number in range(len(people())):
        if number % 4 == 2:  # noqa: PLR2004 - left out, to spare time
            continue
        half = tallies["reported" if number % 2 else "limits"]
        for suspect in [*bona_fide(number), *(attacks(number) if number % 4 == 1 else ())]:
            key = f"{suspect.what}: {suspect.kind}"
            found = _seen(engine, recognisers, suspect.stored, times)
            half.setdefault(key, []).append(found)
    cards = {
        path.name: {name: _shown(each) for name, each in found.items()}
        for path in sorted((DATA / "id_cards").glob("*.jpg"))
        for found in [_seen(engine, recognisers, path.read_bytes(), times)]
    }
    write_figures(
        "signals",
        {
            "limits": LIMITS,
            "limits_by_rule": _by_rule(tallies["limits"]),
            "cpu_ms": spread(times),
            **{half: _figures(tally) for half, tally in tallies.items()},
            "id_cards": cards,
        },
    )


def _seen(
    engine: LocalEngine, recognisers: Recognisers, stored: bytes, times: list[float]
) -> Found:
    pixels = decoded(stored)
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
    began = time.process_time()
    found = signals_of(pixels, zone, outline, portrait)
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
            if not (name == "portrait_replaced" and key.endswith(SCANS))
            for page in pages
            if isinstance(page[name], Measured)
        ]
        limits[name] = round(RULE * max(values), 3)
    return limits


def _figures(tally: dict[str, list[Found]]) -> dict[str, object]:
    """Count alarms for each kind of page, and of all bona fide photographs together."""
    groups = dict(tally)
    photographs = [
        found
        for key, each in tally.items()
        if key.startswith(BONA_FIDE) and not key.endswith(SCANS)
        for found in each
    ]
    groups[f"{BONA_FIDE}: all photographs"] = photographs
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
