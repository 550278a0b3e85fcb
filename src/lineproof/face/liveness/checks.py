"""All checks of one capture, by the names that fusion and its tables know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.face.liveness.depth import depth
from lineproof.face.liveness.exposure import exposure
from lineproof.face.liveness.follows_script import follows_script
from lineproof.face.liveness.injection import InjectionSign, injection
from lineproof.face.liveness.light import light
from lineproof.face.liveness.same_person import same_person
from lineproof.face.liveness.texture import texture_of_capture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lineproof.face.liveness.captured import Asked, CapturedFrame
    from lineproof.face.liveness.film import Film

VERSION = "5"
"""Of everything between a capture's frames and its measures. A change that can move a measure makes
a new one, and tables that were counted with another are not used."""

CHECKS = (
    "same_person",
    "follows_script",
    "depth",
    "light",
    "exposure",
    "texture",
    "injection",
)


def measure(  # noqa: PLR0913 - what each check needs besides the frames
    frames: Sequence[CapturedFrame],
    asked: Asked,
    *,
    faceless: int,
    scores: Sequence[float],
    texture: Sequence[Finding[float]],
    film: Film | None,
    device: str,
) -> Mapping[str, Finding[Mapping[str, float]]]:
    """Run every check; each gives its measures, or says why it could not.

    ``frames`` are those that show a face, in order, and ``faceless`` counts the others. ``scores``
    compare each frame after the first to it. ``texture`` has each frame's
    ``texture.frame_score``, ``film`` shows the changes of colour, and ``device`` is the camera's
    name as the client gave it.
    """
    person = same_person(frames, scores)
    return {
        # A frame without a face is one whose face nobody compared.
        "same_person": Unmeasured("liveness_several_faces") if faceless else person,
        "follows_script": follows_script(frames, asked),
        "depth": depth(frames, asked),
        "light": light(frames, asked),
        "exposure": exposure(frames, asked, film),
        "texture": texture_of_capture(texture),
        "injection": signs_unseen(injection(frames, device=device)),
    }


def signs_unseen(
    found: Finding[tuple[InjectionSign, ...]],
) -> Finding[Mapping[str, float]]:
    """Give each sign of injection as a measure: 1 where it was not seen, 0 where it was."""
    if isinstance(found, Unmeasured):
        return found
    return Measured({measure_of(sign): float(sign not in found.value) for sign in InjectionSign})


def measure_of(sign: InjectionSign) -> str:
    """Name the measure of a sign: its code without the check's name."""
    return sign.removeprefix("injection_")
