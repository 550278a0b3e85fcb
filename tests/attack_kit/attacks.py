"""The presentation attacks that the kit makes from any photograph, by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from training.scenes import scene

from lineproof.domain.capture_message import MOST
from lineproof.domain.script import PALETTE, RANDOM_BYTES, Screen, Script, Variant
from lineproof.domain.script import script as make_script
from lineproof.face.liveness.captured import asked as asked_of
from tests.attack_kit.camera import SIDE
from tests.attack_kit.painted import nearest, painted, taken_again
from tests.attack_kit.rolling import film_of_frames
from tests.attack_kit.simulate import (
    Played,
    Staging,
    capture,
    in_a_room,
    moments,
    script,
    with_eye_holes,
)

if TYPE_CHECKING:
    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.domain.capture_film import CapturedFilm
    from lineproof.face.liveness.captured import Asked, CapturedFrame
    from tests.attack_kit.camera import Seen
    from tests.attack_kit.simulate import Portrait

BONA_FIDE = Staging()
DAYLIGHT = Staging(gain=0.1)
"""A person in daylight: the screen adds a tenth of what it adds in a room."""
SLOW = Staging(slow=True)
"""A person before a camera that gives half as many frames as most."""
PAPER = Staging(surface="plane", lit="plane", background=1.0)
MASK = replace(PAPER, surface="bent", background=0.25, cut_out=True)

STAGINGS = {
    "still": Staging(surface="plane", moves=False, lit="none", repeats=True),
    "print": PAPER,
    "bent_print": replace(PAPER, surface="bent"),
    "screen_replay": replace(PAPER, gain=0.15),
    "screen_with_moire": replace(PAPER, gain=0.15, grid=True),
    "cut_out_mask": MASK,
    "mask_with_eye_holes": replace(MASK, eye_holes=True, blinks=True),
    "animated_still": Staging(lit="none", rolling=False),
    "animated_blinking": Staging(lit="none", blinks=True, rolling=False),
    "animated_on_screen": Staging(lit="plane", background=1.0, gain=0.3, grid=True),
    "wrong_colours": Staging(lit="wrong", rolling=False),
    "late_colours": Staging(late_ms=450.0, rolling=False),
    "delayed_relay": Staging(behind_ms=450.0),
    "relit_plane": replace(PAPER, noise=False, rolling=False),
    "virtual_camera": Staging(noise=False, device="OBS Virtual Camera"),
    "replayed_capture": BONA_FIDE,
    "two_people": BONA_FIDE,
    "one_frame_swapped": BONA_FIDE,
    "relit_whole_frames": Staging(rolling=False),
    "animated_relit": BONA_FIDE,
    "old_in_new_order": BONA_FIDE,
    "recorded_on_purpose": BONA_FIDE,
    "old_lit_anew": BONA_FIDE,
}
"""``old_in_new_order`` is an old capture of the holder whose frames are moved to where the new
script asks for the same, or for a colour that is near. ``recorded_on_purpose`` is the same of a
recording in which the holder was shown everything that any script asks for, and ``old_lit_anew`` of
an old capture on which the light of the colours that it lacks was painted; each makes its film of
its frames, row by row. ``animated_relit`` draws the very head, light and rows that the simulated
bona fide is drawn with, with noise and a good name, and ``relit_whole_frames`` all of it but rows.
Nothing here can stop the three of ``KNOWN_TO_PASS``, and the table says so."""

PLAIN_WALL = 0.2
"""How often a person stands before the plain wall of their photograph."""

KNOWN_TO_PASS = frozenset({"animated_relit", "recorded_on_purpose", "old_lit_anew"})
OF_COLOURS = frozenset(
    {"wrong_colours", "late_colours", "recorded_on_purpose", "old_lit_anew", "relit_whole_frames"}
)
"""Where no colour is asked for, these would be the bona fide capture itself, or an old one."""
OF_MOVES_OR_COLOURS = OF_COLOURS | {
    "delayed_relay",
    "replayed_capture",
    "animated_blinking",
    "old_in_new_order",
}
"""Where nothing is asked for, these would be other attacks of the kit."""
PUT_IN_ORDER = frozenset({"old_in_new_order", "recorded_on_purpose", "old_lit_anew"})
OF_ANOTHER_DAY = PUT_IN_ORDER | {"replayed_capture"}
OF_TWO = frozenset({"two_people", "one_frame_swapped"})
INJECTED = frozenset(
    {"animated_still", "animated_blinking", "wrong_colours", "late_colours", "delayed_relay"}
    | {"relit_plane", "virtual_camera", "animated_relit", "relit_whole_frames"}
    | OF_ANOTHER_DAY
    | OF_TWO
)
"""What reaches the service without a camera."""


def species_of(variant: Variant) -> tuple[str, ...]:
    """Name the attacks that there are on a script of this variant."""
    left_out = {Variant.CALM: OF_COLOURS, Variant.ASSISTED: OF_MOVES_OR_COLOURS}
    return tuple(name for name in STAGINGS if name not in left_out.get(variant, ()))


@dataclass(frozen=True, slots=True)
class Presentation:
    """What was asked, the frames with a face that came, the film, and the camera's given name."""

    asked: Asked
    seen: list[Seen]
    film: CapturedFilm | None
    device: str
    faceless: int
    """How many frames came in which no face was found."""

    @property
    def frames(self) -> list[CapturedFrame]:
        """The frames as the checks take them."""
        return [each.frame for each in self.seen]


