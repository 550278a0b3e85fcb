from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.domain.script import Variant, script
from lineproof.face.liveness.captured import asked
from lineproof.face.liveness.checks import CHECKS, measure
from lineproof.face.liveness.texture import texture_of_capture
from tests.face.liveness.moved import ASKED, film, frames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineproof.face.liveness.captured import Asked


def found(
    to: Asked = ASKED, *, faceless: int = 0, device: str = "Front Camera", skin: float = 0.9
) -> Mapping[str, Finding[Mapping[str, float]]]:
    """Give the findings of a head that does as ``ASKED``, where ``to`` was asked."""
    seen = frames()
    return measure(
        seen,
        to,
        faceless=faceless,
        scores=[0.95] * (len(seen) - 1),
        texture=[Measured(skin)] * len(seen),
        film=film(),
        device=device,
    )


def test_a_whole_capture_is_measured_by_every_check() -> None:
    """Each check answers under its own name, and nothing beside them."""
    all_found = found()
    assert tuple(all_found) == CHECKS
    assert all(isinstance(one, Measured) for one in all_found.values())
    assert all_found["texture"] == Measured({"quarter": 0.9})


def test_a_sign_of_injection_is_a_measure_of_its_own() -> None:
    """What was seen is told by which measure is 0."""
    signs = found(device="OBS Virtual Camera")["injection"]
    assert isinstance(signs, Measured)
    assert [name for name, clean in signs.value.items() if not clean] == ["virtual_camera"]
    assert len(signs.value) == 5


def test_a_frame_without_a_face_leaves_the_person_unmeasured() -> None:
    """A dark frame could hide the moment at which one person gives way to another."""
    assert found(faceless=1)["same_person"] == Unmeasured("liveness_several_faces")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("variant", list(Variant))
def test_a_capture_without_a_face_shows_nothing_and_breaks_nothing(variant: Variant) -> None:
    """Whatever was asked: every check says that it could not measure."""
    asks = asked(script(variant, bytes(32)))
    all_found = measure([], asks, faceless=24, scores=[], texture=[], film=None, device="")
    assert all(isinstance(one, Unmeasured) for one in all_found.values())


@pytest.mark.parametrize(
    ("variant", "left_out"),
    [
        (Variant.CALM, {"light", "exposure"}),
        (Variant.STILL, {"follows_script", "depth"}),
        (Variant.ASSISTED, {"follows_script", "depth", "light", "exposure"}),
    ],
)
def test_what_a_variant_does_not_ask_for_is_unmeasured(
    variant: Variant, left_out: set[str]
) -> None:
    """No check says anything of a step that nobody was asked to take."""
    all_found = found(asked(script(variant, bytes(32))))
    assert {name for name in left_out if isinstance(all_found[name], Unmeasured)} == left_out


def test_texture_is_what_three_of_four_frames_reach() -> None:
    """One smeared frame fails nobody; a screen in half of them is not made good by the others."""
    skin, screen = Measured(0.9), Measured(0.1)
    assert texture_of_capture([screen, skin, skin, skin, skin]) == Measured({"quarter": 0.9})
    assert texture_of_capture([screen, skin, screen, skin, skin, skin]) == Measured(
        {"quarter": 0.1}
    )


def test_texture_of_too_few_frames_is_unmeasured() -> None:
    """Half of the frames have to be measured, or the commonest reason is told."""
    skin, small = Measured(0.9), Unmeasured("texture_face_too_small")
    blurred = Unmeasured("texture_face_too_blurred")
    assert texture_of_capture([skin, skin, small]) == Unmeasured("liveness_too_few_frames")
    assert texture_of_capture([skin, blurred, small, small, small]) == small
    assert texture_of_capture([skin, skin, small, small]) == Measured({"quarter": 0.9})
