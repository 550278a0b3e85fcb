"""Aligns a line of a zone to the exact number of its characters.

A CTC recogniser says for each step along a line which character is there, if any. A zone's lines
have a known number of characters, so every alignment to just that many is weighed, and what comes
out is the probability of each character at each place.

Source: Graves et al., "Connectionist Temporal Classification" (2006), section 4.1, with the number
of characters so far as part of the state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SYMBOLS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
"""The characters of a zone, in the order of the columns after the first, which is none at all."""

LONGEST: Final = 44
"""The most characters that a line of a zone has (ICAO 9303-4, 4.2)."""

OUT_OF_STEP: Final = 0.4
"""How far from its even place a character may have been seen, in widths of a character."""

LEAST: Final = 1e-7
"""No probability is taken to be smaller, so that one surprise does not forbid a whole line."""

TINY: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Lattice:
    """Every way to read a line, by the number of its characters.

    ``on`` is (t + 1, 45, 37): the share of what is read so far that stands on a character, by how
    many and which; ``past`` is (t + 1, 45): the share that stands in the gap after it. ``scales``
    is (t,): what each step was divided by.
    """

    none: NDArray[np.float64] = field(repr=False)
    symbols: NDArray[np.float64] = field(repr=False)
    on: NDArray[np.float64] = field(repr=False)
    past: NDArray[np.float64] = field(repr=False)
    scales: NDArray[np.float64] = field(repr=False)

    def fit(self, length: int) -> float:
        """Give the logarithm of the probability that the line has just this many characters."""
        whole = float(self.on[-1, length].sum() + self.past[-1, length])
        return float(np.log(max(whole, TINY)) + np.log(self.scales).sum())


@dataclass(frozen=True, slots=True)
class Aligned:
    """A line aligned to n characters.

    ``seen`` is (n, 37): the probability of each symbol at each place; ``places`` is (n,): where
    along the line each was seen, in steps of the recogniser.
    """

    seen: NDArray[np.float64] = field(repr=False)
    places: NDArray[np.float64]

    @property
    def even(self) -> bool:
        """Whether the characters stand in step; else one was lost, and another seen twice."""
        index = np.arange(len(self.places))
        trend = np.polynomial.Polynomial.fit(index, self.places, 2)
        pitch = (self.places[-1] - self.places[0]) / (len(index) - 1)
        return bool(np.abs(self.places - trend(index)).max() < OUT_OF_STEP * pitch)


def lattice(probabilities: NDArray[np.float32]) -> Lattice:
    """Read (t, 38) probabilities, column 0 no character at all, from left to right."""
    sure = np.maximum(probabilities.astype(np.float64), LEAST)
    none, symbols = sure[:, 0], sure[:, 1:]
    on = np.zeros((len(none) + 1, LONGEST + 1, len(SYMBOLS)))
    past = np.zeros((len(none) + 1, LONGEST + 1))
    scales = np.zeros(len(none))
    past[0, 0] = 1
    for t in range(len(none)):
        on[t + 1, 1:] = symbols[t] * (on[t, 1:] + _entered(on[t], past[t]))
        past[t + 1] = none[t] * (past[t] + on[t].sum(axis=1))
        scales[t] = on[t + 1].sum() + past[t + 1].sum()
        on[t + 1] /= scales[t]
        past[t + 1] /= scales[t]
    return Lattice(none, symbols, on, past, scales)


def _entered(on: NDArray[np.float64], past: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what may go on to each next character: a repeat needs a gap, another one does not."""
    return np.asarray(past[:-1, None] + on[:-1].sum(axis=1)[:, None] - on[:-1])


def align(read: Lattice, length: int) -> Aligned:
    """Weigh every way to read just ``length`` characters, and give what was seen at each place."""
    columns = len(SYMBOLS)
    seen, weight, when = np.zeros((length, columns)), np.zeros(length), np.zeros(length)
    on, past = np.zeros((length + 1, columns)), np.zeros(length + 1)
    on[length], past[length] = 1, 1
    for t in range(len(read.none) - 1, -1, -1):
        before_on, before_past = read.on[t, : length + 1], read.past[t, : length + 1]
        whole = float((read.on[t + 1, : length + 1] * on).sum())
        whole += float((read.past[t + 1, : length + 1] * past).sum())
        entering = read.symbols[t] * _entered(before_on, before_past) * on[1:]
        entering /= max(whole * read.scales[t], TINY)
        now = entering.sum(axis=1)
        seen, weight, when = seen + entering, weight + now, when + now * t
        staying, resting = read.symbols[t] * on, read.none[t] * past
        fresh = staying[1:].sum(axis=1)
        on, past = staying + resting[:, None], resting
        on[:-1] += fresh[:, None] - staying[1:]
        past[:-1] += fresh
        largest = max(float(on.max()), float(past.max()), TINY)
        on, past = on / largest, past / largest
    return Aligned(seen, when / np.maximum(weight, TINY))
