"""What stops nobody here: an old capture whose frames are put in the new question's order.

docs/liveness.md says so. Whoever writes a check that stops it sees it by this test.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.adapters.local_engine import LocalEngine
from lineproof.domain.finding import Measured
from lineproof.domain.liveness import LiveCapture
from lineproof.domain.script import RANDOM_BYTES, Screen, Turn, Variant
from lineproof.domain.script import script as script_of
from lineproof.face.liveness.captured import asked as asked_of
from tests.attack_kit.simulate import Played, Staging, capture, moments
from tests.samples import engine
from tests.web.test_living_person import RIGHT, shown, site

if TYPE_CHECKING:
    from lineproof.domain.script import Script, Step
    from tests.attack_kit.simulate import Seen

MOST = 24


def asks(step: Step) -> object:
    """Give what makes two steps of two scripts one: the colour, the side, or the kind."""
    if isinstance(step, Screen):
        return step.rgb
    return step.side if isinstance(step, Turn) else type(step)


def in_order(seen: list[Seen], old: Script, new: Script) -> list[Seen]:
    """Move each frame to where the new script asks what the old one asked when it was taken."""
    was = {asks(step): step for step in old.steps}
    found = []
    for step in new.steps:
        before = was.get(asks(step))
        for each in seen:
            at = each.frame.at_ms
            if before is None or not before.start_ms <= at < before.start_ms + before.ms:
                continue
            share = (at - before.start_ms) / before.ms
            moved = replace(each.frame, at_ms=step.start_ms + share * step.ms)
            found.append(replace(each, frame=moved))
    return found[:MOST]


def passes(seen: list[Seen], asked: Script) -> bool:
    """Say whether all checks pass; the frames are one person's, so they are not compared."""
    own = site().engine
    assert isinstance(own, LocalEngine)
    assert own.liveness is not None
    told = LiveCapture(asked, tuple(round(each.frame.at_ms) for each in seen), (), "Front Camera")
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
def test_one_old_capture_answers_a_new_question(variant: Variant) -> None:
    """SIMULATED. Every frame is of a living person in the right light, so nothing is wrong."""
    taken = answered = late = 0
    for seed in range(6):
        rng = np.random.default_rng([seed, 11])
        old, new = (script_of(variant, rng.bytes(RANDOM_BYTES)) for _ in range(2))
        played = Played(asked_of(old), moments(old))
        # One evening before one camera, as test_living_person has it.
        seen = capture(shown(RIGHT), played, Staging(), engine(), np.random.default_rng(1))
        if passes(seen, old):
            taken += 1
            answered += passes(in_order(seen, old, new), new)
            late += passes(seen, new)
    assert taken >= 3
    assert answered >= taken / 2
    # As it was, it answers nothing.
    assert late == 0
