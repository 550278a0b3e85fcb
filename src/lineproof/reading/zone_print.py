"""How a zone is printed: whether its characters are OCR-B's, evenly set, and where they belong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lineproof.domain.document import MrzFormat
from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.reading.card_outline import COLUMNS, PITCH, SIZES, flattening

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CELL: Final = 20
"""The width of a character's cell, pixels: a zone's pitch."""

TALL: Final = 36
"""The height that is compared: a character and some room."""

STRAY: Final = 4
"""How far a character is looked for from its place, pixels."""

WORD, STEP, FAR = 5, 3, 50
"""Characters that are looked for together before each by itself, at every third place, and how far
along the line: what lies beside a zone may have been taken for its beginning."""

ROOM: Final = 3
"""Cells before and after a line that is laid out: more than ``FAR``."""

FEWEST: Final = 12
"""Characters other than fillers without which nothing is said: fillers are alike in all type."""

INSET: Final = 0.8
"""How much shorter a line's ink is than its cells, mm."""

SURE: Final = 0.015
"""How far the zone's length may be from what it must be, as a share of it, for edges to be sure."""

FOOT: Final = 7.5
"""From the lower edge to the foot of the last line, mm, between what our specimens have and what
real page art has. The zone's whole strip is 23.2 mm high (ICAO 9303-4 to 9303-6, 3.2)."""

MARGINS: Final = {MrzFormat.TD3: 6.0, MrzFormat.TD2: 4.0, MrzFormat.TD1: 5.0}
"""From the left edge to the first character, mm, give or take 1.0 (9303-4, 4.2.1.3; -5; -6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePrint:
    """How far a zone's characters are from how they should be.

    ``unlike`` is one less the median correlation with OCR-B's own shapes, 0..2; ``stray`` how far
    they stand from even places on straight lines, millimetres (standard deviation).
    """

    unlike: float
    stray: float


def measure_print(
    grey: NDArray[np.uint8], quads: NDArray[np.float32], texts: Sequence[str | None]
) -> Finding[ZonePrint]:
    """Compare the zone's lines in (h, w) ``grey`` with the same lines in OCR-B (9303-3, 4.4).

    ``quads`` is (n, 4, 2), the corners of each line's characters, and ``texts`` what each says,
    None where it is not known. Unmeasured: ``too_few_characters``.
    """
    alike: list[float] = []
    away: list[NDArray[np.float64]] = []
    for quad, text in zip(quads, texts, strict=True):
        if text is not None:
            seen = [_nearest(*pair) for pair in _pairs(grey, quad, text)]
            alike += [fit for fit, _ in seen]
            if len(seen) >= FEWEST // 2:
                away.append(_uneven(text, np.array([shift for _, shift in seen])))
    if len(alike) < FEWEST or not away:
        return Unmeasured("too_few_characters")
    stray = float(np.sqrt(np.mean(np.concatenate(away) ** 2))) * PITCH / CELL
    return Measured(ZonePrint(unlike=1 - float(np.median(alike)), stray=stray))


def out_of_place(
    quads: NDArray[np.float32], corners: NDArray[np.float32], kind: MrzFormat
) -> Finding[float]:
    """Give by how many millimetres a zone stands off the place that its format has for it.

    ``quads`` is (n, 4, 2), the corners of its lines, and ``corners`` (4, 2) those of the document
    from its own top left, both in one picture. Unmeasured: ``outline_unsure`` where the zone is not
    as long as it must be between those edges, which are a cover's or a scanner's then.
    """
    size = SIZES[kind]
    flat = cv2.perspectiveTransform(
        quads.reshape(1, -1, 2).astype(np.float64), flattening(corners, size)
    ).reshape(-1, 4, 2)
    length = float(np.hypot(*(flat[:, 1:3].mean(axis=(0, 1)) - flat[:, [0, 3]].mean(axis=(0, 1)))))
    if abs(length / (PITCH * COLUMNS[kind] - INSET) - 1) > SURE:
        return Unmeasured("outline_unsure")
    foot = size[1] - float(flat[-1, 2:, 1].mean())
    left = float(flat[:, [0, 3], 0].mean())
    aside = abs(left - MARGINS[kind]) if kind in MARGINS else 0.0
    return Measured(max(abs(foot - FOOT), aside))


def _pairs(
    grey: NDArray[np.uint8], quad: NDArray[np.float32], text: str
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Give, of each character but fillers, what is seen at its place and what OCR-B has there."""
    drawn, ink = _drawn(text)
    left, top, right, bottom = ink
    goal = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    way = np.asarray(cv2.getPerspectiveTransform(_straight(quad), goal), np.float64)
    # What is larger than it will be is softened first, so that nothing aliases.
    scale = float(np.hypot(*(quad[1] - quad[0]))) / (right - left)
    wide = scale > 1.5  # noqa: PLR2004 - less aliases little
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), scale / 2), np.uint8) if wide else grey
    seen = _laid(soft, way, drawn)
    # Where a line ends is known to part of a character only: the line itself says it better.
    seen = _laid(soft, _settled(seen, drawn, text) @ way, drawn)
    return [
        (_part(seen, column, 1, STRAY, STRAY), _part(drawn, column, 1, 0, 0))
        for column, letter in enumerate(text)
        if letter != "<"
    ]


