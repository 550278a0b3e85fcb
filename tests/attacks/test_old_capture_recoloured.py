"""An old capture that lacks the colours asked for, and gets them: by mixing frames, or by paint.

Paint passes: drawn light is drawn light, and docs/liveness.md says so. Whoever writes a check that
stops it sees it by this test.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.domain.finding import Measured
from lineproof.domain.script import RANDOM_BYTES, Ahead, Screen, Script, Variant
from lineproof.domain.script import script as script_of
from lineproof.face.liveness.captured import asked as asked_of
from lineproof.face.liveness.light import light
from tests.attack_kit.attacks import in_new_order
from tests.attack_kit.painted import painted
from tests.attack_kit.simulate import Played, moments
from tests.attacks.test_old_capture_in_order import filmed, passes, with_film
from tests.samples import engine

if TYPE_CHECKING:
    from lineproof.face.liveness.captured import CapturedFrame

OLD = ("magenta", "orange", "cyan", "green", "violet", "yellow")
WANTED = "rose"
"""Between magenta and orange, and nearer to their middle than any other colour."""


def test_two_old_colours_by_turns_are_not_the_one_between_them() -> None:
    """SIMULATED. No pixel is changed, and the mean is right; but every frame has to be."""
    old = still(OLD)
    seen = [each.frame for each in filmed(Played(asked_of(old), moments(old))).seen]
    new = still((WANTED, *OLD[2:], "magenta"))
    frames = [
        *_at(seen, old, 0, new, 0),
        *_at(seen, old, 1, new, 1, take=slice(0, 2)),
        *_at(seen, old, 2, new, 1, take=slice(2, 3)),
        *(frame for place in range(3, 7) for frame in _at(seen, old, place, new, place - 1)),
        *_at(seen, old, 1, new, 6, take=slice(2, 3)),
    ]
    found = light(frames, asked_of(new))
    assert isinstance(found, Measured)
    assert found.value["follows"] > 0.8
    assert found.value["named"] < 1


@pytest.mark.parametrize("oval", [False, True], ids=["everywhere", "in an oval"])
def test_an_old_capture_whose_light_is_painted_over_answers_a_new_question(*, oval: bool) -> None:
    """SIMULATED. Three gains, learnt from the old capture, make its nearest colour another one."""
    in_order = anew = 0
    for seed in range(3):
        rng = np.random.default_rng([seed, 29])
        old, new = (script_of(Variant.STILL, rng.bytes(RANDOM_BYTES)) for _ in range(2))
        before, now = (Played(asked_of(each), moments(each)) for each in (old, new))
        seen = filmed(before).seen
        moved = in_new_order(seen, before, now)
        in_order += passes(with_film(moved, now), new)
        drawn = painted(moved, seen, before, now, engine(), rng, oval=oval)
        anew += passes(with_film(drawn, now), new)
    assert in_order == 0
    assert anew >= 1


def still(names: tuple[str, ...]) -> Script:
    """Ask for these colours, each as long as any other."""
    shown = [Screen(name, 400 + 700 * at, 700) for at, name in enumerate(names)]
    return Script(Variant.STILL, (Ahead(0, 400), *shown))


def _at(  # noqa: PLR0913, PLR0917 - which frames of which step go where
    seen: list[CapturedFrame],
    old: Script,
    taken: int,
    new: Script,
    put: int,
    take: slice = slice(None),
) -> list[CapturedFrame]:
    """Move the frames of a step of the old script to a step of the new one."""
    was, now = old.steps[taken], new.steps[put]
    own = [each for each in seen if was.start_ms <= each.at_ms < was.start_ms + was.ms]
    return [replace(each, at_ms=each.at_ms - was.start_ms + now.start_ms) for each in own[take]]
