"""Portraits cut from simulated photographs: as the picture shows them, and laid flat first."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image
from tests.photographed import photographed

from benchmarks.common import open_engine, open_recognisers_or_exit, spread, write_figures
from benchmarks.documents import TODAY
from benchmarks.places import DATA
from benchmarks.zones import decoded
from lineproof.domain.document import MrzFormat
from lineproof.domain.finding import Measured, Unreadable
from lineproof.reading.card_outline import find_outline
from lineproof.reading.page_portrait import cut_portrait
from lineproof.reading.zone_reader import read_zone
from lineproof.specimen import specimen_document
from lineproof.specimen_zone import Holder

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.adapters.page_sight import Recognisers

HELD = {"as usual": (8.0, 0.05), "aslant": (20.0, 0.12)}
"""The most degrees a page is turned, and the most its corners are moved, as a share of it."""


def outlines() -> None:
    """Find outlines, and match the portrait cut with and without one, on the same pictures."""
    cv2.setNumThreads(1)
    engine, recognisers = open_engine(None), open_recognisers_or_exit()
    people = sorted((DATA / "frll" / "neutral_front").glob("*.jpg"))
    figures: dict[str, object] = {}
    for kind in (MrzFormat.TD3, MrzFormat.TD1):
        for held, (tilt, lean) in HELD.items():
            counts, off, times = Counter[str](), list[float](), list[float]()
            some = people if held == "as usual" else people[::2]
            for seed, path in enumerate(some):
                _one(engine, recognisers, kind, path, (seed, tilt, lean), counts, off, times)
            figures[f"{kind}, {held}"] = {
                "pages": len(some),
                **dict(sorted(counts.items())),
                "worst_corner_off_by_percent_of_width": spread(off),
                "outline_cpu_ms": spread(times),
            }
    write_figures("outlines", figures)


def _one(  # noqa: PLR0913, PLR0917 - one page and three tallies
    engine: LocalEngine,
    recognisers: Recognisers,
    kind: MrzFormat,
    path: Path,
    draw: tuple[int, float, float],
    counts: Counter[str],
    off: list[float],
    times: list[float],
) -> None:
    """Cut one page's portrait twice, and match each with the smiling picture."""
    seed, tilt, lean = draw
    portrait = np.asarray(Image.open(path).convert("RGB"))
    page = np.asarray(specimen_document(kind, Holder(), portrait)[0])
    stored, corners = photographed(page, seed=seed, tilt=tilt, lean=lean)
    pixels = decoded(stored)
    zone = read_zone(pixels, recognisers.ocr, today=TODAY)
    read = zone.mrz.value.format if isinstance(zone.mrz, Measured) else None
    began = time.process_time()
    found = find_outline(pixels, zone=zone.corners, kind=read)
    times.append((time.process_time() - began) * 1e3)
    outline = None
    if isinstance(found, Measured):
        outline = found.value.corners
        turns = range(4 if zone.corners is None else 1)
        worst = min(np.hypot(*(np.roll(outline, k, axis=0) - corners).T).max() for k in turns)
        off.append(100 * float(worst / np.hypot(*(corners[1] - corners[0]))))
    counts["outline found"] += outline is not None
    upright = None if zone.corners is None else zone.upright
    smiling = DATA / "frll" / "smiling_front" / path.name.replace("_03", "_08")
    live = engine.look(smiling.read_bytes())
    for name, edges in (("upright", None), ("flat", outline)):
        cut = cut_portrait(pixels, engine.detector, upright=upright, outline=edges, kind=read)
        if isinstance(cut, Measured) and not isinstance(live, Unreadable):
            counts[f"portrait found, {name}"] += 1
            _, png = cv2.imencode(".png", cut.value.image[:, :, ::-1])
            reference = engine.look(png.tobytes())
            if not isinstance(reference, Unreadable):
                band = engine.compare(reference=reference, probes=[live])
                for rate in (1e-4, 1e-5):
                    hit = isinstance(band, Measured) and band.value.at_most <= rate
                    counts[f"matched at {rate:g}, {name}"] += hit
