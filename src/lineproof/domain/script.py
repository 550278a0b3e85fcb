"""A script: what the page asks of the person during one capture, unpredictable and short.

Colours keep to WCAG 2.3.1, general and red flashes: none is a saturated red, and each stays for so
long that the screen changes at most three times a second, which is fewer than two flashes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

LONGEST_MS = 8_000
"""No person is kept longer than this by a script."""

RANDOM_BYTES = 32
"""So many that what is left over in drawing from them favours nothing measurably."""

PALETTE = {
    "lime": (128, 255, 38),
    "magenta": (217, 38, 255),
    "azure": (38, 128, 255),
    "orange": (255, 140, 76),
    "lilac": (178, 140, 229),
    "green": (38, 255, 102),
    "violet": (89, 38, 255),
    "yellow": (255, 242, 38),
    "straw": (217, 229, 166),
    "rose": (229, 64, 153),
    "mint": (128, 229, 217),
    "cyan": (38, 255, 255),
}
"""sRGB, as far apart in what is left without brightness (each channel less the mean of the three)
as twelve colours can lie that are light and none of them a saturated red: skin shows which it was,
and a capture of another script, which has five or six of them, seldom has the ones that are asked.
"""


class Variant(StrEnum):
    """Which script a person chose. Nobody is asked why."""

    FULL = "full"
    CALM = "calm"
    """No colours: for who is troubled by flashes."""
    STILL = "still"
    """Colours only: for who cannot turn or come nearer."""
    ASSISTED = "assisted"
    """Nothing but to look ahead: a member of staff who sees the person confirms."""


class Side(StrEnum):
    """A side of the person's own, not of the picture."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Ahead:
    """The person looks straight into the camera from ``start_ms`` for ``ms``."""

    start_ms: int
    ms: int


@dataclass(frozen=True, slots=True)
class Screen:
    """The whole screen shows a colour of ``PALETTE``."""

    name: str
    start_ms: int
    ms: int

    @property
    def rgb(self) -> tuple[int, int, int]:
        """The colour, 0..255 each."""
        return PALETTE[self.name]


@dataclass(frozen=True, slots=True)
class Turn:
    """The person turns the head a little to a side, and back."""

    side: Side
    start_ms: int
    ms: int


@dataclass(frozen=True, slots=True)
class Approach:
    """The oval grows: the person comes nearer, and stays there."""

    start_ms: int
    ms: int


Step: TypeAlias = Ahead | Screen | Turn | Approach


@dataclass(frozen=True, slots=True)
class Script:
    """The steps of one capture, each from where the one before it ends."""

    variant: Variant
    steps: tuple[Step, ...]

    @property
    def ms(self) -> int:
        """How long it takes."""
        return self.steps[-1].start_ms + self.steps[-1].ms


def script(variant: Variant, random: bytes) -> Script:
    """Make a script from ``RANDOM_BYTES`` that nobody can foresee; the same bytes give the same.

    Raises ValueError for fewer or more bytes.
    """
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"a script is made from {RANDOM_BYTES} random bytes")
    draw = _Draw(int.from_bytes(random, "big"))
    return Script(variant, _one_after_the_other(_parts(variant, draw)))


def canonical(asked: Script) -> bytes:
    """Write a script as the page receives it: JSON with sorted keys and no spaces."""
    steps = [{"do": type(step).__name__.lower(), **_told(step)} for step in asked.steps]
    told = {"variant": str(asked.variant), "ms": asked.ms, "steps": steps}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")


class _Draw:
    """Draws from one large number, as cards from a pack: what was used is used up."""

    def __init__(self, number: int) -> None:
        self._left = number

    def one_of(self, choices: Sequence[T]) -> T:
        self._left, place = divmod(self._left, len(choices))
        return choices[place]

    def some_of(self, choices: Sequence[T], count: int) -> list[T]:
        left, taken = list(choices), []
        for _ in range(count):
            self._left, place = divmod(self._left, len(left))
            taken.append(left.pop(place))
        return taken


_Part: TypeAlias = "tuple[Callable[[int, int], Step], int]"
"""A step whose start is not known yet, and how long it takes."""


def _parts(variant: Variant, draw: _Draw) -> list[_Part]:
    match variant:
        case Variant.FULL:
            return [_ahead(400), *_colours(draw, 5, (480, 540, 600)), *_moves(draw)]
        case Variant.CALM:
            return [_ahead(800), *_moves(draw)]
        case Variant.STILL:
            return [_ahead(400), *_colours(draw, 6, (600, 700, 800))]
        case Variant.ASSISTED:
            return [_ahead(2_400)]


def _ahead(ms: int) -> _Part:
    return Ahead, ms


def _colours(draw: _Draw, count: int, durations: tuple[int, ...]) -> list[_Part]:
    names = draw.some_of(list(PALETTE), count)
    return [(_screen(name), draw.one_of(durations)) for name in names]


def _moves(draw: _Draw) -> list[_Part]:
    durations = (1_200, 1_300, 1_400, 1_500)
    sides = draw.some_of(list(Side), 2)
    turns: list[_Part] = [(_turn(side), draw.one_of(durations)) for side in sides]
    return [*turns, (Approach, draw.one_of(durations))]


def _screen(name: str) -> Callable[[int, int], Step]:
    return lambda start, ms: Screen(name, start, ms)


def _turn(side: Side) -> Callable[[int, int], Step]:
    return lambda start, ms: Turn(side, start, ms)


def _one_after_the_other(parts: Sequence[_Part]) -> tuple[Step, ...]:
    steps: list[Step] = []
    start = 0
    for step, ms in parts:
        steps.append(step(start, ms))
        start += ms
    return tuple(steps)


def _told(step: Step) -> dict[str, object]:
    told: dict[str, object] = dict(asdict(step))
    if isinstance(step, Screen):
        told["rgb"] = list(step.rgb)
    return told
