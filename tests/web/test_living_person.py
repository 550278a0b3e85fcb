"""The whole way with the real engine: SIMULATED people answer a script over HTTP, and attacks do.

Nobody lives here. The bona fide person is a photograph on a relief that turns and takes light
(tests/attack_kit), so what passes shows that the parts fit, and nothing of how people fare.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from lineproof.adapters.capture_key import thumbprint
from lineproof.adapters.liveness_check import simulated_tables
from lineproof.domain.capture_message import Camera, Frame, Manifest, chain_of
from lineproof.domain.challenge import for_script
from lineproof.domain.script import Variant
from lineproof.domain.script import script as script_of
from lineproof.face.liveness.captured import asked as asked_of
from lineproof.ports import Site
from lineproof.profiles.read_profile import ProfileRefused, read_profile
from lineproof.wiring import site_for
from tests.adapters.test_capture_key import KEY, point_of
from tests.adapters.test_message_check import film_told
from tests.attack_kit.attacks import STAGINGS
from tests.attack_kit.simulate import Played, Staging, capture, moments, portrait
from tests.samples import document, engine, photograph, pixels
from tests.web.house import House, Visitor, house
from tests.web.test_signed_captures import Page, written

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.domain.profile import Profile
    from tests.attack_kit.simulate import Portrait


@lru_cache(maxsize=1)
def site() -> Site:
    """Give the default pack with its liveness checks; skip where it is not built."""
    engine()
    found = site_for("default", None, tables=simulated_tables())
    assert isinstance(found, Site)
    return found


@lru_cache(maxsize=4)
def shown(name: str) -> Portrait:
    """Give a sample photograph as the kit moves it."""
    return portrait(np.array(pixels(photograph(name))), engine())


def profile(name: str) -> Profile:
    """Give a profile that comes with the product."""
    found = read_profile(name)
    assert not isinstance(found, ProfileRefused)
    return found


def at_the_face(folder: Path, name: str = "default") -> Page:
    """Give a subscriber's page that consented, showed the document and registered its key."""
    there: House = house(folder, profile(name))
    there._serve(replace(there.stage.service, site=site()))  # noqa: SLF001
    visitor: Visitor = there.session(there.open())
    visitor.consents()
    parts = [("page", ("page.jpg", document()))]
    assert visitor.call("POST", "/v1/session/documents", files=parts).status_code == 201
    page = Page(visitor)
    assert page.binds(point_of(KEY)).status_code == 201
    return page


def outcome(page: Page, variant: Variant, how: Staging, name: str, seed: int = 1) -> str:
    """Answer a script with what is staged before the camera; give what the page is told."""
    asked = page.asked(str(variant))
    made = script_of(variant, for_script(asked["nonce"]))
    played = Played(asked_of(made), moments(made))
    take = capture(shown(name), played, how, engine(), np.random.default_rng(seed))
    frames = [_stored(each.frame.pixels) for each in take.seen]
    film = take.film
    manifest = Manifest(
        nonce=asked["nonce"],
        case=page.visitor.case,
        key=thumbprint(point_of(KEY)) or "",
        camera=Camera(how.device, 360, 360),
        frames=tuple(
            Frame(index, round(each.frame.at_ms), hashlib.sha256(frame).hexdigest())
            for index, (each, frame) in enumerate(zip(take.seen, frames, strict=True))
        ),
        film=None if film is None else film_told(film.sheet, film.at_ms),
        chain="",
    )
    raw = written(replace(manifest, chain=chain_of(manifest)))
    found = page.sends(asked["nonce"], raw, frames, film=None if film is None else film.sheet)
    assert found.status_code == 201, found.text
    told: str = found.json()["outcome"]
    return told


def reasons(page: Page) -> list[str]:
    """Give what the operator is told of the last decision."""
    with page.house.stage.service.store.read() as tx:
        return [str(reason) for reason in tx.decisions(page.visitor.case)[-1].decision.reasons]


def _stored(frame: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    code = [cv2.IMWRITE_JPEG_QUALITY, 92]
    return cv2.imencode(".jpg", frame[..., ::-1], code)[1].tobytes()


@pytest.fixture(autouse=True)
def drawn_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run draw the same scripts: one simulated holder in sixty is stopped."""
    numbers = count()
    monkeypatch.setattr(
        "lineproof.flow.capture.new_secret",
        lambda: hashlib.sha256(str(next(numbers)).encode()).hexdigest(),
    )


RIGHT, WRONG = "obama2.jpg", "biden.jpg"


def test_the_simulated_holder_is_approved_for_trying(tmp_path: Path) -> None:
    """Script, frames, signature, checks, comparison and policy fit together, end to end."""
    page = at_the_face(tmp_path)
    assert outcome(page, Variant.FULL, Staging(), RIGHT) == "approved", reasons(page)
    assert reasons(page) == ["face_match"]


def test_who_cannot_turn_is_approved_for_trying_as_well(tmp_path: Path) -> None:
    """Colours alone, of people whom nobody asks why, are a way of equal standing."""
    page = at_the_face(tmp_path)
    assert outcome(page, Variant.STILL, Staging(), RIGHT) == "approved", reasons(page)
    assert reasons(page) == ["face_match"]


def test_who_is_shown_no_colours_is_not_stopped_and_a_person_looks(tmp_path: Path) -> None:
    """What the moves alone show passes, and is too little to approve by."""
    page = at_the_face(tmp_path)
    assert outcome(page, Variant.CALM, Staging(), RIGHT) == "a_person_looks", reasons(page)
    verdict, why = reasons(page)
    assert verdict == "face_match"
    assert why.startswith("liveness_too_weak.")


def test_under_a_regime_the_same_goes_to_a_person(tmp_path: Path) -> None:
    """Rates of simulated captures approve nobody's line."""
    page = at_the_face(tmp_path, "th")
    assert outcome(page, Variant.FULL, Staging(), RIGHT) == "a_person_looks"
    assert "liveness_simulated_only" in reasons(page)


def test_somebody_else_who_lives_is_not_the_holder(tmp_path: Path) -> None:
    """Liveness and the comparison are two questions."""
    page = at_the_face(tmp_path)
    assert outcome(page, Variant.FULL, Staging(), WRONG) == "again"
    assert reasons(page)[0] == "no_match"


@pytest.mark.parametrize("species", ["still", "print", "animated_still", "virtual_camera"])
def test_the_holders_photograph_is_stopped(tmp_path: Path, species: str) -> None:
    """The face matches, and that is not enough; what was wrong the page does not learn."""
    page = at_the_face(tmp_path)
    told = outcome(page, Variant.FULL, STAGINGS[species], RIGHT)
    # What takes no light at all is not failed by it, but then far too little is known.
    code = {"again": "liveness_failed.", "a_person_looks": "liveness_too_weak."}[told]
    assert any(reason.startswith(code) for reason in reasons(page))
    assert "liveness" not in str(page.visitor.sees())
