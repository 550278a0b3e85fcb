"""What is held before a real browser's camera, and the real engine's word on it: none passes.

The films are made by the attack kit from the demonstration's photograph: *simulated* attacks, and a
simulated capture where a recording of one is replayed. No person was filmed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from lineproof.domain.finding import Measured
from lineproof.domain.liveness import LiveCapture
from lineproof.domain.reason import Outcome, ReasonCode
from lineproof.domain.script import RANDOM_BYTES, Variant
from lineproof.domain.script import script as make_script
from lineproof.face.liveness.captured import asked
from lineproof.profiles.read_profile import read_profile
from tests.attack_kit.simulate import Played, Staging, capture, moments, portrait
from tests.pages.living import LONG_ENOUGH, SENT, Sitter, living
from tests.pages.place import as_jpeg, place
from tests.samples import document, engine, photograph, pixels
from tests.web.test_living_person import site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from lineproof.domain.profile import Profile
    from lineproof.domain.script import Script
    from tests.attack_kit.simulate import Portrait
    from tests.pages.conftest import Launch

PERSON = "obama2.jpg"
"""The person of the demonstration's document, in another photograph."""

SECONDS, A_SECOND = 9, 30
"""Of a film, which a browser shows again and again."""


@lru_cache(maxsize=1)
def shown() -> Portrait:
    """Lay the person's photograph upright."""
    return portrait(pixels(photograph(PERSON)), engine())


def in_a_room(picture: NDArray[np.uint8]) -> Image.Image:
    """Give a square picture as a camera of 4 to 3 sees it."""
    room = Image.new("RGB", (960, 720), "#8d969c")
    room.paste(Image.fromarray(picture).resize((720, 720)), (120, 0))
    return room


def still() -> Iterable[Image.Image]:
    """Hold the photograph still."""
    return [in_a_room(shown().pixels)] * 4


def by_hand() -> Iterable[Image.Image]:
    """Turn the photograph from side to side, and move it nearer and away, as a hand does."""
    rng = np.random.default_rng(7)
    side = shown().pixels.shape[0]
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], dtype=np.float32)
    for at in range(SECONDS * A_SECOND):
        into = 2 * np.pi * at / (SECONDS * A_SECOND)
        yaw, scale = np.radians(22) * np.sin(3 * into), 1.15 + 0.15 * np.sin(2 * into)
        flat = (corners - side / 2) * scale
        depth = 1 + flat[:, :1] * np.sin(yaw) / (3 * side)
        turned = flat * [[np.cos(yaw), 1]] / depth + side / 2 + rng.normal(0, 1, 2)
        move = cv2.getPerspectiveTransform(corners, turned.astype(np.float32))
        held = cv2.warpPerspective(
            shown().pixels, move, (side, side), borderMode=cv2.BORDER_REPLICATE
        )
        grain = rng.normal(0, 2.5, held.shape)
        yield in_a_room(np.clip(held + grain, 0, 255).astype(np.uint8))


def replayed() -> Iterable[Image.Image]:
    """Show a simulated capture again, the first that passes when its own script is asked."""
    seed = next(each for each in range(10) if accepted(each))
    played = replace(recorded(seed)[1], times_ms=tuple(np.arange(0, recorded(seed)[0].ms, 100.0)))
    for each in capture(shown(), played, Staging(), engine(), np.random.default_rng(seed)).seen:
        yield from [in_a_room(each.frame.pixels)] * 3


def recorded(seed: int) -> tuple[Script, Played]:
    """Draw a script, and when the page takes frames of it."""
    made = make_script(Variant.FULL, np.random.default_rng(seed).bytes(RANDOM_BYTES))
    return made, Played(asked(made), moments(made))


def accepted(seed: int) -> bool:
    """Whether a simulated capture passes when its own script is asked."""
    made, played = recorded(seed)
    take = capture(shown(), played, Staging(), engine(), np.random.default_rng(seed))
    seen = take.seen
    times = tuple(round(each.frame.at_ms) for each in seen)
    looks = [site().engine.look(jpeg_of(each.frame.pixels), whole=True) for each in seen]
    digests = tuple(each.frame.stored for each in seen)
    told = LiveCapture(made, times, digests, camera="Front camera", film=take.film)
    band = site().engine.live(looks, capture=told)  # type: ignore[arg-type]
    return isinstance(band, Measured) and band.value.passes


def jpeg_of(picture: NDArray[np.uint8]) -> bytes:
    """Encode a frame."""
    return as_jpeg(Image.fromarray(picture))


@pytest.mark.unhurried
@pytest.mark.parametrize("held", [still, by_hand, replayed])
def test_nothing_held_before_the_camera_passes(
    launch: Launch, tmp_path: Path, held: Callable[[], Iterable[Image.Image]]
) -> None:
    """The face is the right one, and nobody is there: the page asks again, and has other ways."""
    site()
    film = tmp_path / "camera.mjpeg"
    film.write_bytes(b"".join(map(as_jpeg, held())))
    window = launch(film, whole=True).new_context(
        viewport={"width": 360, "height": 740}, locale="en"
    )
    window.set_default_timeout(30_000)
    profile: Profile = read_profile("default")  # type: ignore[assignment]
    with place(tmp_path, living(profile), site()) as there:
        sat = Sitter(window.new_page(), there)
        sat.until_document()
        page = FilePayload(name="page.jpg", mimeType="image/jpeg", buffer=document())
        sat.tab.locator("#front").set_input_files(page)
        sat.clicks("#document button", "/c/face")
        sat.opens_camera()
        with sat.tab.expect_navigation(timeout=3 * SENT):
            sat.begins()
            sat.sees("screen")
            there.house.later(LONG_ENOUGH)
        sat.tab.wait_for_load_state()
        with there.house.stage.service.store.read() as tx:
            (kept,) = tx.decisions(there.case().id)
        assert kept.decision.outcome is Outcome.RETRY
        codes = {reason.code for reason in kept.decision.reasons}
        assert ReasonCode.LIVENESS_FAILED in codes
        assert there.status() == "capturing"
        expect(sat.tab.get_by_role("alert")).to_contain_text("These pictures were not enough")
        expect(sat.tab.get_by_role("button", name="Open the camera")).to_be_visible()
        sat.tab.locator("#without-camera summary").click()
        sat.takes_other_way("in_person")
    window.close()
