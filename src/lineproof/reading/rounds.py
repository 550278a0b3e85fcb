"""Tells the letter O from a zero by its shape, held against the zone's own sure zeros.

OCR-B draws the two differently (ISO 1073-2), but a recogniser that was trained on every kind of
print cannot know which of two ovals it sees. A zone brings its own examples: what stands in a date
is a zero, and what stands in a name is a letter O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.reading.lattice import SYMBOLS
from lineproof.reading.ocr import STEP
from lineproof.reading.repair import DIGITS, LETTERS, alphabets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lineproof.domain.document import MrzFormat
    from lineproof.reading.lattice import Aligned

SHIFT: Final = 4
"""How far a character may lie from where it was seen, pixels of a line."""

SURE: Final = 6.0
"""The most that a shape can say, as a logarithm: 400 times as likely."""

ALIKE: Final = 1.5
"""How far the letters of a zone must lie from its zeros, in the spread of the zeros, so that what
looks like a zero is no letter."""


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
    zeros = [cell for at, cell in cells.items() if _of(allowed[at[0]][at[1]], DIGITS)]
    letters = [cell for at, cell in cells.items() if _of(allowed[at[0]][at[1]], LETTERS)]
    if len(zeros) < 2:  # noqa: PLR2004 - one example shows no spread
        return tuple(said)
    usual = [_likeness(zero, _others(zeros, index)) for index, zero in enumerate(zeros)]
    spread = 1.01 - min(usual)

    def apart(cell: NDArray[np.float32]) -> float:
        return (min(usual) - _likeness(cell, zeros)) / spread

    differ = bool(letters) and min(apart(letter) for letter in letters) > ALIKE
    for (line, place), cell in cells.items():
        if allowed[line][place] == SYMBOLS:
            away = apart(cell)
            said[line][place] = float(np.clip(4 * (away - 1), 0, SURE))
            if differ and away < ALIKE / 3:
                said[line][place] = -SURE / 2
    return tuple(said)


def _of(allowed: str, kind: str) -> bool:
    return allowed.strip("<") == kind


def _others(cells: list[NDArray[np.float32]], index: int) -> list[NDArray[np.float32]]:
    return cells[:index] + cells[index + 1 :]


def _cells(
    lines: NDArray[np.uint8], aligned: Sequence[Aligned]
) -> dict[tuple[int, int], NDArray[np.float32]]:
    """Cut out every character that was seen as a zero or as the letter O: (48, 36) float32."""
    cells = {}
    round_columns = [SYMBOLS.index("0"), SYMBOLS.index("O")]
    for index, (line, read) in enumerate(zip(lines, aligned, strict=True)):
        grey = cv2.cvtColor(line, cv2.COLOR_RGB2GRAY).astype(np.float32)
        steps = np.arange(len(read.places))
        trend = np.polynomial.Polynomial.fit(steps, read.places, 2)
        pitch = STEP * (read.places[-1] - read.places[0]) / (len(steps) - 1)
        size = (round(1.3 * pitch), grey.shape[0])
        for place in np.nonzero(read.seen[:, round_columns].sum(axis=1) > 0.5)[0]:  # noqa: PLR2004
            centre = (float(STEP * (trend(place) + 0.5)), (grey.shape[0] - 1) / 2)
            cells[index, int(place)] = cv2.getRectSubPix(grey, size, centre)
    return cells


def _likeness(cell: NDArray[np.float32], examples: list[NDArray[np.float32]]) -> float:
    """Give the mean correlation of a character with some others, each shifted to fit best."""
    inner = np.ascontiguousarray(cell[SHIFT:-SHIFT, SHIFT:-SHIFT])
    fits = [
        float(cv2.matchTemplate(example, inner, cv2.TM_CCOEFF_NORMED).max())
        for example in examples
    ]
    return float(np.mean(fits))
