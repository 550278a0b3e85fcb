from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.script import PALETTE, Variant, script
from lineproof.face.liveness.captured import asked
from lineproof.face.liveness.depth import depth
from lineproof.face.liveness.follows_script import follows_script
from lineproof.face.liveness.injection import InjectionSign, injection
from lineproof.face.liveness.light import light
from lineproof.face.liveness.same_person import same_person
from tests.face.liveness.moved import ASKED, frames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.face.liveness.captured import CapturedFrame


def value(finding: Finding[Mapping[str, float]], name: str) -> float:
    """Give one number of a finding that has to be Measured."""
    assert isinstance(finding, Measured)
    return finding.value[name]


def test_a_script_is_asked_in_the_sides_of_the_pose() -> None:
    """The product's own script gives the checks its colours, turns and approach."""
    full = asked(script(Variant.FULL, bytes(range(32))))
    assert len(full.colours) == 5
    assert sorted(turn.side for turn in full.turns) == [-1, 1]
    assert full.nearer_ms is not None
    assert full.nearer_ms > full.turns[-1].start_ms > full.colours[-1].start_ms
    assert asked(script(Variant.CALM, bytes(32))).colours == ()
    assert asked(script(Variant.STILL, bytes(32))).turns == ()


def test_a_head_that_does_as_asked_follows() -> None:
    """Turns and approach are measured as they were made."""
    found = follows_script(frames(), ASKED)
    assert value(found, "turn") == pytest.approx(18, abs=3)
    assert value(found, "nearer") == pytest.approx(1.35, abs=0.02)


def test_turns_in_the_other_order_do_not_follow() -> None:
    """A recording of another script is no answer to this one."""
    other = replace(ASKED, turns=tuple(replace(turn, side=-turn.side) for turn in ASKED.turns))
    assert value(follows_script(frames(), other), "turn") < 3


def test_what_was_not_asked_or_not_seen_is_unmeasured() -> None:
    """No movement asked, a turn without frames, no colours: each has its code."""
    still = replace(ASKED, turns=(), nearer_ms=None)
    assert follows_script(frames(), still) == Unmeasured("liveness_no_movement_asked")
    assert depth(frames(), still) == Unmeasured("liveness_no_turn_asked")
    early = [frame for frame in frames() if frame.at_ms < 2000]
    assert follows_script(early, ASKED) == Unmeasured("liveness_no_frame_of_step")
    assert depth(early, ASKED) == Unmeasured("liveness_no_frame_of_step")
    assert light(frames(), replace(ASKED, colours=())) == Unmeasured("liveness_no_colours_asked")
    assert light(frames()[8:], ASKED) == Unmeasured("liveness_no_frame_of_step")
    assert light(frames()[2:], ASKED) == Unmeasured("liveness_no_frame_of_step")


def test_a_head_has_relief_and_paper_has_none() -> None:
    """What a homography leaves over tells a turned head from turned paper."""
    solid, paper = depth(frames(), ASKED), depth(frames(flat=True), ASKED)
    assert value(solid, "relief") > 0.03
    assert value(solid, "rigid") > 10
    assert value(paper, "relief") < 0.001


def test_skin_takes_the_colours_as_a_head_does() -> None:
    """The nearest skin follows, the rim takes less and the background least."""
    found = light(frames(), ASKED)
    assert value(found, "follows") > 0.9
    assert value(found, "named") == 1
    assert 0.2 < value(found, "facing") < 0.7
    assert value(found, "ahead") > 0.8
    assert value(found, "prompt") == 1


def test_paper_takes_the_colours_all_over() -> None:
    """A plane that is lit from the front has no nearer part."""
    found = light(frames(facing=1, behind=1), ASKED)
    assert value(found, "facing") == pytest.approx(0, abs=0.08)
    assert value(found, "ahead") == pytest.approx(0, abs=0.08)


def test_light_that_comes_late_or_wrong_is_seen() -> None:
    """A relay comes late, and other colours are not these."""
    assert value(light(frames(delay_ms=400), ASKED), "prompt") == 0
    turned = [replace(c, rgb=(c.rgb[1], c.rgb[2], c.rgb[0])) for c in ASKED.colours]
    other = replace(ASKED, colours=tuple(turned))
    assert value(light(frames(), other), "follows") < 0.3


def test_a_colour_that_is_another_is_not_named() -> None:
    """Two colours that changed places, as an old capture may have them, are two not named."""
    first, second, third = ASKED.colours
    other = replace(
        ASKED, colours=(replace(first, rgb=second.rgb), replace(second, rgb=first.rgb), third)
    )
    assert value(light(frames(), other), "named") == pytest.approx(1 / 3)


