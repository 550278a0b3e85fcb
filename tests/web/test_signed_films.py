"""The film of a signed capture: the engine has it with its times, and nobody and nothing else."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING
from unittest.mock import patch

import cv2
import numpy as np
import pytest

from lineproof.adapters.simulated_engine import NOT_TOLD, SimulatedEngine
from lineproof.adapters.sql.sql_store import SqlStore
from lineproof.domain.capture_film import CapturedFilm, sheet_size
from tests.adapters.test_message_check import FRAMES, TIMES
from tests.test_nothing_kept import _written, values
from tests.web.filmed import before_the_camera, films, unsure_of_films

if TYPE_CHECKING:
    from httpx import Response

    from lineproof.domain.liveness import LiveCapture
    from tests.web.house import House
    from tests.web.test_signed_captures import Page


def marked() -> bytes:
    """Draw a sheet that would be known again wherever a piece of it got to."""
    width, height = sheet_size(len(TIMES))
    noise = np.random.default_rng(11).integers(0, 256, (height, width, 3), np.uint8)
    return cv2.imencode(".jpg", noise)[1].tobytes()


MARKED = marked()


@pytest.fixture
def page(service: House) -> Page:
    """Give a page before the camera of a service that is sure of nobody."""
    unsure_of_films(service)
    return before_the_camera(service)


def sent(page: Page) -> tuple[Response, list[LiveCapture]]:
    """Answer a script with MARKED for a film; give the answer, and what the engine was given."""
    with patch.object(SimulatedEngine, "live", return_value=NOT_TOLD) as live:
        found = films(page, film=MARKED)
    assert (found.status_code, found.json()["outcome"]) == (201, "a_person_looks"), found.text
    return found, [each.kwargs["capture"] for each in live.call_args_list]


def test_the_film_comes_to_the_engine_with_its_times(page: Page) -> None:
    """As it was sent, beside the frames and never among them."""
    _, (given,) = sent(page)
    assert given.film == CapturedFilm(TIMES, MARKED)
    assert len(given.at_ms) == len(given.digests) == len(FRAMES)


def test_a_film_comes_once_and_with_a_signed_capture(page: Page) -> None:
    """Two of them, or one beside plain pictures, is a request of another form."""
    path, data = "/v1/session/captures", {"nonce": page.visitor.nonce()}
    for films_sent, wrong in ((2, ("film", "too_many")), (1, ("manifest", "missing"))):
        parts = [("frame", ("f", b"live"))] + [("film", ("f", MARKED))] * films_sent
        found = page.visitor.call("POST", path, files=parts, data=data)
        assert found.json()["errors"] == [{"where": f"body.{wrong[0]}", "what": wrong[1]}]
    assert page.kept()[0] == 0


def test_nothing_of_a_film_is_kept_told_logged_or_shown(
    page: Page, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither a piece of it nor its hash, and a reviewer is shown moments of the script alone."""
    caplog.set_level(logging.DEBUG)
    answer, _ = sent(page)
    needles: dict[str, bytes] = _written("hash", hashlib.sha256(MARKED).digest())
    for at in (700, len(MARKED) // 2, len(MARKED) - 24):
        needles |= _written(f"film@{at}", MARKED[at : at + 24])
    assert page.house.takes("reviewer", page.visitor.case).status_code == 201
    path = f"/v1/reviews/{page.visitor.case}"
    seen = page.house.staff("reviewer", "GET", path)
    names = seen.json()["pictures"]
    shown = [page.house.staff("reviewer", "GET", f"{path}/pictures/{name}") for name in names]
    assert len(shown) == 4 + 1
    assert {each.content for each in shown} <= {b"portrait", *FRAMES}
    store = page.house.stage.service.store
    assert isinstance(store, SqlStore)
    console = capfd.readouterr()
    rows = list(values(store))
    assert "held.envelope" in dict(rows)
    searched = [value for _, value in rows]
    searched += [f"{each.headers} {each.text}".encode() for each in (answer, seen, *shown)]
    searched += [f"{console.out}{console.err}{caplog.text}".encode()]
    assert [name for name, piece in needles.items() for each in searched if piece in each] == []
