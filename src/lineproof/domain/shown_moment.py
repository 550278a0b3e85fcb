"""What a reviewer is shown of a script: a few of its moments, and what was asked in each.

Nobody tells a living person by one picture, and whoever sent the frames must not choose. So the
movements are all shown, and of the rest some steps are drawn that no sender foresees.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lineproof.domain.script import PALETTE, Ahead, Approach, Screen, Script, Side, Step, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 4
"""Moments of a script: as few as show both turns, the approach and a look ahead."""

NEAREST = 2
"""Of a step's frames, from its middle, among which one is drawn: there the movement is made, and
with one alone a sender would know which frame nobody looks at."""


class Do(StrEnum):
    """What a person was asked to do."""

    AHEAD = "ahead"
    SCREEN = "screen"
    """To look ahead, while the screen had a colour."""
    TURN = "turn"
    APPROACH = "approach"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What was asked at a moment, and which moment it is in the script's order, from 1."""

    place: int
    do: Do
    detail: str = ""
    """The side of a turn, or the screen's colour."""

    @property
    def name(self) -> str:
        """The name under which its picture is held; the seal binds one to the other."""
        return "-".join(("live", str(self.place), self.do, self.detail)).removesuffix("-")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, and the frame that shows it by its index; None where no frame came of it."""

    prompt: Prompt
    frame: int | None


def moments(asked: Script, at_ms: Sequence[int], unforeseen: bytes) -> tuple[Moment, ...]:
    """Choose what a reviewer is shown, in the script's order.

    ``at_ms`` are the frames' times since the script began, ascending, and ``unforeseen`` is random
    and drawn after the frames came. A frame after the last step belongs to it.
    """
    steps = _halves(asked.steps[0]) if len(asked.steps) == 1 else asked.steps
    taken: list[list[int]] = [[] for _ in steps]
    for index, at in enumerate(at_ms):
        begun = [number for number, step in enumerate(steps) if step.start_ms <= at]
        taken[begun[-1]].append(index)

    moved = [number for number, step in enumerate(steps) if isinstance(step, Turn | Approach)]
    straight = [number for number in range(len(steps)) if number not in moved]
    # Those of which a frame came are drawn first: to leave frames out hides nothing, and where
    # there are not enough the reviewer is told which are missing.
    drawn = sorted(straight, key=lambda each: (not taken[each], _chance(unforeseen, "step", each)))
    chosen = sorted((*moved, *drawn[: SHOWN - len(moved)]))
    return tuple(
        Moment(_prompt(place, steps[each]), _one(steps[each], taken[each], at_ms, unforeseen))
        for place, each in enumerate(chosen, start=1)
    )


def read_name(name: str) -> Prompt | None:
    """Give what was asked at the moment of a held picture; None for one that is of no script."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    place, do, detail = found.groups(default="")
    return Prompt(int(place), Do(do), detail) if detail in _DETAILS[Do(do)] else None


_NAME = re.compile(rf"live-([1-{SHOWN}])-({'|'.join(Do)})(?:-([a-z]+))?")

_DETAILS = {
    Do.AHEAD: ("",),
    Do.SCREEN: tuple(PALETTE),
    Do.TURN: tuple(Side),
    Do.APPROACH: ("",),
}


def _halves(only: Step) -> tuple[Step, ...]:
    """Divide the one step of a script that asks for nothing but to look ahead."""
    half = only.ms // 2
    return Ahead(only.start_ms, half), Ahead(only.start_ms + half, only.ms - half)


def _prompt(place: int, step: Step) -> Prompt:
    match step:
        case Ahead():
            return Prompt(place, Do.AHEAD)
        case Screen(name=colour):
            return Prompt(place, Do.SCREEN, colour)
        case Turn(side=side):
            return Prompt(place, Do.TURN, side)
        case Approach():
            return Prompt(place, Do.APPROACH)


def _one(step: Step, taken: Sequence[int], at_ms: Sequence[int], unforeseen: bytes) -> int | None:
    middle = step.start_ms + step.ms / 2
    near = sorted(taken, key=lambda index: abs(at_ms[index] - middle))[:NEAREST]
    return min(near, key=lambda index: _chance(unforeseen, "frame", index), default=None)


def _chance(unforeseen: bytes, what: str, number: int) -> bytes:
    return hashlib.sha256(unforeseen + f"\x1f{what}\x1f{number}".encode()).digest()
