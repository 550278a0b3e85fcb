from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import cv2
import numpy as np
import pytest
from PIL import ImageFont

from lineproof.domain.document import MrzFormat, Signal
from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.reading.card_outline import Outline, find_outline
from lineproof.reading.mrz import parse
from lineproof.reading.page_portrait import PagePortrait
from lineproof.reading.page_signals import LIMITS, over_pages, signals_of
from lineproof.reading.portrait_compression import compression_apart
from lineproof.reading.portrait_edge import edge_apart
from lineproof.reading.portrait_noise import noise_apart
from lineproof.reading.zone_print import measure_print, out_of_place
from lineproof.reading.zone_reader import ZoneReading
from lineproof.specimen import specimen_document
from lineproof.specimen_page import MM, sides
from lineproof.specimen_zone import Holder, build
from tests.photographed import photographed
from tests.tampered import (
    SCREEN_GAIN,
    on_screen,
    only_portrait,
    pasted,
    printed_again,
    with_zone,
)

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Corners = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
KIND, HOLDER = MrzFormat.TD3, Holder(surname="BAKER", given_names="MERO LINDA")
LINES = build(KIND, HOLDER)


@dataclass(frozen=True)
class Taken:
    """A photograph of a page, and what a reader would have found on it."""

    pixels: Pixels
    corners: Corners
    zone: ZoneReading
    portrait: PagePortrait

    def signals(self) -> dict[str, Finding[Signal]]:
        """Measure every signal on it."""
        return signals_of(
            self.pixels,
            self.zone,
            Measured(Outline(self.corners, 1.0)),
            Measured(self.portrait),
        )


@lru_cache(maxsize=2)
def page(shade: int = 0, ground: int = 190) -> Pixels:
    """Draw a specimen round an oval that stands for a head, on a ground that is so bright."""
    head = np.full((450, 350, 3), ground, dtype=np.uint8)
    cv2.ellipse(head, (175, 230), (95, 130), 0, 0, 360, (150 - shade, 115, 95), -1)
    soft = np.asarray(cv2.GaussianBlur(head, (0, 0), 3), dtype=np.uint8)
    return np.asarray(specimen_document(KIND, HOLDER, soft)[0])


def taken(  # noqa: PLR0913 - a photograph has as many knobs
    drawn: Pixels,
    *,
    raised: float = 0,
    seed: int = 11,
    gain: float = 1.0,
    quality: int | None = None,
    blur: tuple[float, float] = (0.35, 0.45),
) -> Taken:
    """Photograph a page of which ``raised`` says by how many mm its zone stands too high."""
    stored, corners = photographed(
        drawn,
        seed=seed,
        sensor=True,
        blur=blur,
        noise=(2.5, 3.5),
        glare=0,
        quality=(quality or 92, quality or 95),
        gain=gain,
    )
    pixels = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR_RGB)
    return found_on(np.asarray(pixels, dtype=np.uint8), corners, raised=raised)


def found_on(pixels: Pixels, corners: Corners, *, raised: float = 0) -> Taken:
    """Say where the zone and the face are on a page with these corners."""
    side = sides(KIND, HOLDER, LINES)[0]
    places = np.array([[x, y] for _, x, y in side.zone]).reshape(len(LINES), -1, 2)
    places[..., 1] -= raised * MM
    half, tall = 0.42 * 2.54 * MM, 2.5 * MM
    quads = [
        [
            (row[0, 0] - half, row[0, 1] - tall),
            (row[-1, 0] + half, row[-1, 1] - tall),
            (row[-1, 0] + half, row[-1, 1]),
            (row[0, 0] - half, row[0, 1]),
        ]
        for row in places
    ]
    assert side.portrait is not None
    left, top, right, bottom = side.portrait
    x, y, w, h = left, top, right - left, bottom - top
    box = [(x + 0.3 * w, y + 0.25 * h), (x + 0.7 * w, y + 0.25 * h)]
    box += [(x + 0.7 * w, y + 0.75 * h), (x + 0.3 * w, y + 0.75 * h)]
    lines = _laid(np.array(quads, dtype=np.float32), corners, side.size)
    mrz = parse(LINES, today=date(2026, 11, 24))
    zone = np.stack([lines[0, 0], lines[0, 1], lines[-1, 2], lines[-1, 3]])
    face = _laid(np.array([box], dtype=np.float32), corners, side.size)[0]
    return Taken(pixels, corners, ZoneReading(mrz, zone, lines, 0), PagePortrait(pixels, face))


def _laid(places: Corners, corners: Corners, size: tuple[int, int]) -> Corners:
    edges = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * np.array(size)
    way = cv2.getPerspectiveTransform(edges.astype(np.float32), corners)
    laid = cv2.perspectiveTransform(places.reshape(1, -1, 2), way).reshape(places.shape)
    return np.asarray(laid, dtype=np.float32)


def alarms(found: dict[str, Finding[Signal]]) -> set[str]:
    """Name the signals that a person has to look at."""
    return {
        name for name, each in found.items() if isinstance(each, Measured) and each.value.suspicious
    }


