"""The presentation attacks that the kit makes from any photograph, by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lineproof.domain.script import Variant
from tests.attack_kit.simulate import Staging, capture, script

if TYPE_CHECKING:
    import numpy as np

    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.face.liveness.captured import Asked, CapturedFrame
    from tests.attack_kit.simulate import Portrait

BONA_FIDE = Staging()
PAPER = Staging(surface="plane", lit="plane", background=1.0)

STAGINGS = {
    "still": Staging(surface="plane", moves=False, lit="none", repeats=True),
    "print": PAPER,
    "bent_print": replace(PAPER, surface="bent"),
    "screen_replay": replace(PAPER, gain=0.15),
    "cut_out_mask": replace(PAPER, surface="bent", background=0.25, cut_out=True),
    "animated_still": Staging(lit="none"),
    "animated_on_screen": Staging(lit="plane", background=1.0, gain=0.3),
    "wrong_colours": Staging(lit="wrong"),
    "late_colours": Staging(late_ms=450.0),
    "relit_plane": replace(PAPER, noise=False),
    "virtual_camera": Staging(noise=False, device="OBS Virtual Camera"),
    "replayed_capture": BONA_FIDE,
    "two_people": BONA_FIDE,
    "animated_relit": BONA_FIDE,
}
"""``animated_relit`` draws the very head and light that the simulated bona fide is drawn with, with
noise and a good name: nothing here can stop it, and the table says so."""

NOT_STOPPED_HERE = frozenset({"animated_relit"})


@dataclass(frozen=True, slots=True)
class Presentation:
    """What was asked, the frames that came, and the camera's name as the client gave it."""

    asked: Asked
    frames: list[CapturedFrame]
    device: str


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
    asked = script(rng, variant)
    if name == "replayed_capture":
        return Presentation(
            asked, capture(shown, _another(asked, rng), how, engine, rng), how.device
        )
    frames = capture(shown, asked, how, engine, rng)
    if name == "two_people":
        half = len(frames) // 2
        frames = frames[:half] + capture(other, asked, how, engine, rng)[half:]
    return Presentation(asked, frames, how.device)


def bona_fide(
    shown: Portrait, engine: LocalEngine, rng: np.random.Generator, variant: Variant = Variant.FULL
) -> Presentation:
    """Make one SIMULATED bona fide presentation."""
    asked = script(rng, variant)
    return Presentation(asked, capture(shown, asked, BONA_FIDE, engine, rng), BONA_FIDE.device)


def _another(asked: Asked, rng: np.random.Generator) -> Asked:
    """Give the script of another capture: one that asked for something else."""
    while True:
        other = script(rng)
        same_turn = bool(asked.turns) and other.turns[0].side == asked.turns[0].side
        same_colours = bool(asked.colours) and other.colours[0].rgb == asked.colours[0].rgb
        if not same_turn and not same_colours:
            return other
