from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lineproof.domain.finding import Measured, Unmeasured
from lineproof.face.liveness.exposure import _slices, exposure
from lineproof.face.liveness.film import Film
from tests.face.liveness.moved import ASKED, film, frames

SEEN = frames()


def rows(seen: Film) -> float:
    """Give how much of a frame's time the face is read in."""
    found = exposure(SEEN, ASKED, seen)
    assert isinstance(found, Measured), found
    return found.value["rows"]


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("upwards", [False, True])
@pytest.mark.parametrize("exposure_ms", [15, 20, 30])
def test_a_rolling_shutter_is_measured_whatever_its_direction_and_exposure(
    exposure_ms: float, *, across: bool, upwards: bool
) -> None:
    """Of the picture 0.43 is looked at, the inside of the face: that is read in 11 of the 25 ms."""
    found = rows(film(exposure_ms=exposure_ms, across=across, upwards=upwards))
    assert found == pytest.approx(11 / exposure_ms, rel=0.25)


def test_a_slower_sensor_shows_more() -> None:
    """The slope tells for how long the face is read."""
    assert rows(film(readout_ms=10)) < rows(film(readout_ms=20)) < rows(film(readout_ms=30))


@pytest.mark.parametrize("exposure_ms", [0, 15, 60])
def test_frames_that_are_lit_as_a_whole_show_no_rows(exposure_ms: float) -> None:
    """Neither where the colour changes between two frames nor where one is mixed of both."""
    assert rows(film(readout_ms=0, exposure_ms=exposure_ms)) < 0.05


def test_rows_that_run_this_way_and_that_are_nobody_s_sensor() -> None:
    """A sensor is read from the same side at every change: slopes to both sides cancel."""
    down, up = film(), film(upwards=True)
    parts = np.array_split(np.arange(len(down.at_ms)), len(ASKED.colours))
    tiles = down.tiles.copy()
    tiles[parts[1]] = up.tiles[parts[1]]
    assert rows(replace(down, tiles=tiles)) < rows(down) / 2


def test_the_film_of_another_scene_does_not_agree_with_the_frames() -> None:
    """A film that was taken of something else would show what its own camera did."""
    seen, own = film(), exposure(SEEN, ASKED, film())
    turned = exposure(SEEN, ASKED, Film(seen.at_ms, np.roll(seen.tiles, 8, axis=2)))
    assert isinstance(own, Measured)
    assert isinstance(turned, Measured)
    assert turned.value["agrees"] < own.value["agrees"] - 0.2


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (None, "liveness_no_film"),
        (Film((), np.zeros((0, 64, 48, 3), dtype=np.uint8)), "liveness_no_frame_of_step"),
        (film(every_ms=200), "liveness_no_frame_of_step"),
        (film(strength=0.0), "liveness_too_little_light"),
        (Film(film().at_ms, np.zeros_like(film().tiles)), "liveness_too_little_light"),
        (Film(film().at_ms, film().tiles[:, :4, :4]), "liveness_no_frame_of_step"),
    ],
)
def test_what_shows_no_change_is_unmeasured(seen: Film | None, why: str) -> None:
    """Nothing follows from a slope that could not be seen."""
    assert exposure(SEEN, ASKED, seen) == Unmeasured(why)


@pytest.mark.filterwarnings("error")
def test_light_in_one_place_has_no_slope() -> None:
    """A film that was drawn can change in the middle of the face alone, and to the bit."""
    down, across = _slices(SEEN[0], (64, 48))
    tiles, times = [], []
    for colour in ASKED.colours:
        for since, share in ((-100, 0), (0, 0.5), (200, 1)):
            tile = np.full((64, 48, 3), 128, dtype=np.uint8)
            tile[(down == 3) & (across == 3)] = 128 + np.array([120, -100, -100]) * share
            tiles.append(tile)
            times.append(colour.start_ms + since)
    drawn = Film(tuple(times), np.array(tiles))
    assert exposure(SEEN, ASKED, drawn) == Unmeasured("liveness_too_little_light")


def test_without_colours_there_is_nothing_to_expose() -> None:
    """Whoever chose a script without colours is not asked for a film."""
    assert exposure(SEEN, replace(ASKED, colours=()), film()) == Unmeasured(
        "liveness_no_colours_asked"
    )


def test_a_wipe_is_nobody_s_sensor() -> None:
    """One picture that comes over another within 150 ms, as a video mixer has it."""
    seen = film(readout_ms=0, exposure_ms=0)
    tiles = seen.tiles.copy()
    for colour in ASKED.colours:
        since = np.array(seen.at_ms) - colour.start_ms
        (of_one,) = np.nonzero((since > -120) & (since < 250))
        old, new = seen.tiles[of_one[0]], seen.tiles[of_one[-1]]
        for at in of_one:
            edge = int(np.clip(since[at] / 150, 0, 1) * old.shape[1])
            tiles[at] = np.concatenate([new[:, :edge], old[:, edge:]], axis=1)
    assert rows(Film(seen.at_ms, tiles)) == 0