@pytest.mark.parametrize("seed", [11, 12])
def test_a_photographed_page_raises_nothing(seed: int) -> None:
    """On a bona fide photograph all but one that needs two savings is measured, and none speaks."""
    found = taken(page(ground=110), seed=seed).signals()
    assert set(found) == set(LIMITS)
    assert found.pop("portrait_compression") == Unmeasured("saved_once")
    assert all(isinstance(each, Measured) for each in found.values()), found
    assert alarms(found) == set()


def test_a_page_on_a_screen_has_moire() -> None:
    """A screen's pixels and a sharp camera's make a pattern that paper has not."""
    found = taken(on_screen(page(), seed=1), gain=SCREEN_GAIN).signals()
    assert "screen_recapture" in alarms(found)


def test_a_page_printed_again_has_dots() -> None:
    """A laser's dots stand out in two directions at right angles."""
    again = printed_again(page(), seed=4, lines=(3.4, 3.8))
    assert "print_copy" in alarms(taken(again).signals())


def test_a_portrait_pasted_into_a_photograph_has_other_noise() -> None:
    """What is pasted in does not have the noise of the camera that took the page."""
    bona_fide = taken(page())
    other = only_portrait(KIND, HOLDER, page(60))
    fresh = pasted(bona_fide.pixels, bona_fide.corners, other, seed=0)
    found = found_on(fresh, bona_fide.corners).signals()
    assert "portrait_replaced" in alarms(found)


def saved(pixels: Pixels, quality: int) -> Pixels:
    """Save a picture as a JPEG and open it again."""
    _, stored = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR_RGB), dtype=np.uint8)


def with_other_portrait(seen: Taken, *, soft: tuple[float, float], seed: int = 3) -> Pixels:
    """Paste another portrait into a photograph, with a border that is so soft."""
    other = only_portrait(KIND, HOLDER, page(60, ground=110))
    return pasted(seen.pixels, seen.corners, other, seed=seed, soft=soft)


@pytest.mark.parametrize("quality", [90, None])
def test_a_pasted_portrait_was_not_compressed_with_its_page(quality: int | None) -> None:
    """Saved again, or kept without loss, the page has traces of the first JPEG and it has none."""
    seen = taken(page(), quality=80)
    fresh = with_other_portrait(seen, soft=(1, 1))
    fresh = fresh if quality is None else saved(fresh, quality)
    found = found_on(fresh, seen.corners).signals()
    assert "portrait_compression" in alarms(found)