def attack(  # noqa: PLR0913, PLR0917 - whose photographs, by what means, when asked what
    name: str,
    shown: Portrait,
    other: Portrait,
    engine: LocalEngine,
    rng: np.random.Generator,
    variant: Variant = Variant.FULL,
) -> Presentation:
    """Make one presentation of an attack; ``other`` is another person's photograph."""
    how = replace(STAGINGS[name], bend=float(rng.uniform(0.9, 3.0)))
    played = script(rng, variant)
    shown, other = somewhere((shown, other), played, rng)
    # An old capture of the same variant is what there is to replay; now and then it fits.
    plays = script(rng, variant) if name in OF_ANOTHER_DAY else played
    plays = everything(variant, rng) if name == "recorded_on_purpose" else plays
    before = with_eye_holes(shown, other) if how.eye_holes else shown
    take = capture(before, plays, how, engine, rng)
    seen, film = take.seen, take.film
    faceless = len(plays.times_ms) - len(seen)
    if name in PUT_IN_ORDER:
        moved = in_new_order(seen, plays, played)
        drawn = name == "old_lit_anew"
        seen = (
            painted(moved, seen, plays, played, engine, rng, oval=True)
            if drawn
            else none_twice(moved, engine, rng)
        )
        film = film_of_frames(seen, played.asked, rng.spawn(1)[0], rolling=True)
    if name in OF_TWO:
        theirs = capture(other, played, how, engine, rng).seen
        half = slice(len(seen) // 2, None)
        swapped = half if name == "two_people" else _one_of(min(len(seen), len(theirs)), rng)
        seen[swapped] = theirs[swapped]
    return Presentation(played.asked, seen, film, how.device, faceless)


def bona_fide(
    shown: Portrait,
    engine: LocalEngine,
    rng: np.random.Generator,
    variant: Variant = Variant.FULL,
    how: Staging = BONA_FIDE,
) -> Presentation:
    """Make one SIMULATED bona fide presentation."""
    played = script(rng, variant)
    (shown,) = somewhere((shown,), played, rng)
    take = capture(shown, played, how, engine, rng)
    faceless = len(played.times_ms) - len(take.seen)
    return Presentation(played.asked, take.seen, take.film, how.device, faceless)


def everything(variant: Variant, rng: np.random.Generator) -> Played:
    """Ask all that any script of a variant may: every colour, and the moves of one."""
    one = make_script(variant, rng.bytes(RANDOM_BYTES)).steps
    colours = next(at for at, step in enumerate(one) if isinstance(step, Screen))
    lasts = max(step.ms for step in one if isinstance(step, Screen))
    shown = [Screen(str(name), 0, lasts) for name in rng.permutation(list(PALETTE))]
    rest = [step for step in one[colours:] if not isinstance(step, Screen)]
    made, start = [], 0
    for step in (*one[:colours], *shown, *rest):
        made.append(replace(step, start_ms=start))
        start += step.ms
    whole = Script(variant, tuple(made))
    return Played(asked_of(whole), moments(whole, most=len(made) * MOST))


def in_new_order(seen: list[Seen], old: Played, new: Played) -> list[Seen]:
    """Move each frame to where the new script asks what the old one asked when it was taken.

    For a colour that the old one did not have, the frames of its nearest serve.
    """
    was, found = dict(_steps(old)), []
    shown = [each.rgb for each in old.asked.colours]
    for asks, (start, ms) in _steps(new):
        known = asks if asks in was or not isinstance(asks, tuple) else nearest(asks, shown)
        begun, took = was.get(known, (0.0, 0.0))
        for each in seen:
            into = each.frame.at_ms - begun
            if 0 <= into < took:
                frame = replace(each.frame, at_ms=start + into / took * ms)
                found.append(replace(each, frame=frame))
    return found[:MOST]


def none_twice(seen: list[Seen], engine: LocalEngine, rng: np.random.Generator) -> list[Seen]:
    """Take a frame again that stood there before: one old colour may serve for two new ones."""
    used: set[str] = set()
    found = []
    for each in seen:
        again = each.frame.stored in used
        used.add(each.frame.stored)
        found.append(taken_again(each, np.ones(3), engine, rng) if again else each)
    return found


def _steps(played: Played) -> list[tuple[object, tuple[float, float]]]:
    """Give each step of a script by what it asks for, with its start and length in ms."""
    asked, ends = played.asked, max(played.times_ms) + 1
    told: list[tuple[object, tuple[float, float]]] = [
        *((each.rgb, (each.start_ms, each.duration_ms)) for each in asked.colours),
        *((each.side, (each.start_ms, each.duration_ms)) for each in asked.turns),
    ]
    if asked.nearer_ms is not None:
        told.append(("nearer", (asked.nearer_ms, ends - asked.nearer_ms)))
    begins = min((start for _, (start, _) in told), default=ends)
    return [("ahead", (0.0, begins)), *told]


def somewhere(
    people: tuple[Portrait, ...], played: Played, rng: np.random.Generator
) -> tuple[Portrait, ...]:
    """Put people before one room, most times, where the screen's light is looked at."""
    if not played.asked.colours or rng.random() < PLAIN_WALL:
        return people
    room = scene(SIDE, SIDE, rng)
    return tuple(in_a_room(each, room) for each in people)


def _one_of(count: int, rng: np.random.Generator) -> slice:
    """Choose one frame after the first, with which the others are compared."""
    at = int(rng.integers(1, count))
    return slice(at, at + 1)
