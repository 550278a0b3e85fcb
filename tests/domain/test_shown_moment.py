from __future__ import annotations

import hashlib
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.capture_message import FEWEST, LONGEST_CAPTURE_MS, MOST
from lineproof.domain.script import PALETTE, RANDOM_BYTES, Script, Side, Variant, script
from lineproof.domain.shown_moment import SHOWN, Do, Moment, Prompt, moments, read_name

DRAWS = [hashlib.sha256(str(number).encode()).digest() for number in range(200)]


def asked(variant: Variant, number: int = 0) -> Script:
    """Give a script of a variant."""
    return script(variant, DRAWS[number])


def filmed(played: Script, every_ms: int = 120) -> list[int]:
    """Give the times of frames all through a script."""
    return list(range(60, played.ms, every_ms))


def does(found: tuple[Moment, ...]) -> list[Do]:
    """Give what was asked at each moment."""
    return [each.prompt.do for each in found]


def at(played: Script, found: tuple[Moment, ...]) -> list[int]:
    """Give when each frame was taken, of moments that have one."""
    times = filmed(played)
    return [times[each.frame] for each in found if each.frame is not None]


@pytest.mark.parametrize("number", range(20))
def test_a_full_script_shows_a_look_ahead_both_turns_and_the_approach(number: int) -> None:
    """In the order in which they were asked, each once."""
    played = asked(Variant.FULL, number)
    found = moments(played, filmed(played), DRAWS[-number])
    assert does(found)[0] in {Do.AHEAD, Do.SCREEN}
    assert does(found)[1:] == [Do.TURN, Do.TURN, Do.APPROACH]
    assert {each.prompt.detail for each in found[1:3]} == set(Side)
    times = at(played, found)
    assert len(times) == SHOWN
    assert times == sorted(times)


def test_a_calm_script_shows_all_that_it_asks() -> None:
    """It has no colours, so nothing is left to draw but the frame."""
    played = asked(Variant.CALM)
    found = moments(played, filmed(played), DRAWS[0])
    assert does(found) == [Do.AHEAD, Do.TURN, Do.TURN, Do.APPROACH]


def test_a_still_script_shows_the_face_under_several_colours() -> None:
    """Three at least, all different, and each is one that was asked."""
    played = asked(Variant.STILL)
    shown = {step.name for step in played.steps if hasattr(step, "name")}
    for draw in DRAWS:
        found = moments(played, filmed(played), draw)
        colours = [each.prompt.detail for each in found if each.prompt.do is Do.SCREEN]
        assert len(found) == SHOWN
        assert len(set(colours)) == len(colours) >= 3
        assert set(colours) <= shown


def test_an_assisted_script_shows_two_frames_some_time_apart() -> None:
    """One of each half of the only step."""
    played = asked(Variant.ASSISTED)
    found = moments(played, filmed(played), DRAWS[0])
    assert does(found) == [Do.AHEAD, Do.AHEAD]
    first, second = at(played, found)
    assert first < played.ms / 2 <= second


@pytest.mark.parametrize("variant", Variant)
def test_a_frame_is_of_the_moment_whose_words_stand_beside_it(variant: Variant) -> None:
    """Whoever reads "look to the left" sees a frame of that time, and of its middle half."""
    for number, draw in enumerate(DRAWS[:30]):
        played = asked(variant, number)
        times = filmed(played)
        for each in moments(played, times, draw):
            assert each.frame is not None
            (step,) = [
                one
                for one in played.steps
                if one.start_ms <= times[each.frame] < one.start_ms + one.ms
            ]
            name = type(step).__name__.lower()
            detail = getattr(step, "side", getattr(step, "name", ""))
            assert (each.prompt.do, each.prompt.detail) == (name, detail)
            if variant is not Variant.ASSISTED and step.ms > 1_000:
                middle = step.start_ms + step.ms / 2
                assert abs(times[each.frame] - middle) <= step.ms / 4


