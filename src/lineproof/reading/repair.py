"""Settles what the characters of a zone are, from what a recogniser saw of them.

Two things are known of a zone before it is read: what may stand at each place, and which sums must
come out (ICAO 9303-3, 4.9). So each place is held to its alphabet, and of all readings whose check
digits are good the likeliest is taken, if the recogniser saw it at all and every other one is
clearly less likely. What stays open is not settled: nothing here guesses.
"""

from __future__ import annotations

import re
from datetime import date
from heapq import nlargest
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from lineproof.domain.finding import Measured
from lineproof.reading.lattice import SYMBOLS
from lineproof.reading.mrz import LAYOUTS, parse
from lineproof.reading.states import known_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from lineproof.domain.document import MrzFormat
    from lineproof.reading.mrz import Layout, Span

DIGITS: Final = SYMBOLS[:10]
LETTERS: Final = SYMBOLS[10:36]

ROUND: Final = {("0", "O"): 0.1, ("O", "0"): 0.1}
"""How likely what is read as the first is printed as the second: the recogniser cannot tell a zero
from the letter O without a word around it, and numbers have more zeros than that letter."""

ALIKE: Final = ("0O", "1I", "2Z", "5S", "6G", "8B")
"""Digits and letters that are read for each other where only one of the two may stand."""

ALIKE_CHANCE: Final = 0.02
"""How often that is. A zero and the letter O count more: see ``ROUND``."""

UNSEEN: Final = 1e-4
"""The chance that the recogniser saw nothing of what is printed."""

CLEARLY: Final = 3.5
"""How much likelier than every other reading the one that is taken must be: exp(3.5), 33 times."""

DOUBTED: Final = -5.3
"""How likely a reading must be against what may not stand there: exp(-5.3), a two hundredth."""

MOST_REPAIRED: Final = 2.0
"""How much less likely than the likeliest reading a repaired one may be: exp(2), 7 times. What
is plainly printed otherwise is left as it is printed."""

LISTED: Final = 3.0
"""How much likelier a state's code that is listed is than one that is not: 20 times."""

KEPT: Final = 6
"""Readings kept for each remainder of a running sum."""

TRIED: Final = 60
"""Readings of all fields together that are held against the grammar."""

ANY_DAY: Final = date(2000, 1, 1)
"""Check digits do not depend on the day on which they are read."""

_ORDERLY: Final = re.compile(r"[A-Z]+(<[A-Z]+)*(<<[A-Z]+(<[A-Z]+)*)?<*")

Reading: TypeAlias = tuple[float, str]
"""A logarithmic likelihood, and the characters."""

Choices: TypeAlias = list[Reading]
"""Readings of the same place, the likeliest first."""

WEIGHTS: Final = (7, 3, 1)
VALUES: Final = {symbol: 0 if symbol == "<" else int(symbol, 36) for symbol in SYMBOLS}
"""What each symbol counts in a check digit, and the weights in turn (9303-3, 4.9)."""


def settle(
    kind: MrzFormat,
    seen: Sequence[NDArray[np.float64]],
    rounds: Sequence[NDArray[np.float64]],
) -> tuple[str | None, ...]:
    """Settle each line of a zone, or leave it open as None.

    ``seen`` holds for each line (n, 37) probabilities of the symbols at each place; ``rounds``
    (n,) how much likelier the letter O is there than a zero, as a logarithm, judged by its shape.
    """
    layout = LAYOUTS[kind]
    places = [
        [_choices(*each) for each in zip(line, table, shape, strict=True)]
        for line, table, shape in zip(seen, alphabets(kind), rounds, strict=True)
    ]
    for line, start, end in ((0, 2, 5), layout.nationality):
        places[line][start:end] = _state(places[line][start:end])
    lines = [_plain(line) for line in places]
    lines[layout.names[0]] = _names(lines[layout.names[0]], places[layout.names[0]], layout)
    found = _checked(kind, places)
    if found is not None:
        for line in {span[0] for span, _ in _segments(layout)}:
            lines[line] = _with(found, line, places[line], layout)
    return tuple(lines)


def settle_plainly(
    seen: Sequence[NDArray[np.float64]],
    rounds: Sequence[NDArray[np.float64]],
    allowed: Sequence[Sequence[str]],
) -> tuple[str | None, ...]:
    """Settle the lines of another layout: what may stand at each place, and no search for sums."""
    places = [
        [_choices(*each) for each in zip(line, table, shape, strict=True)]
        for line, table, shape in zip(seen, allowed, rounds, strict=True)
    ]
    return tuple(_plain(line) for line in places)


