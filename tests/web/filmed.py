"""A script that was filmed from its beginning to its end, and referred to a reviewer."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from lineproof.adapters.simulated_engine import NOT_TOLD, SimulatedEngine
from lineproof.domain.capture_message import Camera, Frame
from lineproof.domain.finding import Measured
from tests.adapters.test_capture_key import KEY, point_of
from tests.adapters.test_message_check import FILM, FRAMES, SIZE, film_told
from tests.flow.stage import FACE, UNSURE
from tests.web.test_signed_captures import Page, written

if TYPE_CHECKING:
    from httpx import Response

    from lineproof.domain.finding import FmrBand
    from tests.web.house import House


def unsure_of_films(house: House) -> None:
    """Let every face, plain or filmed, be one of which the machine is not sure."""
    sees_films_as(house, UNSURE)


def sees_films_as(house: House, band: FmrBand) -> None:
    """Let the comparison of every face, plain or filmed, fall into this band."""
    there = house.stage.service
    sights = {b"portrait": FACE, b"live": FACE, **dict.fromkeys(FRAMES, FACE)}
    engine = SimulatedEngine(sights=sights, band=Measured(band), liveness=NOT_TOLD)
    house._serve(replace(there, site=replace(there.site, engine=engine)))  # noqa: SLF001


def before_the_camera(house: House, msisdn: str = "15550001", text: str = "2026-12") -> Page:
    """Give a page that consented, showed the document and registered its key."""
    page = Page(house.session(house.open(msisdn=msisdn)))
    assert page.visitor.consents(text).status_code == 201
    assert page.visitor.shows().status_code == 201
    assert page.binds(point_of(KEY)).status_code == 201
    return page


def films(
    page: Page,
    variant: str = "full",
    *,
    since: float = 0.0,
    until: float = 1.0,
    film: bytes = FILM,
) -> Response:
    """Play a script and send its frames, spread evenly over this part of it: 0..1 is the whole."""
    asked = page.asked(variant)
    whole = asked["script"]["ms"]
    apart = whole * (until - since) / len(FRAMES)
    told = tuple(
        Frame(
            index, round(whole * since + apart * (index + 0.5)), hashlib.sha256(frame).hexdigest()
        )
        for index, frame in enumerate(FRAMES)
    )
    camera = Camera("Front camera", *SIZE)
    manifest = page.told(asked["nonce"], frames=told, camera=camera, film=film_told(film))
    return page.sends(asked["nonce"], written(manifest), film=film)


def refers(page: Page, variant: str = "full", *, since: float = 0.0, until: float = 1.0) -> None:
    """Play a script, and let a person look at it."""
    found = films(page, variant, since=since, until=until)
    assert (found.status_code, found.json()["outcome"]) == (201, "a_person_looks"), found.text