def test_nobody_who_sends_the_frames_foresees_which_are_shown() -> None:
    """Of a script every look ahead is drawn now and then, and of each movement two frames."""
    played = asked(Variant.FULL)
    times = filmed(played)
    found = [moments(played, times, draw) for draw in DRAWS]
    looks = Counter((each[0].prompt.do, each[0].prompt.detail) for each in found)
    assert len(looks) == 6
    assert min(looks.values()) > len(DRAWS) / 6 / 3
    for place in range(1, SHOWN):
        frames = Counter(each[place].frame for each in found)
        assert len(frames) == 2
        assert min(frames.values()) > len(DRAWS) / 4


def test_the_same_draw_shows_the_same() -> None:
    """The rule has no other source of chance."""
    played = asked(Variant.STILL)
    first, again = (moments(played, filmed(played), DRAWS[0]) for _ in range(2))
    assert first == again


def test_a_moment_of_which_no_frame_came_is_named() -> None:
    """Leaving a turn out keeps it from the checks, and not from the reviewer."""
    played = asked(Variant.FULL)
    turn = next(step for step in played.steps if getattr(step, "side", "") == Side.LEFT)
    times = [time for time in filmed(played) if not turn.start_ms <= time < turn.start_ms + turn.ms]
    found = moments(played, times, DRAWS[0])
    assert does(found)[1:] == [Do.TURN, Do.TURN, Do.APPROACH]
    missing = [each.prompt.detail for each in found if each.frame is None]
    assert missing == [Side.LEFT]


def test_frames_that_are_there_are_drawn_before_those_that_are_not() -> None:
    """Who sends frames of two colours only shows both, and the reviewer reads of two missing."""
    played = asked(Variant.STILL)
    second, fourth = played.steps[1], played.steps[3]
    times = [
        *range(second.start_ms, second.start_ms + second.ms, 80),
        *range(fourth.start_ms, fourth.start_ms + fourth.ms, 80),
    ]
    for draw in DRAWS[:20]:
        found = moments(played, times, draw)
        seen = [each.prompt.detail for each in found if each.frame is not None]
        assert seen == [getattr(second, "name", ""), getattr(fourth, "name", "")]
        assert len(found) == SHOWN


def test_a_frame_after_the_end_is_of_the_last_step() -> None:
    """A slow telephone's last frame comes late, and the person stays where they are."""
    played = asked(Variant.CALM)
    found = moments(played, [0, played.ms + 300], DRAWS[0])
    assert found[-1].prompt.do is Do.APPROACH
    assert found[-1].frame == 1


@given(
    st.sampled_from(list(Variant)),
    st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES),
    st.sets(st.integers(0, LONGEST_CAPTURE_MS), min_size=FEWEST, max_size=MOST),
    st.binary(max_size=40),
)
def test_whatever_times_are_told_a_few_moments_are_shown(
    variant: Variant, random: bytes, times: set[int], draw: bytes
) -> None:
    """Never none, never more than SHOWN, no frame twice, in order, and each name says it all."""
    found = moments(script(variant, random), sorted(times), draw)
    assert 2 <= len(found) <= SHOWN
    frames = [each.frame for each in found if each.frame is not None]
    assert frames
    assert all(one < later for one, later in pairwise(frames))
    assert [each.prompt.place for each in found] == list(range(1, len(found) + 1))
    assert [read_name(each.prompt.name) for each in found] == [each.prompt for each in found]


def test_a_name_says_what_was_asked() -> None:
    """So that no other column has to."""
    assert Prompt(2, Do.TURN, Side.LEFT).name == "live-2-turn-left"
    assert Prompt(4, Do.APPROACH).name == "live-4-approach"
    assert all(read_name(f"live-1-screen-{colour}") is not None for colour in PALETTE)


@pytest.mark.parametrize(
    "name",
    [
        "live",
        "portrait",
        "live-0-ahead",
        "live-5-ahead",
        "live-1-ahead-left",
        "live-1-turn",
        "live-1-turn-up",
        "live-1-screen-red",
        "live-1-screen",
        "live-1-dance",
        "live-1-ahead\n",
        "",
    ],
)
def test_another_name_is_of_no_script(name: str) -> None:
    """A plain picture's, or one that no script of ours has."""
    assert read_name(name) is None
