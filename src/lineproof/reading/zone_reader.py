"""Reads the machine readable zone of a document in a photograph: finds it, reads it, settles it."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.domain.document import Mrz, MrzFormat
from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.reading.french_card import ALPHABETS, parse_french_card
from lineproof.reading.lattice import SYMBOLS, Aligned, Lattice, align, lattice
from lineproof.reading.mrz import FRENCH_CARD, parse
from lineproof.reading.repair import settle, settle_plainly
from lineproof.reading.rounds import rounds
from lineproof.reading.straighten import Flat, cut_lines, lay_flat, turned
from lineproof.reading.zone import find_zones

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from lineproof.reading.ocr import Ocr

ZONES_TRIED: Final = 12
"""How many places of a picture are read at most: a page of dense text has many rows in stacks."""

LEAST_FIT: Final = -0.5
"""The least logarithm of a line's probability, for each of its characters, to be a zone's line."""

LOOKS: Final = ((1.65, 0.72), (2.05, 0.85))
"""Room and stretch of the further looks at a zone of which one look settled too little."""

LENGTHS: Final = {2: (44, 36), 3: (30,)}
"""The lengths of lines that a zone of so many lines may have (ICAO 9303-3, 4.1)."""


@dataclass(frozen=True, slots=True)
class ZoneReading:
    """What was read, and where.

    ``corners`` is (4, 2) float32: the zone in the picture, clockwise from the top left as it is
    read; ``lines`` is (n, 4, 2), the same for each line. Both are None where no zone was found.
    ``upright`` is by how many degrees the picture must be turned clockwise, 0, 90, 180 or 270, for
    the zone to be read from left to right.
    """

    mrz: Finding[Mrz] = field(repr=False)
    corners: NDArray[np.float32] | None = field(repr=False)
    lines: NDArray[np.float32] | None = field(repr=False)
    upright: int


def read_zone(pixels: NDArray[np.uint8], ocr: Ocr, *, today: date) -> ZoneReading:
    """Find and read the zone in (h, w, 3) uint8 RGB ``pixels``.

    A line of which any character is not settled is left out as a whole; ``today`` is what two-digit
    years are read by. Unmeasured: ``no_mrz`` where no zone was found, ``mrz_unclear`` where one was
    found and no line of it could be settled, or why its lines are no zone: see ``mrz.parse``.
    """
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    unclear: ZoneReading | None = None
    for zone in itertools.islice(find_zones(grey), ZONES_TRIED):
        flat = lay_flat(pixels, zone)
        reading = _read(flat, ocr, today) if flat is not None else None
        if reading is not None and isinstance(reading.mrz, Measured):
            return reading
        unclear = unclear or reading
    return unclear or ZoneReading(Unmeasured("no_mrz"), None, None, 0)


def _read(flat: Flat, ocr: Ocr, today: date) -> ZoneReading | None:
    """Read a zone whichever way up it is; None where it is none."""
    for way_up in (flat, turned(flat)):
        rows = len(way_up.levels)
        first = _looked(cut_lines(way_up, slice(1)), ocr)
        if _length(first, rows) is not None:
            lines = cut_lines(way_up)
            seen = first + _looked(lines[1:], ocr)
            length = _length(seen, rows)
            if length is not None:
                aligned = [align(line, length) for line in seen]
                mrz = _settled(way_up, lines, aligned, ocr, today)
                return ZoneReading(mrz, way_up.corners, way_up.quads, _upright(way_up.corners))
    return None


def _looked(lines: NDArray[np.uint8], ocr: Ocr) -> list[Lattice]:
    columns = _columns(ocr.characters)
    whole = ocr.probabilities(lines)
    folded = np.stack([whole[..., each].sum(axis=-1) for each in columns], axis=-1)
    return [lattice(line) for line in folded]


def _columns(characters: Sequence[str]) -> list[list[int]]:
    """Give the recogniser's columns for no character, and for each character of a zone.

    A small letter stands for its capital, which a zone has only.
    """
    at = {character: column for column, character in enumerate(characters) if character}
    return [[0], *([at[s], at[s.lower()]] if s.isalpha() else [at[s]] for s in SYMBOLS)]


def _length(seen: list[Lattice], rows: int) -> int | None:
    """Give how many characters the lines have; None where they are no zone's lines."""
    fits = {length: sum(line.fit(length) for line in seen) for length in LENGTHS[rows]}
    best = max(fits, key=lambda length: fits[length])
    return best if fits[best] > LEAST_FIT * best * len(seen) else None


def _settled(
    flat: Flat, lines: NDArray[np.uint8], aligned: list[Aligned], ocr: Ocr, today: date
) -> Finding[Mrz]:
    """Settle the lines, with more looks at them where one look was not enough."""
    kind = _kind(aligned)
    french = kind is MrzFormat.TD2 and _likeliest(aligned[0]).startswith(FRENCH_CARD)
    shapes = rounds(kind, lines, aligned)

    def texts_of(seen: list[NDArray[np.float64]]) -> tuple[str | None, ...]:
        return settle_plainly(seen, shapes, ALPHABETS) if french else settle(kind, seen, shapes)

    seen = [line.seen for line in aligned]
    texts = texts_of(seen)
    if None in texts:
        for room, stretch in LOOKS:
            again = _looked(cut_lines(flat, room=room, stretch=stretch), ocr)
            more = [align(line, len(shape)).seen for line, shape in zip(again, shapes, strict=True)]
            seen = [a + b for a, b in zip(seen, more, strict=True)]
        texts = texts_of([each / (1 + len(LOOKS)) for each in seen])
    settled = [text if line.even else None for text, line in zip(texts, aligned, strict=True)]
    if not any(settled):
        return Unmeasured("mrz_unclear")
    return Measured(parse_french_card(settled, today)) if french else parse(settled, today=today)


def _likeliest(line: Aligned) -> str:
    return "".join(SYMBOLS[column] for column in line.seen.argmax(axis=1))


def _kind(aligned: list[Aligned]) -> MrzFormat:
    """Tell the format: a visa's first line begins with V (ICAO 9303-7, 4.2)."""
    if len(aligned) > 2:  # noqa: PLR2004 - only a card has three
        return MrzFormat.TD1
    visa = _likeliest(aligned[0]).startswith("V")
    if len(aligned[0].places) == 44:  # noqa: PLR2004 - a passport or a visa as large
        return MrzFormat.MRV_A if visa else MrzFormat.TD3
    return MrzFormat.MRV_B if visa else MrzFormat.TD2


def _upright(corners: NDArray[np.float32]) -> int:
    x, y = (corners[1] + corners[2] - corners[0] - corners[3]).tolist()
    return round(-math.degrees(math.atan2(y, x)) / 90) * 90 % 360
