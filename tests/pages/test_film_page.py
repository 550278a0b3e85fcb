"""The film that a page makes: which frames are in it, what each shows, and what it weighs."""

from __future__ import annotations

import io
import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from lineproof.adapters.film_sheet import film_of
from lineproof.domain.capture_film import (
    BEFORE_MS,
    LEAST_APART_MS,
    MOST_FILM_BYTES,
    MOST_OF_ONE,
    MOST_TILES,
    UNTIL_MS,
    sheet_size,
)
from lineproof.domain.capture_message import MOST_BYTES
from lineproof.domain.script import RANDOM_BYTES, Screen, Variant, canonical, script
from tests.attack_kit.rolling import shown_ms
from tests.pages.living import Sitter, living_place, sitter
from tests.pages.numbered import listener, number_of, numbered_film, pairs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

    from lineproof.domain.capture_film import CapturedFilm
    from lineproof.domain.script import Script
    from tests.pages.conftest import Launch
    from tests.pages.place import Place

"""Between two tiles at least, and tiles of one change at most."""

SLOW_TO_DRAW = """(() => {
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (picture, ...more) {
    const until = performance.now() + 7;
    while (picture instanceof HTMLVideoElement && performance.now() < until);
    draw.call(this, picture, ...more);
  };
})()"""
"""A telephone that takes long to draw what its camera shows."""

THROWS = "function () { throw new DOMException('', 'NotSupportedError'); }"

LISTENED = "JSON.parse(sessionStorage.getItem('listened'))"