def _straight(quad: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give a line's corners as if its ends stood upright: they are known less well than it is."""
    left, right = (quad[0] + quad[3]) / 2, (quad[1] + quad[2]) / 2
    along = (right - left) / np.hypot(*(right - left))
    up = np.array([along[1], -along[0]])
    tall = [float(up @ (quad[at] - quad[3 - at])) / 2 for at in (0, 1)]
    ends = [(left, tall[0]), (right, tall[1]), (right, -tall[1]), (left, -tall[0])]
    return np.array([end + rise * up for end, rise in ends], dtype=np.float32)


def _laid(
    grey: NDArray[np.uint8], way: NDArray[np.float64], drawn: NDArray[np.float32]
) -> NDArray[np.float32]:
    size = (drawn.shape[1], drawn.shape[0])
    laid = cv2.warpPerspective(grey, way, size, borderMode=cv2.BORDER_REPLICATE)
    return (255 - laid.astype(np.float32)).astype(np.float32)


def _settled(
    seen: NDArray[np.float32], drawn: NDArray[np.float32], text: str
) -> NDArray[np.float64]:
    """Give the transform that moves and stretches a line onto what was drawn."""
    places = range(0, len(text) - WORD + 1, STEP)
    # More fillers than one are alike everywhere.
    starts = [at for at in places if text[at : at + WORD].count("<") <= 1]
    shifts = []
    for at in starts:
        wide, word = _part(seen, at, WORD, FAR, 2 * STRAY), _part(drawn, at, WORD, 0, 0)
        shifts.append(_nearest(wide, word, FAR, 2 * STRAY)[1])
    move = np.eye(3)
    if len(starts) >= 2:  # noqa: PLR2004 - a line needs two points
        middles = (np.array(starts) + ROOM + WORD / 2) * CELL
        for axis, way in enumerate(np.array(shifts).T):
            slope, shift = _steady(middles, way)
            move[axis, 0] -= slope
            move[axis, 2] -= shift
    return move


def _steady(places: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[float, float]:
    """Fit a straight line that single wild values do not move (the median of all slopes)."""
    one, other = np.triu_indices(len(places), 1)
    slope = float(np.median((values[other] - values[one]) / (places[other] - places[one])))
    return slope, float(np.median(values - slope * places))


def _part(
    line: NDArray[np.float32], column: int, count: int, beside: int, beyond: int
) -> NDArray[np.float32]:
    """Cut characters out of a laid or drawn line, with so many pixels beside and beyond them."""
    x = (column + ROOM) * CELL
    return line[CELL - beyond : CELL + TALL + beyond, x - beside : x + count * CELL + beside]


def _nearest(
    seen: NDArray[np.float32], drawn: NDArray[np.float32], beside: int = STRAY, beyond: int = STRAY
) -> tuple[float, tuple[float, float]]:
    """Give the best correlation of a character within reach, and how far off it stood: x, y."""
    fits = cv2.matchTemplate(seen, drawn, cv2.TM_CCOEFF_NORMED).astype(np.float32)
    _, best, _, (x, y) = cv2.minMaxLoc(fits)
    return float(best), (x + _peak(fits[y, :], x) - beside, y + _peak(fits[:, x], y) - beyond)


def _peak(row: NDArray[np.float32], at: int) -> float:
    """Give how far the top of a parabola through three values is from the middle one."""
    if not 0 < at < len(row) - 1:
        return 0.0
    before, here, after = (float(each) for each in row[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.0 if bend >= 0 else (before - after) / (2 * bend)


def _uneven(text: str, shifts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what is left of (n, 2) shifts when the line's own place and size are taken away."""
    columns = np.array([column for column, letter in enumerate(text) if letter != "<"])
    # A bend along the line is the paper's, not the printer's.
    fitted = [np.polyval(np.polyfit(columns, shifts[:, axis], 2), columns) for axis in (0, 1)]
    return np.asarray(shifts - np.stack(fitted, axis=1), dtype=np.float64)


def _drawn(text: str) -> tuple[NDArray[np.float32], tuple[int, int, int, int]]:
    """Draw a line in OCR-B, with room about it; give it and the box of its ink."""
    canvas = Image.new("L", ((len(text) + 2 * ROOM) * CELL, TALL + 2 * CELL), 0)
    draw = ImageDraw.Draw(canvas)
    foot = CELL + (TALL + CELL * 3 // 2) // 2
    for column, letter in enumerate(text):
        at = ((column + ROOM + 0.5) * CELL, foot)
        draw.text(at, letter, font=_ocr_b(), fill=255, anchor="ms")
    box = canvas.getbbox() or (0, 0, canvas.width, canvas.height)
    soft = cv2.GaussianBlur(np.asarray(canvas), (0, 0), 1.2)
    return soft.astype(np.float32), box


@lru_cache(maxsize=1)
def _ocr_b() -> ImageFont.FreeTypeFont:
    """Load OCR-B at the size whose characters are a cell wide; see fonts/OCR-B.txt for whose."""
    path = Path(__file__).parent.parent / "fonts" / "OCRB.otf"
    hundred = ImageFont.truetype(path, 100).getlength("0")
    return ImageFont.truetype(path, 100 * CELL / hundred)
