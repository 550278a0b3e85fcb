from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from benchmarks.liveness_captures import agreements

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.script import RANDOM_BYTES, Ahead, Screen, Script, Variant
from lineproof.domain.script import script as make_script
from lineproof.face.liveness.captured import asked
from lineproof.face.liveness.depth import depth
from lineproof.face.liveness.follows_script import follows_script
from lineproof.face.liveness.injection import InjectionSign, injection
from lineproof.face.liveness.light import light
from tests import samples
from tests.attack_kit.attacks import BONA_FIDE, DAYLIGHT, Presentation, attack, bona_fide
from tests.attack_kit.camera import SIDE
from tests.attack_kit.simulate import (
    Played,
    capture,
    eyes_closed,
    moments,
    portrait,
    with_eye_holes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.attack_kit.simulate import Staging


def made(name: str, variant: Variant = Variant.FULL, how: Staging = BONA_FIDE) -> Presentation:
    """Make one presentation of a sample photograph with the default pack's networks."""
    engine = samples.engine()
    shown = portrait(samples.pixels(samples.photograph("obama.jpg")), engine)
    rng = np.random.default_rng(5)
    if name == "bona_fide":
        return bona_fide(shown, engine, rng, variant, how)
    other = portrait(samples.pixels(samples.photograph("biden.jpg")), engine)
    return attack(name, shown, other, engine, rng, variant)


def numbers(finding: Finding[Mapping[str, float]]) -> dict[str, float]:
    """Give the numbers of a finding that has to be Measured."""
    assert isinstance(finding, Measured)
    return dict(finding.value)


def test_the_simulated_head_turns_comes_nearer_and_takes_the_light() -> None:
    """FaceMesh, shown the simulation, sees what was asked: so attacks differ only in their part."""
    one = made("bona_fide")
    assert 12 <= len(one.frames) <= 24
    assert numbers(follows_script(one.frames, one.asked))["turn"] > 8
    assert numbers(follows_script(one.frames, one.asked))["nearer"] > 1.2
    assert numbers(depth(one.frames, one.asked))["relief"] > 0.03
    assert numbers(light(one.frames, one.asked))["follows"] > 0.9
    assert injection(one.frames, device=one.device) == Measured(())


@pytest.mark.parametrize("variant", list(Variant))
def test_a_capture_has_as_many_frames_as_a_message(variant: Variant) -> None:
    """Whatever is asked, the page's moments give 12 to 24 frames within the script."""
    for seed in range(50):
        made = make_script(variant, np.random.default_rng(seed).bytes(RANDOM_BYTES))
        times = moments(made)
        assert 12 <= len(times) <= 24
        assert list(times) == sorted(times)
        assert times[-1] < made.ms


def test_one_frame_of_another_person_does_not_agree() -> None:
    """Every frame is compared, so a single one that was swapped is the least, and is low."""
    scores = agreements(made("one_frame_swapped").frames)
    assert min(scores) < 0.95 < sorted(scores)[1]


def test_daylight_fails_nobody_and_no_photograph_is_lit() -> None:
    """In daylight, as with a photograph that takes no light, there is nothing to judge."""
    day, photograph = made("bona_fide", how=DAYLIGHT), made("animated_still", Variant.STILL)
    too_little = Unmeasured("liveness_too_little_light")
    assert light(photograph.frames, photograph.asked) == too_little
    assert light(day.frames, day.asked) == too_little


def test_a_mask_has_the_eyes_of_who_wears_it() -> None:
    """Nothing but the eyes is another's, and a blink moves nothing but the lids."""
    engine = samples.engine()
    shown, other = (
        portrait(samples.pixels(samples.photograph(name)), engine)
        for name in ("obama.jpg", "biden.jpg")
    )
    for changed in (with_eye_holes(shown, other).pixels, eyes_closed(shown)):
        differs = np.abs(changed.astype(int) - shown.pixels).max(axis=2) > 12
        across = np.flatnonzero(differs.any(axis=1))
        assert 0.003 < differs.mean() < 0.03
        assert abs(across.mean() - 0.45 * SIDE) < 0.06 * SIDE


@pytest.mark.parametrize("name", ["print", "bent_print"])
def test_the_networks_do_not_make_a_head_of_paper(name: str) -> None:
    """A turned photograph has no relief to FaceMesh, and takes the light all over."""
    one = made(name)
    assert numbers(depth(one.frames, one.asked))["relief"] < 0.03
    assert numbers(light(one.frames, one.asked))["facing"] < 0.15


def test_a_still_repeats_itself() -> None:
    """The same bytes again and again are seen as such."""
    one = made("still")
    found = injection(one.frames, device=one.device)
    assert isinstance(found, Measured)
    assert InjectionSign.REPEATED_FRAMES in found.value


def test_an_old_capture_lacks_no_frame_of_its_own() -> None:
    """What was filmed for a longer or a shorter script is no capture with dark frames."""
    assert {made("replayed_capture", variant).faceless for variant in Variant} == {0}


@pytest.mark.parametrize("name", ["late_colours", "delayed_relay", "wrong_colours"])
def test_light_that_comes_late_or_wrong_is_told_from_the_screens(name: str) -> None:
    """The page films a colour late, and a delay of 450 ms is still not taken for a short one."""
    one = made(name)
    found = numbers(light(one.frames, one.asked))
    assert found["follows"] < 0.8
    assert found["named"] < 0.75


def test_an_old_capture_in_a_new_order_has_other_colours() -> None:
    """Nothing is drawn and every frame is the holder's own, yet skin names what it was shown."""
    for variant in (Variant.FULL, Variant.STILL):
        one = made("old_in_new_order", variant)
        assert len(one.frames) >= 12
        assert numbers(light(one.frames, one.asked))["named"] < 1


def test_colours_that_are_all_changed_alike_are_other_colours() -> None:
    """Each is paler than the one that was filmed: against their own mean they would be the same."""
    filmed, wanted = ("green", "yellow", "lime"), ("mint", "orange", "straw")
    both = ("azure", "violet")
    one = [Screen(name, 400 + 600 * at, 600) for at, name in enumerate(both + filmed)]
    shown = portrait(samples.pixels(samples.photograph("obama.jpg")), samples.engine())
    whole = Script(Variant.STILL, (Ahead(0, 400), *one))
    plays = Played(asked(whole), moments(whole))
    rng = np.random.default_rng(3)
    seen = [each.frame for each in capture(shown, plays, BONA_FIDE, samples.engine(), rng).seen]
    other = dict(zip(filmed, wanted, strict=True))
    told = [replace(step, name=other.get(step.name, step.name)) for step in one]
    assert numbers(light(seen, plays.asked))["named"] == 1
    found = numbers(light(seen, asked(replace(whole, steps=(Ahead(0, 400), *told)))))
    assert found["follows"] > 0.9
    assert found["named"] < 1


def test_who_was_shown_everything_answers_any_question() -> None:
    """What no check here is there to stop: a recording made for it, by a page of one's own."""
    one = made("recorded_on_purpose")
    assert numbers(light(one.frames, one.asked))["named"] == 1
    assert numbers(follows_script(one.frames, one.asked))["turn"] > 8