def alphabets(kind: MrzFormat) -> tuple[tuple[str, ...], ...]:
    """Give what may stand at each place of each line (9303-4 to 9303-7, 4.2)."""
    layout = LAYOUTS[kind]
    table = [[SYMBOLS] * layout.length for _ in range(layout.lines)]

    def put(span: Span, allowed: str) -> None:
        line, start, end = span
        table[line][start:end] = [allowed] * (end - start)

    put((0, 1, 5), LETTERS + "<")
    put((0, 0, 1), LETTERS)
    put(layout.names, LETTERS + "<")
    put(layout.nationality, LETTERS + "<")
    put(_next(layout.number), DIGITS + ("<" if layout.long_numbers else ""))
    for span in (layout.birth, layout.expiry):
        put(span, DIGITS + "<")
        put(_next(span), DIGITS)
    line, _, end = layout.birth
    put((line, end + 1, end + 2), "MFX<")
    if layout.optional_check:
        put(layout.optional_check, DIGITS + "<")
    if layout.composite_check:
        put(layout.composite_check, DIGITS)
    return tuple(tuple(line) for line in table)


def _next(span: Span) -> Span:
    line, _, end = span
    return line, end, end + 1


def _choices(seen: NDArray[np.float64], allowed: str, shape: float) -> Choices:
    """Give what may be printed at a place, the likeliest first, against the likeliest of all.

    The first is below 0 where something that may not stand here was seen.
    """
    by_symbol = dict(zip(SYMBOLS, seen.tolist(), strict=True))
    chances = dict(by_symbol)
    for (read, printed), chance in ROUND.items():
        chances[printed] += chance * by_symbol[read]
    if allowed != SYMBOLS:
        for digit, letter in ALIKE:
            chances[digit] += ALIKE_CHANCE * by_symbol[letter]
            chances[letter] += ALIKE_CHANCE * by_symbol[digit]
    scores = {symbol: float(np.log(chance + UNSEEN)) for symbol, chance in chances.items()}
    # What is no zero by its shape may be another letter than O as well, so nothing gains by it.
    scores["0"] -= max(0.0, shape)
    scores["O"] -= max(0.0, -shape)
    top = max(scores.values()) if allowed == SYMBOLS else float(np.log(max(by_symbol.values())))
    ranked = sorted(((scores[symbol] - top, symbol) for symbol in allowed), reverse=True)
    return [choice for choice in ranked if choice[0] > ranked[0][0] + np.log(UNSEEN) + 1]


def _state(code: list[Choices]) -> list[Choices]:
    """Weigh the characters of a state's code by which codes there are (9303-3, 5).

    A listed code is taken to be so much likelier than another one with a doubtful character; it
    never takes the place of one that is plain.
    """
    sums = _sums(code)
    whole = _likeliest(reading for kept in sums.values() for reading in kept)
    known = _likeliest(
        (score + (LISTED if known_state(text.rstrip("<")) else 0), text) for score, text in whole
    )
    best = known[0][1]
    weighed = []
    for at, choices in enumerate(code):
        against = [score for score, text in known if text[at] != best[at]]
        kept = [choice for choice in choices if choice[1] == best[at]]
        margin = known[0][0] - max(against, default=-np.inf)
        others = [(kept[0][0] - margin, s) for _, s in choices if s != best[at]][:1]
        weighed.append(kept + (others if against else []))
    return weighed


def _plain(line: list[Choices]) -> str | None:
    """Read a line of which every place is plain by itself; None where one is not."""
    text = "".join(choices[0][1] for choices in line)
    return text if all(_is_plain(choices) for choices in line) else None


def _is_plain(choices: Choices) -> bool:
    ahead = len(choices) < 2 or choices[0][0] - choices[1][0] > CLEARLY  # noqa: PLR2004
    return ahead and choices[0][0] > DOUBTED


def _names(text: str | None, line: list[Choices], layout: Layout) -> str | None:
    """Hold a line of names to their grammar (9303-3, 4.6).

    A stray letter among the fillers is what a recogniser sees there most, so what is out of order
    must be seen without any doubt.
    """
    if text is None or _ORDERLY.fullmatch(text[layout.names[1] :]):
        return text
    return text if all(len(choices) == 1 for choices in line) else None


def _segments(layout: Layout) -> tuple[tuple[Span, bool], ...]:
    """Give what check digits cover, in the composite's order; and whether each has its own."""
    long = layout.optional_check is not None
    last = _longer(layout.optional[-1]) if long else layout.optional[-1]
    own = [(_longer(span), True) for span in (layout.number, layout.birth, layout.expiry)]
    between = [(span, False) for span in layout.optional[:-1]]
    return (own[0], *between, *own[1:], (last, long))


