"""Simulated photographs of specimens with drawn names: every format's zone, and the print."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image
from tests.photographed import photographed

from benchmarks.common import open_recognisers_or_exit, spread, write_figures
from benchmarks.places import DATA
from benchmarks.zones import Tally, decoded
from lineproof.domain.document import Mrz, MrzFormat
from lineproof.domain.finding import Measured
from lineproof.reading.mrz import parse
from lineproof.reading.printed import match_printed
from lineproof.reading.text_lines import above_zone, read_lines
from lineproof.reading.zone_reader import read_zone
from lineproof.specimen import specimen_document
from lineproof.specimen_zone import Holder, build

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from lineproof.adapters.page_sight import Recognisers
    from lineproof.reading.zone_reader import ZoneReading

    Pixels = NDArray[np.uint8]

TODAY = date(2026, 11, 24)
PAGES = 50
"""Photographs of each format."""

SYLLABLES = (
    *("ba", "ker", "lin", "do", "me", "ros", "ti", "van", "sho", "mu", "ra"),
    *("el", "gar", "ni", "po", "zur", "hel", "bri", "ost", "ya", "qui", "fen"),
)
SIGNS = "0123456789ACDEFGHKLMNPRTUVWXYZ"


def holder(seed: int, *, letters: bool = True) -> Holder:
    """Draw a holder: names of some syllables, a number, dates and a State."""
    rng = np.random.default_rng(seed)

    def name(parts: int) -> str:
        words = ["".join(rng.choice(SYLLABLES, size=rng.integers(2, 5))) for _ in range(parts)]
        return " ".join(words).upper()

    signs = SIGNS if letters else SIGNS[:10]
    state = str(rng.choice(["UTO", "FRA", "POL", "KEN", "IND", "BRA", "D"]))
    return Holder(
        surname=name(int(rng.integers(1, 3))),
        given_names=name(int(rng.integers(1, 3))),
        number="".join(rng.choice(list(signs), size=9)),
        issuing_state=state,
        nationality=state,
        date_of_birth=date(1940, 1, 1) + timedelta(days=int(rng.integers(0, 25_000))),
        date_of_expiry=date(2026, 12, 1) + timedelta(days=int(rng.integers(0, 3_500))),
    )


def formats() -> None:
    """Read the zone of every format in simulated photographs, held in each of four directions."""
    cv2.setNumThreads(1)
    recognisers = open_recognisers_or_exit()
    grey = np.full((90, 70, 3), 90, dtype=np.uint8)
    figures = {}
    for kind in MrzFormat:
        tally = Tally()
        for seed in range(PAGES):
            person = holder(seed)
            side = np.asarray(specimen_document(kind, person, grey)[-1])
            stored, _ = photographed(side, seed=seed, quarters=seed % 4)
            began = time.process_time()
            reading = read_zone(decoded(stored), recognisers.ocr, today=TODAY)
            tally.times.append((time.process_time() - began) * 1e3)
            tally.add(list(build(kind, person)), reading.mrz)
        figures[str(kind)] = tally.figures()
    write_figures("formats", figures)


def printed() -> None:
    """Hold print against zones: genuine specimens, zones of other people, and `mrz_pages`.

    A specimen's number has digits only here, as those of most States; a letter more or less would
    not change what is asked: whether the print is ever said to disagree where it does not.
    """
    cv2.setNumThreads(1)
    recognisers = open_recognisers_or_exit()
    portraits = sorted((DATA / "frll" / "neutral_front").glob("*.jpg"))
    figures: dict[str, object] = {}
    for kind in (MrzFormat.TD3, MrzFormat.TD2, MrzFormat.MRV_A, MrzFormat.TD1):
        genuine, swapped, times = Counter[str](), Counter[str](), list[float]()
        for seed, path in enumerate(portraits):
            print_, reading = _photograph(kind, seed, path, recognisers)
            if not isinstance(reading.mrz, Measured) or reading.corners is None:
                genuine["zone not read"] += 1
                continue
            mrz = reading.mrz.value
            began = time.process_time()
            genuine += _said(print_, mrz, recognisers)
            times.append((time.process_time() - began) * 1e3)
            swapped += _said(print_, _other(kind, seed, mrz), recognisers)
        figures[str(kind)] = {
            "photographs": len(portraits),
            "genuine": dict(sorted(genuine.items())),
            "zone_of_somebody_else": dict(sorted(swapped.items())),
            "cpu_ms": spread(times),
        }
    figures["mrz_pages"] = _pages(recognisers)
    write_figures("printed", figures)


def _photograph(
    kind: MrzFormat, seed: int, path: Path, recognisers: Recognisers
) -> tuple[Pixels, ZoneReading]:
    """Photograph a specimen; give what has its print, and its zone, on TD1 from the other side."""
    portrait = np.asarray(Image.open(path).convert("RGB"))
    sides = specimen_document(kind, holder(seed, letters=False), portrait)
    photographs = [
        decoded(photographed(np.asarray(side), seed=seed + 1000 * number)[0])
        for number, side in enumerate(sides)
    ]
    reading = read_zone(photographs[-1], recognisers.ocr, today=TODAY)
    return _print(photographs[0], reading, one_side=len(sides) == 1), reading


def _print(pixels: Pixels, reading: ZoneReading, *, one_side: bool) -> Pixels:
    zone = reading.corners
    return above_zone(pixels, zone) if one_side and zone is not None else pixels


def _other(kind: MrzFormat, seed: int, mrz: Mrz) -> Mrz:
    """Give somebody else's zone, as if it had been pasted over the page's own."""
    found = parse(build(kind, holder(seed + 10_000)), today=TODAY)
    assert isinstance(found, Measured)  # noqa: S101 - a zone that we wrote ourselves
    # What was not settled in the photograph is not known of the other zone either.
    hidden = {
        name: value if isinstance(mrz.fields[name], Measured) else mrz.fields[name]
        for name, value in found.value.fields.items()
    }
    return replace(found.value, fields=hidden)


def _said(print_: Pixels, mrz: Mrz, recognisers: Recognisers) -> Counter[str]:
    """Count what is said of each field, and whether anything disagrees."""
    texts = partial(read_lines, finder=recognisers.finder, ocr=recognisers.ocr)
    found = match_printed(print_, mrz, texts)
    fields = found.value if isinstance(found, Measured) else ()
    counts = Counter(f"{each.name} {'agrees' if each.agrees else 'disagrees'}" for each in fields)
    counts["pages"] = 1
    counts["pages with a disagreement"] = int(not all(each.agrees for each in fields))
    counts["pages with nothing said"] = int(not fields)
    return counts


def _pages(recognisers: Recognisers) -> dict[str, int]:
    """Count on `mrz_pages`, whose printed names are not their zones'."""
    counts = Counter[str]()
    for path in sorted((DATA / "mrz_pages").glob("*.*")):
        if path.suffix != ".json":
            pixels = decoded(path.read_bytes())
            reading = read_zone(pixels, recognisers.ocr, today=TODAY)
            if isinstance(reading.mrz, Measured) and reading.corners is not None:
                print_ = _print(pixels, reading, one_side=True)
                counts += _said(print_, reading.mrz.value, recognisers)
    return dict(sorted(counts.items()))
