"""Tells the letter O from a zero by its shape, held against the zone's own sure zeros.

OCR-B draws the two differently (ISO 1073-2), but a recogniser that was trained on every kind of
print cannot know which of two ovals it sees. A zone brings its own examples: what stands in a date
is a zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.reading.lattice import SYMBOLS
from lineproof.reading.ocr import LINE_HEIGHT, STEP
from lineproof.reading.repair import DIGITS, alphabets
from lineproof.reading.zone import ink_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lineproof.domain.document import MrzFormat
    from lineproof.reading.lattice import Aligned

STROKE: Final = 13
"""What is dark and narrower than this in a line may be a stroke, pixels."""

SHIFT: Final = 3
"""How far a character may lie from where it was seen, pixels of a line."""

LEAST_SPREAD: Final = 0.03
"""The zeros of a zone are never taken to be more alike than this: a neighbour's edge costs more."""

LETTER: Final = 1.25
"""How far from the zeros, in their own spread, a shape is as likely the letter as a zero. In OCR-B
the letters were 1.5 and more away where print was sharp, zeros nearly all less than 1."""

STEEP: Final = 3.0
SURE: Final = 6.0
"""How fast that grows, as a logarithm, and the most that a shape can say: 400 times as likely."""

ZERO: Final = 0.5
ZERO_SURE: Final = 1.0
"""How near to the zeros a shape is rather one of them, and how much likelier that makes it. Of the
letters of generated pages in three typefaces, one in 15 was as near; of the zeros, four in five."""


def rounds(
    kind: MrzFormat, lines: NDArray[np.uint8], aligned: Sequence[Aligned]
) -> tuple[NDArray[np.float64], ...]:
    """Give for each place of each line how much likelier the letter O is there than a zero.

    ``lines`` is (n, 48, w, 3) uint8 RGB; what is given is (length,) for each line, as a logarithm,
    0 where nothing round was seen or the zone has too few zeros to compare with.
    """
    said = [np.zeros(len(line.places)) for line in aligned]
    allowed = alphabets(kind)
    cells = _cells(lines, aligned)
    zeros = [cell for at, cell in cells.items() if allowed[at[0]][at[1]].strip("<") == DIGITS]
    if len(zeros) < 2:  # noqa: PLR2004 - one example shows no spread
        return tuple(said)
    usual = [_likeness(zero, _others(zeros, index)) for index, zero in enumerate(zeros)]
    spread = max(1.01 - min(usual), LEAST_SPREAD)

    def apart(cell: NDArray[np.float32]) -> float:
        return (min(usual) - _likeness(cell, zeros)) / spread

    for (line, place), cell in cells.items():
        if allowed[line][place] == SYMBOLS:
            away = apart(cell)
            said[line][place] = float(np.clip(STEEP * (away - LETTER), 0, SURE))
            if away < ZERO:
                said[line][place] = -ZERO_SURE
    return tuple(said)


def _others(cells: list[NDArray[np.float32]], index: int) -> list[NDArray[np.float32]]:
    return cells[:index] + cells[index + 1 :]


def _cells(
    lines: NDArray[np.uint8], aligned: Sequence[Aligned]
) -> dict[tuple[int, int], NDArray[np.float32]]:
    """Cut out every character that was seen as a zero or as the letter O: (48, 36) float32."""
    cells = {}
    round_columns = [SYMBOLS.index("0"), SYMBOLS.index("O")]
    for index, (line, read) in enumerate(zip(lines, aligned, strict=True)):
        grey = np.asarray(cv2.cvtColor(line, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        ink = ink_of(grey, STROKE).astype(np.float32)
        steps = np.arange(len(read.places))
        trend = np.polynomial.Polynomial.fit(steps, read.places, 2)
        pitch = STEP * (read.places[-1] - read.places[0]) / (len(steps) - 1)
        size = (round(pitch) + 2 * SHIFT, LINE_HEIGHT)
        for place in np.nonzero(read.seen[:, round_columns].sum(axis=1) > 0.5)[0]:  # noqa: PLR2004
            centre = (float(STEP * (trend(place) + 0.5)), (LINE_HEIGHT - 1) / 2)
            cell = cv2.getRectSubPix(ink, size, centre)
            cells[index, int(place)] = np.asarray(cell, dtype=np.float32)
    return cells


def _likeness(cell: NDArray[np.float32], examples: list[NDArray[np.float32]]) -> float:
    """Give the mean correlation of a character with some others, each shifted to fit best."""
    inner = np.ascontiguousarray(cell[2 * SHIFT : -2 * SHIFT, SHIFT + 1 : -SHIFT - 1])
    fits = [
        float(cv2.matchTemplate(example, inner, cv2.TM_CCOEFF_NORMED).max()) for example in examples
    ]
    return float(np.mean(fits))