def _longer(span: Span) -> Span:
    line, start, end = span
    return line, start, end + 1


def _checked(kind: MrzFormat, places: list[list[Choices]]) -> str | None:
    """Find the reading of all that check digits cover by which every one of them is good.

    Give the segments' characters one after another, then the composite check digit; None where
    no such reading was seen well enough, or where another is about as likely.
    """
    layout = LAYOUTS[kind]
    segments = [(places[line][start:end], own) for (line, start, end), own in _segments(layout)]
    covered = [choices for segment, _ in segments for choices in segment]
    sums = _sums([_readings(segment, layout, own=own) for segment, own in segments])
    wholes = [reading for kept in sums.values() for reading in kept]
    if layout.composite_check is not None:
        line, start, _ = layout.composite_check
        covered.append(places[line][start])
        wholes = [
            (score + more, text + digit)
            for more, digit in places[line][start]
            for score, text in sums.get(VALUES[digit], [])
        ]
    good = [whole for whole in nlargest(TRIED, wholes) if _adds_up(kind, places, whole[1])]
    likeliest = sum(choices[0][0] for choices in covered)
    if not good or good[0][0] < likeliest - MOST_REPAIRED:
        return None
    if any(choices[0][0] < DOUBTED for choices in covered):
        return None
    clear = len(good) == 1 or good[0][0] - good[1][0] > CLEARLY
    return good[0][1] if clear else None


def _readings(segment: list[Choices], layout: Layout, *, own: bool) -> Choices:
    """Give the likeliest readings of a segment, by its own check digit where it has one."""
    if not own:
        return _likeliest(reading for kept in _sums(segment).values() for reading in kept)
    sums = _sums(segment[:-1])
    found = []
    for more, digit in segment[-1]:
        # A filler stands for a check digit where there is nothing to check, or where a long number
        # goes on elsewhere; which of the two is the grammar's to say.
        either = [reading for kept in sums.values() for reading in kept]
        kept = either if digit == "<" else sums.get(VALUES[digit], [])
        found += [
            (score + more, text + digit)
            for score, text in kept
            if digit != "<" or layout.long_numbers or not text.strip("<")
        ]
    return _likeliest(found)


def _likeliest(readings: Iterable[Reading]) -> Choices:
    return nlargest(TRIED, readings)


def _sums(parts: list[Choices]) -> dict[int, Choices]:
    """Join one choice of each part; give the likeliest texts for each remainder of their sum.

    The remainder is the check digit of the text (9303-3, 4.9). All choices of a part are equally
    long.
    """
    sums: dict[int, Choices] = {0: [(0.0, "")]}
    at = 0
    for choices in parts:
        fresh: dict[int, Choices] = {}
        worth = [(more, text, _worth(text, at)) for more, text in choices]
        for remainder, kept in sums.items():
            for score, before in kept:
                for more, text, value in worth:
                    fresh.setdefault((remainder + value) % 10, []).append(
                        (score + more, before + text)
                    )
        sums = {remainder: nlargest(KEPT, kept) for remainder, kept in fresh.items()}
        at += len(choices[0][1]) if choices else 0
    return sums


def _worth(text: str, at: int) -> int:
    weights = (WEIGHTS[(at + place) % 3] for place in range(len(text)))
    return sum(weight * VALUES[symbol] for weight, symbol in zip(weights, text, strict=True))


def _adds_up(kind: MrzFormat, places: list[list[Choices]], found: str) -> bool:
    """Whether the parser finds every check digit of the zone good, and reads its dates."""
    layout = LAYOUTS[kind]
    lines = ["".join(choices[0][1] for choices in line) for line in places]
    for line, text in enumerate(lines):
        lines[line] = _put(found, line, text, layout)
    read = parse(lines, today=ANY_DAY)
    return isinstance(read, Measured) and read.value.format is kind and read.value.proven


def _put(found: str, line: int, text: str, layout: Layout) -> str:
    """Put the characters of the segments, and the composite check digit, into their places."""
    spans = [span for span, _ in _segments(layout)]
    spans += [layout.composite_check] if layout.composite_check else []
    for where, start, end in spans:
        part, found = found[: end - start], found[end - start :]
        if where == line:
            text = text[:start] + part + text[end:]
    return text


def _with(found: str, line: int, places: list[Choices], layout: Layout) -> str | None:
    """Give a whole line with what was found in it; the places between must be plain."""
    nothing = _put(" " * len(found), line, "?" * len(places), layout)
    between = [choices for choices, mark in zip(places, nothing, strict=True) if mark == "?"]
    if not all(_is_plain(choices) for choices in between):
        return None
    return _put(found, line, "".join(choices[0][1] for choices in places), layout)