@pytest.mark.parametrize("turned", [False, True])
def test_a_photograph_saved_again_was_compressed_alike(turned: bool) -> None:  # noqa: FBT001
    """A messenger that saves the whole picture again raises nothing, however it lies."""
    seen = taken(page(), quality=80)
    again = saved(seen.pixels, 90)
    corners = seen.corners
    if turned:
        again = np.ascontiguousarray(again[::-1, ::-1][4:, 3:])
        corners = (np.array(seen.pixels.shape[1::-1]) - corners - [3, 4]).astype(np.float32)
    face = found_on(again, corners).portrait.face
    grey = np.asarray(cv2.cvtColor(again, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    found = compression_apart(grey, face, corners)
    assert isinstance(found, Measured)
    assert found.value < LIMITS["portrait_compression"] / 2


def test_a_portrait_sharper_than_the_lens_is_not_of_the_photograph() -> None:
    """A crisp portrait cut hard into a softer photograph is seen, a dull or the true one not."""
    seen = taken(page(ground=110), blur=(0.8, 0.9))
    assert "portrait_edge" not in alarms(seen.signals())
    crisp = found_on(with_other_portrait(seen, soft=(0, 0)), seen.corners).signals()
    assert "portrait_edge" in alarms(crisp)
    dull = found_on(with_other_portrait(seen, soft=(2, 2), seed=4), seen.corners).signals()
    assert "portrait_edge" not in alarms(dull)


def test_a_portrait_that_fades_has_no_border() -> None:
    """Where nothing straight surrounds a portrait, its border is unmeasured."""
    grey = np.full((900, 1200), 200, dtype=np.uint8)
    for x in range(700, 1150, 12):
        grey[100:800, x : x + 5] = 60
    corners = np.array([[0, 0], [1200, 0], [1200, 900], [0, 900]], dtype=np.float32)
    face = np.array([[250, 350], [400, 350], [400, 550], [250, 550]], dtype=np.float32)
    assert edge_apart(grey, face, corners) == Unmeasured("no_border")
    assert edge_apart(np.full_like(grey, 200), face, corners) == Unmeasured("too_little_page")


def test_a_zone_in_another_type_is_not_ocr_b() -> None:
    """A zone that reads well and is set in another type sends to a person."""
    font = ImageFont.load_default(64)
    assert isinstance(font, ImageFont.FreeTypeFont)
    assert "zone_typeface" in alarms(taken(with_zone(page(), KIND, HOLDER, font=font)).signals())


def test_a_zone_set_by_hand_is_uneven() -> None:
    """Characters that stray from their places by a sixth of a millimetre are seen."""
    found = taken(with_zone(page(), KIND, HOLDER, loose=3, seed=2)).signals()
    assert alarms(found) == {"zone_spacing"}


def test_a_zone_too_high_is_out_of_place() -> None:
    """A zone that stands six millimetres too high is not where ICAO 9303 has it."""
    raised = taken(with_zone(page(), KIND, HOLDER, raised=6), raised=6)
    assert alarms(raised.signals()) == {"zone_place"}


def test_edges_that_the_zone_contradicts_say_nothing_of_its_place() -> None:
    """Between edges that are a cover's, the zone is too short, and its place means nothing."""
    seen = taken(page())
    assert seen.zone.lines is not None
    middle = seen.corners.mean(axis=0)
    cover = (middle + (seen.corners - middle) * 1.05).astype(np.float32)
    assert out_of_place(seen.zone.lines, cover, KIND) == Unmeasured("outline_unsure")


def test_what_is_not_there_is_unmeasured_and_raises_nothing() -> None:
    """Without zone, edges and portrait, or on a tiny picture, signals say why they are not."""
    seen = taken(page())
    nothing = ZoneReading(Unmeasured("no_mrz"), None, None, 0)
    found = signals_of(seen.pixels, nothing, Unmeasured("no_outline"), Unmeasured("no_face"))
    for name in ("zone_typeface", "zone_spacing", "zone_place"):
        assert found[name] == Unmeasured("no_mrz")
    for name in ("portrait_replaced", "portrait_compression", "portrait_edge"):
        assert found[name] == Unmeasured("no_face")
    portrait = Measured(seen.portrait)
    found = signals_of(seen.pixels, seen.zone, Unmeasured("no_outline"), portrait)
    for name in ("zone_place", "portrait_replaced", "portrait_compression", "portrait_edge"):
        assert found[name] == Unmeasured("no_outline")
    tiny = np.full((200, 255, 3), 200, dtype=np.uint8)
    found = signals_of(tiny, nothing, Unmeasured("no_outline"), Unmeasured("no_face"))
    assert found["screen_recapture"] == found["print_copy"] == Unmeasured("picture_too_small")


@pytest.mark.parametrize("shape", [(6, 2400), (2400, 6), (32, 32), (300, 40)])
def test_a_strip_of_a_picture_breaks_nothing(shape: tuple[int, int]) -> None:
    """What is left of a very long picture has too few pixels for anything, and is no fault."""
    strip = np.random.default_rng(1).integers(0, 255, (*shape, 3), dtype=np.uint8)
    face = np.array([[1, 1], [5, 1], [5, 5], [1, 5]], dtype=np.float32)
    zone = ZoneReading(Unmeasured("no_mrz"), None, None, 0)
    found = signals_of(
        strip, zone, find_outline(strip), Measured(PagePortrait(image=strip, face=face))
    )
    assert alarms(found) == set()
    edges = np.array([[0, 0], [300, 0], [300, 300], [0, 300]], dtype=np.float32)
    everywhere = Measured(Outline(edges, 1.0))
    found = signals_of(strip, zone, everywhere, Measured(PagePortrait(image=strip, face=face)))
    for name in ("portrait_replaced", "portrait_compression"):
        assert found[name] == Unmeasured("too_little_page")
    assert found["portrait_edge"] in (Unmeasured("too_little_page"), Unmeasured("no_border"))


def test_a_drawn_page_has_no_noise_to_compare() -> None:
    """On a page that no camera took, a portrait's noise shows nothing."""
    height, width = page().shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    seen = found_on(page(), corners)
    assert seen.signals()["portrait_replaced"] == Unmeasured("page_without_noise")
    dark = np.zeros((height, width), dtype=np.uint8)
    found = noise_apart(dark, seen.portrait.face, corners)
    assert found == Unmeasured("too_little_page")


def test_lines_that_were_not_read_say_nothing_of_their_type() -> None:
    """Fillers and lines left open have no shapes to compare."""
    seen = taken(page())
    assert seen.zone.lines is not None
    grey = np.asarray(cv2.cvtColor(seen.pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    found = measure_print(grey, seen.zone.lines, [None, "<" * 44])
    assert found == Unmeasured("too_few_characters")


def test_of_several_pages_the_worst_counts() -> None:
    """A signal on any picture of a document is a signal of the document."""
    low, high = (Measured(Signal(value=value, limit=1.0)) for value in (0.5, 2.0))
    pages: list[dict[str, Finding[Signal]]] = [
        {"print_copy": low},
        {"print_copy": high},
        {"print_copy": Unmeasured("no_face")},
    ]
    found = over_pages(pages)
    assert found["print_copy"] == high
    assert found["zone_place"] == Unmeasured("no_page")


def test_a_signal_at_its_limit_is_none() -> None:
    """Only what is above the limit is suspicious."""
    at = Signal(value=1.0, limit=1.0)
    assert not at.suspicious
    assert replace(at, value=1.01).suspicious