def test_a_colour_that_nobody_was_shown_is_not_named() -> None:
    """The nearest of other colours is none, though it follows well; nor is one without a frame."""
    *two, third = ASKED.colours
    other = replace(ASKED, colours=(*two, replace(third, rgb=PALETTE["yellow"])))
    assert value(light(frames(), other), "follows") > 0.8
    assert value(light(frames(), other), "named") < 1
    never = replace(third, start_ms=third.start_ms + third.duration_ms, rgb=PALETTE["mint"])
    more = replace(ASKED, colours=(*ASKED.colours, replace(never, duration_ms=10)))
    assert value(light(frames(), more), "named") == pytest.approx(3 / 4)


def test_a_late_delay_that_fits_as_well_as_a_prompt_one_fails_nobody() -> None:
    """A slow screen is weak at first: then the last frames alone, which fit both, fit better."""
    weak, strong = ((660, 1160, 1660), 0.16), ((250, 810, 960, 1310, 1460, 1810, 1960), 0.2)
    seen = [each for times, share in (weak, strong) for each in frames(times=times, strength=share)]
    slowly = sorted(
        (replace(each, at_ms=2 * each.at_ms) for each in seen), key=lambda one: one.at_ms
    )
    colours = (replace(c, start_ms=2 * c.start_ms, duration_ms=1000) for c in ASKED.colours)
    found = light(slowly, replace(ASKED, colours=tuple(colours)))
    assert value(found, "follows") < 0.999
    assert value(found, "prompt") == 1


def test_in_daylight_light_is_not_measured() -> None:
    """Who takes nothing of the screen's light has not failed, and has shown nothing either."""
    assert light(frames(strength=0.0), ASKED) == Unmeasured("liveness_too_little_light")
    assert light(frames(strength=0.005), ASKED) == Unmeasured("liveness_too_little_light")


def test_light_that_changes_and_does_not_follow_fails_in_any_weather() -> None:
    """Unmeasured is for too little change alone: colours that are not the screen's are measured."""
    assert isinstance(light(frames(strength=0.05), ASKED), Measured)
    turned = [replace(c, rgb=(c.rgb[1], c.rgb[2], c.rgb[0])) for c in ASKED.colours]
    other = replace(ASKED, colours=tuple(turned))
    assert value(light(frames(strength=0.05), other), "follows") < 0.3


def test_frames_of_two_people_do_not_agree() -> None:
    """One score that falls is enough, and so is a second face or a cut."""
    good = same_person(frames(), [0.9, 0.8, 0.9])
    assert value(good, "agreement") == 0.8
    assert value(good, "continuity") > -0.9
    assert value(same_person(frames(), [0.9, 0.1]), "agreement") == 0.1
    crowd = [*frames()[:-1], replace(frames()[-1], faces=2)]
    assert same_person(crowd, [0.9]) == Unmeasured("liveness_several_faces")
    assert same_person(frames(), [0.9, float("nan")]) == Unmeasured("liveness_not_comparable")
    assert same_person(frames(), []) == Unmeasured("liveness_too_few_frames")
    last = frames()[-1]
    moved = replace(last, mesh=last.mesh + np.array([80, 0, 0], dtype=np.float32))
    assert value(same_person([*frames()[:-1], moved], [0.9]), "continuity") < -1


def test_a_camera_shows_no_sign_of_injection() -> None:
    """Noise, uneven times, one size, an ordinary name."""
    assert injection(frames(), device="Front Camera") == Measured(())


def test_each_sign_of_injection_has_its_code() -> None:
    """Repeated and re-encoded frames, times, noise, names and sizes."""
    real = frames()

    def signs(changed: list[CapturedFrame], device: str = "camera") -> tuple[InjectionSign, ...]:
        found = injection(changed, device=device)
        assert isinstance(found, Measured)
        return found.value

    again = replace(real[3], at_ms=real[4].at_ms)
    assert signs([*real[:4], again, *real[5:]]) == (InjectionSign.REPEATED_FRAMES,)
    encoded_again = replace(again, stored="of other bytes")
    assert signs([*real[:4], encoded_again, *real[5:]]) == (InjectionSign.REPEATED_FRAMES,)
    even = [replace(frame, at_ms=at * 250) for at, frame in enumerate(real)]
    assert signs(even) == (InjectionSign.IMPOSSIBLE_TIMING,)
    back = [replace(real[0], at_ms=600), *real[1:]]
    assert signs(back) == (InjectionSign.IMPOSSIBLE_TIMING,)
    unknown = [replace(real[0], at_ms=float("nan")), *real[1:]]
    assert signs(unknown) == (InjectionSign.IMPOSSIBLE_TIMING,)
    clean = [replace(f, pixels=np.full_like(f.pixels, 90 + at)) for at, f in enumerate(real)]
    assert signs(clean) == (InjectionSign.NO_SENSOR_NOISE,)
    assert signs(real, "OBS Virtual Camera") == (InjectionSign.VIRTUAL_CAMERA,)
    smaller = replace(real[5], pixels=real[5].pixels[:200])
    assert signs([*real[:5], smaller, *real[6:]]) == (InjectionSign.RESOLUTION_SWITCHED,)
    assert injection(real[:2], device="") == Unmeasured("liveness_too_few_frames")
