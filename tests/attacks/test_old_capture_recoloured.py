"""An old capture that lacks the colours asked for, and gets them: by mixing frames, or by paint.

Both pass at present. Each test says what passes, so that whoever stops it sees it here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from lineproof.domain.finding import Measured
from lineproof.domain.script import RANDOM_BYTES, Ahead, Screen, Script, Variant
from lineproof.domain.script import script as script_of
from lineproof.face.detect import detect
from lineproof.face.landmarks import mesh
from lineproof.face.liveness.captured import asked as asked_of
from lineproof.face.liveness.light import light
from tests.attack_kit.attacks import in_new_order, nearest
from tests.attack_kit.simulate import SIDE, Played, moments
from tests.attacks.test_old_capture_in_order import filmed, passes
from tests.samples import engine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lineproof.face.liveness.captured import CapturedFrame
    from tests.attack_kit.simulate import Seen

WHITE = (255, 255, 255)
OLD = ("magenta", "orange", "cyan", "green", "violet", "yellow")
WANTED = "rose"
"""Between magenta and orange, and nearer to their middle than any other colour."""


def test_two_old_colours_are_taken_for_the_one_between_them() -> None:
    """SIMULATED. No pixel is changed: skin that is two other colours by turns has their mean."""
    old = still(OLD)
    seen = [each.frame for each in filmed(Played(asked_of(old), moments(old)))]
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
    assert found.value["named"] == 1


@pytest.mark.parametrize("oval", [False, True], ids=["everywhere", "in an oval"])
def test_an_old_capture_whose_light_is_painted_over_answers_a_new_question(*, oval: bool) -> None:
    """SIMULATED. Three gains, learnt from the old capture, make its nearest colour another one."""
    in_order = painted = 0
    for seed in range(3):
        rng = np.random.default_rng([seed, 29])
        old, new = (script_of(Variant.STILL, rng.bytes(RANDOM_BYTES)) for _ in range(2))
        before, now = (Played(asked_of(each), moments(each)) for each in (old, new))
        seen = filmed(before)
        moved = in_new_order(seen, before, now)
        in_order += passes(moved, new)
        painted += passes(_painted(moved, seen, before, now, rng, oval=oval), new)
    assert in_order == 0
    assert painted >= 1


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


def _painted(  # noqa: PLR0913 - the old capture, and where it goes
    moved: list[Seen],
    seen: list[Seen],
    before: Played,
    now: Played,
    rng: np.random.Generator,
    *,
    oval: bool,
) -> list[Seen]:
    """Give each frame of a colour that was not shown the light that it would have had."""
    had = [each.rgb for each in before.asked.colours]
    light_of = [np.polyfit(*_learnt(seen, before, channel), 1) for channel in range(3)]

    def skin(rgb: tuple[int, int, int]) -> NDArray[np.float64]:
        return np.array([np.polyval(own, rgb[at] / 255) for at, own in enumerate(light_of)])

    made = []
    for each in moved:
        asks = _shown(now, each.frame.at_ms)
        lacks = asks != WHITE and asks not in had
        gains = skin(asks) / skin(nearest(asks, had)) if lacks else np.ones(3)
        made.append(_taken_again(each, gains, rng, oval=oval))
    return made


def _learnt(seen: list[Seen], played: Played, channel: int) -> tuple[list[float], list[float]]:
    """Give the screen's channel and the face's own in each frame."""
    screen = [_shown(played, each.frame.at_ms)[channel] / 255 for each in seen]
    faces = [each.frame.mesh[[1, 50, 280], :2].astype(int) for each in seen]
    skin = [
        float(np.mean([one.frame.pixels[y - 4 : y + 5, x - 4 : x + 5, channel] for x, y in face]))
        for one, face in zip(seen, faces, strict=True)
    ]
    return screen, skin


def _shown(played: Played, at_ms: float) -> tuple[int, int, int]:
    for colour in played.asked.colours:
        if colour.start_ms <= at_ms < colour.start_ms + colour.duration_ms:
            return colour.rgb
    return WHITE


def _taken_again(
    each: Seen, gains: NDArray[np.float64], rng: np.random.Generator, *, oval: bool
) -> Seen:
    """Paint, add a sensor's noise and store the picture again, so that none repeats itself."""
    where = _oval(each.frame.mesh) if oval else np.ones((SIDE, SIDE))
    pixels = each.frame.pixels * (1 + (gains - 1) * where[..., None])
    noisy = np.clip(pixels + rng.normal(0, 1, pixels.shape), 0, 255).astype(np.uint8)
    stored = cv2.imencode(".jpg", noisy[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    bgr = cv2.imdecode(stored, cv2.IMREAD_COLOR)
    assert bgr is not None
    again = np.ascontiguousarray(bgr[..., ::-1], dtype=np.uint8)
    face = detect(again, engine().detector)[0]
    points, _ = mesh(again, face, engine().landmarks)
    name = f"{rng.integers(1 << 60):x}"
    return replace(
        each, face=face, frame=replace(each.frame, pixels=again, mesh=points, stored=name)
    )


def _oval(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """Give 1 in the middle of the face and less outwards, as a soft brush does."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    middle, reach = (low + high) / 2, (high - low) / 2
    y, x = np.mgrid[:SIDE, :SIDE].astype(float)
    far = np.hypot((x - middle[0]) / reach[0], (y - middle[1]) / reach[1])
    return np.asarray(np.exp(-(far**2)))
