from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.domain.finding import Finding, Measured
from lineproof.face.liveness.depth import depth
from lineproof.face.liveness.follows_script import follows_script
from lineproof.face.liveness.injection import InjectionSign, injection
from lineproof.face.liveness.light import light
from tests import samples
from tests.attack_kit.attacks import Presentation, attack, bona_fide
from tests.attack_kit.simulate import portrait

if TYPE_CHECKING:
    from collections.abc import Mapping


def made(name: str) -> Presentation:
    """Make one presentation of a sample photograph with the default pack's networks."""
    engine = samples.engine()
    shown = portrait(samples.pixels(samples.photograph("obama.jpg")), engine)
    rng = np.random.default_rng(5)
    if name == "bona_fide":
        return bona_fide(shown, engine, rng)
    return attack(name, shown, shown, engine, rng)


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
