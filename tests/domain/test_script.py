from __future__ import annotations

import hashlib
import json
import math
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.script import (
    LONGEST_MS,
    PALETTE,
    RANDOM_BYTES,
    Ahead,
    Approach,
    Screen,
    Script,
    Side,
    Turn,
    Variant,
    canonical,
    script,
)

RANDOM = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)
VARIANTS = st.sampled_from(list(Variant))


@given(VARIANTS, RANDOM)
def test_a_script_is_short_and_without_gaps(variant: Variant, random: bytes) -> None:
    """Nobody is kept longer than eight seconds, and each step begins where the last one ends."""
    asked = script(variant, random)
    assert asked.ms <= LONGEST_MS
    assert asked.ms == sum(step.ms for step in asked.steps)
    for one, later in pairwise(asked.steps):
        assert later.start_ms == one.start_ms + one.ms


@given(RANDOM)
def test_what_each_variant_asks(random: bytes) -> None:
    """Full asks for all, calm for no colour, still for no movement, assisted to look ahead."""
    kinds = {variant: [type(step) for step in script(variant, random).steps] for variant in Variant}
    assert kinds[Variant.FULL].count(Screen) == 5
    assert Screen not in kinds[Variant.CALM]
    assert kinds[Variant.STILL].count(Screen) == 6
    assert not {Turn, Approach} & set(kinds[Variant.STILL])
    assert kinds[Variant.ASSISTED] == [Ahead]
    for moving in (Variant.FULL, Variant.CALM):
        steps = script(moving, random).steps
        assert {step.side for step in steps if isinstance(step, Turn)} == set(Side)
        assert kinds[moving].count(Approach) == 1


@given(st.sampled_from([Variant.FULL, Variant.STILL]), RANDOM)
def test_the_screen_flashes_less_than_three_times_a_second(variant: Variant, random: bytes) -> None:
    """A flash is two changes (WCAG 2.3.1): no second has more than three changes of the screen."""
    steps = script(variant, random).steps
    changes = [step.start_ms for step in steps if isinstance(step, Screen)]
    last = steps[-1]
    changes.append(last.start_ms + last.ms)
    for first in changes:
        assert sum(first <= change < first + 1000 for change in changes) <= 3


def test_no_colour_is_a_saturated_red() -> None:
    """WCAG 2.3.1: red is saturated where R / (R + G + B) reaches 0.8 in linear light."""
    for rgb in PALETTE.values():
        linear = [((value / 255 + 0.055) / 1.055) ** 2.4 for value in rgb]
        assert linear[0] / sum(linear) < 0.8


def test_the_colours_lie_apart() -> None:
    """No two colours are near in what is left without brightness: skin shows which of them it was.

    The six colours of an older palette lay 0.24 apart at least, and were told apart.
    """
    hues = [tuple(value / 255 - sum(rgb) / 765 for value in rgb) for rgb in PALETTE.values()]
    assert min(math.dist(one, other) for one, other in combinations(hues, 2)) > 0.35


def test_an_old_script_seldom_has_the_colours_of_a_new_one() -> None:
    """Frames of an old capture can be put into any order; but few have all that is asked for."""
    shown = [_colours(script(Variant.FULL, _random(number))) for number in range(1_000)]
    fits = sum(one == other for one, other in combinations(shown, 2))
    assert fits / math.comb(len(shown), 2) < 1 / 500


def test_scripts_cannot_be_foreseen() -> None:
    """Every order of turns and each first colour is drawn about as often as the others."""
    drawn = [script(Variant.FULL, _random(number)) for number in range(6_000)]
    first = [asked.steps[1] for asked in drawn]
    for name in PALETTE:
        share = sum(isinstance(step, Screen) and step.name == name for step in first)
        assert 400 < share < 600
    turns = [next(step for step in asked.steps if isinstance(step, Turn)) for asked in drawn]
    assert 2_800 < sum(turn.side is Side.LEFT for turn in turns) < 3_200
    assert len({canonical(asked) for asked in drawn}) > 5_900


@given(VARIANTS, RANDOM)
def test_a_script_is_told_as_json(variant: Variant, random: bytes) -> None:
    """The page reads the same steps that the server keeps, byte for byte the same each time."""
    asked = script(variant, random)
    told = json.loads(canonical(asked))
    assert canonical(script(variant, random)) == canonical(asked)
    assert [step["start_ms"] for step in told["steps"]] == [step.start_ms for step in asked.steps]
    colours = [tuple(step["rgb"]) for step in told["steps"] if step["do"] == "screen"]
    assert colours == [step.rgb for step in asked.steps if isinstance(step, Screen)]


@pytest.mark.parametrize("count", [0, 16, RANDOM_BYTES - 1, RANDOM_BYTES + 1])
def test_too_little_randomness_is_a_fault(count: int) -> None:
    """A script that could be guessed is never made."""
    with pytest.raises(ValueError, match="random"):
        script(Variant.FULL, bytes(count))


def _colours(asked: Script) -> frozenset[str]:
    return frozenset(step.name for step in asked.steps if isinstance(step, Screen))


def _random(number: int) -> bytes:
    """Give bytes that differ in all places, the same in each run."""
    return hashlib.sha256(number.to_bytes(4, "big")).digest()
