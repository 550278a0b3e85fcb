"""An old capture whose frames are put in a new question's order, unaltered: it has other colours.

What stops nobody here is a recording in which the person was shown everything; docs/liveness.md
says so, and test_old_capture_recoloured tells what paint does. Whoever writes a check that stops it
sees it by this test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.adapters.local_engine import LocalEngine
from lineproof.domain.finding import Measured
from lineproof.domain.liveness import LiveCapture
from lineproof.domain.script import RANDOM_BYTES, Script, Variant
from lineproof.domain.script import script as script_of
from lineproof.face.liveness.captured import asked as asked_of
from tests.attack_kit.attacks import everything, in_new_order
from tests.attack_kit.rolling import film_of_frames
from tests.attack_kit.simulate import Played, Staging, Take, capture, moments
from tests.samples import engine
from tests.web.test_living_person import RIGHT, shown, site

if TYPE_CHECKING:
    from tests.attack_kit.camera import Seen


def passes(take: Take, asked: Script) -> bool:
    """Say whether all checks pass; the frames are one person's, so they are not compared."""
    seen = take.seen
    own = site().engine
    assert isinstance(own, LocalEngine)
    assert own.liveness is not None
    times = tuple(round(each.frame.at_ms) for each in seen)
    told = LiveCapture(asked, times, (), "Front Camera", film=take.film)
    found = own.liveness.band(
        [each.frame for each in seen],
        [each.face for each in seen],
        faceless=0,
        scores=[1.0] * (len(seen) - 1),
        capture=told,
        versions=own.versions,
    )
    assert isinstance(found, Measured)
    return found.value.passes and not found.value.missing


@pytest.mark.parametrize("variant", [Variant.FULL, Variant.STILL])
def test_one_old_capture_answers_no_new_question(variant: Variant) -> None:
    """SIMULATED. Every frame is of a living person in the right light; but not in these colours."""
    taken = answered = purpose = 0
    for seed in range(6):
        rng = np.random.default_rng([seed, 11])
        old, new = (script_of(variant, rng.bytes(RANDOM_BYTES)) for _ in range(2))
        before, now = (Played(asked_of(each), moments(each)) for each in (old, new))
        take = filmed(before)
        taken += passes(take, old)
        moved = with_film(in_new_order(take.seen, before, now), now)
        answered += passes(take, new) + passes(moved, new)
        whole = everything(variant, rng)
        purpose += passes(with_film(in_new_order(filmed(whole).seen, whole, now), now), new)
    assert taken >= 3
    assert answered == 0
    assert purpose >= 3


def filmed(played: Played) -> Take:
    """Film one evening before one camera, as test_living_person has it."""
    return capture(shown(RIGHT), played, Staging(), engine(), np.random.default_rng(1))


def with_film(seen: list[Seen], played: Played) -> Take:
    """Make the film of the changes of these frames, row by row: a forger knows of shutters."""
    rng = np.random.default_rng(2)
    return Take(seen, film_of_frames(seen, played.asked, rng, rolling=True))