HEAVY = """(() => {
  const write = HTMLCanvasElement.prototype.toBlob;
  HTMLCanvasElement.prototype.toBlob = function (done, kind, quality) {
    const heavier = (blob) => {
      if (this.width !== 384) return done(blob);
      sessionStorage.setItem("asked", (sessionStorage.getItem("asked") ?? "") + " " + quality);
      done(quality > 0.9 ? new Blob([blob, new Uint8Array(200_000)], { type: kind }) : blob);
    };
    write.call(this, heavier, kind, quality);
  };
})()"""
"""A film that only weighs little in a low quality."""


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Place]:
    """Give a service that asks for a living person."""
    with living_place(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def numbering(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """Give a browser before a camera whose frames are numbered."""
    return launch(numbered_film(tmp_path_factory.mktemp("numbers") / "camera.mjpeg"))


@pytest.fixture
def window(numbering: Browser) -> Iterator[BrowserContext]:
    """Give a browser without a past, before that camera."""
    found = numbering.new_context(viewport={"width": 360, "height": 740}, locale="en")
    found.set_default_timeout(10_000)
    yield found
    found.close()


def filmed(sat: Sitter) -> CapturedFilm:
    """Give the film that the checks were given."""
    assert sat.title() == "We know it is you"
    (told,) = sat.place.eye.captures
    assert told.film is not None
    return told.film


def is_as_agreed(sat: Sitter) -> None:
    """Be of the form that is agreed upon, with tiles of the changes and of nothing else."""
    film, (told,) = filmed(sat), sat.place.eye.captures
    starts = changes_of(told.script)
    assert list(film.at_ms) == wanted(film.at_ms, starts)
    assert len(film.at_ms) <= MOST_TILES
    sheet = Image.open(io.BytesIO(film.sheet))
    assert (sheet.format, sheet.size) == ("JPEG", sheet_size(len(film.at_ms)))
    assert len(film.sheet) <= MOST_FILM_BYTES
    assert len(film.sheet) + sum(map(len, sat.place.eye.frames)) <= MOST_BYTES


def changes_of(asked: Script) -> list[int]:
    """Give when the screen changes its colour."""
    return [step.start_ms for step in asked.steps if isinstance(step, Screen)]


def wanted(offered: Sequence[int], changes: Sequence[int]) -> list[int]:
    """Give which of the frames that were offered at these times belong to a film."""
    taken: list[int] = []
    for start in changes:
        of_one = len(taken) + MOST_OF_ONE
        for at in offered:
            if start - BEFORE_MS <= at < start + UNTIL_MS and len(taken) < of_one:
                taken += [at] if not taken or at - taken[-1] >= LEAST_APART_MS else []
    return taken


def has_every_frame(sat: Sitter) -> None:
    """Have a tile of each frame that the page heard of round a change."""
    film, (told,) = filmed(sat), sat.place.eye.captures
    offered = list(listened(sat))
    assert list(film.at_ms) == wanted(offered, changes_of(told.script))


def listened(sat: Sitter) -> dict[int, int | None]:
    """Give the number of each frame that the page heard of, by when; None where it is not known."""
    heard = sat.tab.evaluate(LISTENED)
    # The stream has a clock of its own: no frame comes before it was caught.
    apart = min(came - at for at, came, _ in heard["given"])
    given = [(at + apart, number) for at, _, number in heard["given"]]
    nearest = [min(given, key=lambda each: abs(each[0] - at)) for at in heard["told"]]
    late = [near - at for at, (near, _) in zip(heard["told"], nearest, strict=True)]
    usual = float(np.median(late))
    return {
        math.floor(at - heard["begun"] + 0.5): number if abs(each - usual) < 1 else None
        for at, each, (_, number) in zip(heard["told"], late, nearest, strict=True)
    }


def shows_what_the_camera_gave(sat: Sitter) -> None:
    """Be of the frames that the camera gave at these times: the same numbers, the same picture."""
    captured, (told,) = filmed(sat), sat.place.eye.captures
    film = film_of(captured)
    assert film is not None
    given = listened(sat)
    tiles = zip(captured.at_ms, map(number_of, film.tiles), strict=True)
    later = [number - expected for at, number in tiles if (expected := given[at]) is not None]
    assert len(later) > 0.5 * len(captured.at_ms)
    # A browser that is kept busy draws the next frame, now and then, as the one it told of.
    assert set(later) <= {0, 1}
    assert later.count(0) > 0.8 * len(later)
    pairs = pairs_of(told, sat.place.eye.frames)
    assert pairs
    for tile, own in pairs:
        assert number_of(tile) == number_of(own)
        assert np.abs(tile.astype(float) - own).mean() < 6


@pytest.mark.unhurried
@pytest.mark.parametrize("variant", ["full", "still"])
def test_each_change_of_colour_is_filmed(
    window: BrowserContext, there: Place, variant: str
) -> None:
    """Every frame round each change is in it, in time, and is what the camera gave then."""
    window.add_init_script(listener())
    window.add_init_script("delete window.VideoFrame")
    sat = sitter(window, there, hurried=False)
    sat.plays(variant)
    is_as_agreed(sat)
    has_every_frame(sat)
    shows_what_the_camera_gave(sat)


@pytest.mark.unhurried
def test_a_slow_telephone_draws_beside_the_page(window: BrowserContext, there: Place) -> None:
    """Where a tile costs the page much a worker draws it, and the film is no other."""
    window.add_init_script(listener())
    window.add_init_script(SLOW_TO_DRAW)
    sat = sitter(window, there, hurried=False)
    beside: list[str] = []
    sat.tab.on("worker", lambda worker: beside.append(worker.url))
    sat.plays("full")
    assert [url for url in beside if url.endswith("face-tiles-worker.js")]
    is_as_agreed(sat)
    shows_what_the_camera_gave(sat)


@pytest.mark.parametrize("missing", ["the worker's file", "VideoFrame", "Worker"])
def test_a_worker_that_does_not_come_is_not_waited_for(
    window: BrowserContext, there: Place, missing: str
) -> None:
    """The page then draws every tile itself, however long it takes, whatever the browser lacks."""
    window.add_init_script(SLOW_TO_DRAW)
    window.route("**/face-tiles-worker.js", lambda route: route.abort())
    window.add_init_script(f"window.{missing} = {THROWS}" if missing.isalpha() else "")
    sat = sitter(window, there)
    sat.plays("still")
    assert len(filmed(sat).at_ms) >= 6


def test_a_film_that_weighs_too_much_is_sent_in_a_lower_quality(
    window: BrowserContext, there: Place
) -> None:
    """The best quality first, and the first that is light enough."""
    window.add_init_script(HEAVY)
    sat = sitter(window, there)
    sat.plays("still")
    assert len(filmed(sat).sheet) <= MOST_FILM_BYTES
    assert sat.tab.evaluate("sessionStorage.getItem('asked')") == " 0.98 0.95 0.9"


def test_without_colours_there_is_no_film(window: BrowserContext, there: Place) -> None:
    """Who chose none sends none, and neither a part nor a time of one."""
    sat = sitter(window, there)
    parts: list[bytes] = []
    sat.tab.on(
        "request",
        lambda request: (
            parts.append(request.post_data_buffer or b"")
            if request.method == "POST" and request.url.endswith("/c/face")
            else None
        ),
    )
    sat.plays("calm")
    assert sat.title() == "We know it is you"
    (told,) = there.eye.captures
    assert told.film is None
    (sent,) = parts
    assert b'name="frame"' in sent
    assert b'name="film"' not in sent
    assert b'"film":null' in sent


DUE = """async ([steps, times]) => {
  const { due } = await import("/static/face-script.js");
  return steps.map((_, index) => times.find((since) => due(steps, index, since)));
}"""


@pytest.mark.parametrize("drawn_ms", [1000 / 60, 1000 / 120])
def test_colours_come_by_turns_in_both_halves_of_a_camera_s_frame(
    window: BrowserContext, there: Place, drawn_ms: float
) -> None:
    """Where all came in one half, a camera that is closed then would show a change in no frame."""
    asked = script(Variant.STILL, bytes(range(RANDOM_BYTES)))
    steps = json.loads(canonical(asked))["steps"]
    tab = window.new_page()
    tab.goto(there.address + "/c")
    drawn = [drawn_ms * number for number in range(round(asked.ms / drawn_ms))]
    shown = tab.evaluate(DUE, [steps, drawn])
    late = [at - step["start_ms"] for at, step in zip(shown, steps, strict=True)]
    assert min(late) >= 0
    assert max(late) < 2 * 1000 / 60
    assert [int(at * 60 / 1000 + 0.01) % 2 for at in shown[1:]] == [0, 1, 0, 1, 0, 1]


def test_the_kit_s_page_shows_colours_when_the_page_does(
    window: BrowserContext, there: Place
) -> None:
    """Or its simulated films would be of other moments."""
    asked = script(Variant.FULL, bytes(range(RANDOM_BYTES)))
    steps = json.loads(canonical(asked))["steps"]
    tab = window.new_page()
    tab.goto(there.address + "/c")
    drawn = [1000 / 60 * number for number in range(asked.ms // 16)]
    _, *shown = tab.evaluate(DUE, [steps, drawn])
    starts = enumerate(changes_of(asked))
    assert shown[:5] == pytest.approx([shown_ms(at, number) for number, at in starts])
