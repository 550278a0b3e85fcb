"""The measures on photographs of consenting people, where the data and the default pack are."""

from __future__ import annotations

import csv
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image

from lineproof.adapters.local_engine import SeenFace
from lineproof.domain.finding import Measured
from lineproof.face.quality import (
    assess,
    natural_colour,
    no_compression_artifacts,
    over_exposure_prevention,
    sharpness,
    under_exposure_prevention,
)
from lineproof.face.quality.region import prepare
from tests.face.quality.synthetic import assert_falls, exposed, found, linear, recoded
from tests.samples import engine, stored

if TYPE_CHECKING:
    from lineproof.face.view import FaceView
    from tests.face.quality.synthetic import Pixels

SHARED = Path(os.environ.get("LINEPROOF_SHARED") or Path(__file__).parents[4] / "shared")
FRLL = SHARED / "data" / "frll"
EVERY = 6
"""One portrait in six is enough to notice a measure that went wrong."""

LEAST = {"dynamic_range": 70, "sharpness": 70, "mouth_closed": 80}
"""What a portrait taken in a studio reaches at least; 90 in every other component."""

LIGHT = (under_exposure_prevention, over_exposure_prevention, natural_colour)


@cache
def portraits() -> tuple[Path, ...]:
    """Give some of the portraits; skip where the data set is not."""
    found = sorted((FRLL / "neutral_front").glob("*.jpg"))
    if not found:
        pytest.skip(f"FRLL is not in {FRLL}")
    return tuple(found[::EVERY])


def seen(picture: bytes) -> FaceView:
    """See a stored picture as the engine does."""
    face = engine().see(picture)
    assert isinstance(face, SeenFace), face
    assert face.view is not None, face.finding
    return face.view


def plain(path: Path) -> Pixels:
    """Give a portrait's pixels."""
    return np.asarray(Image.open(path).convert("RGB"))


def as_png(pixels: Pixels) -> bytes:
    """Store without any loss of its own."""
    return stored(Image.fromarray(pixels), "PNG", compress_level=1)


def test_a_good_portrait_is_good_in_every_component() -> None:
    """No studio portrait of anybody falls short in anything."""
    for path in portraits():
        low = {
            name: component
            for name, component in assess(seen(path.read_bytes())).items()
            if not isinstance(component, Measured) or component.value.value < LEAST.get(name, 90)
        }
        assert low == {}, path.name


def test_light_and_colour_are_as_good_on_every_group() -> None:
    """Exposure and colour of a studio portrait are near perfect whoever is in it.

    The labels come with the data set and are used for this evaluation only.
    """
    people = portraits()
    with (FRLL / "people.csv").open(encoding="utf-8") as lines:
        group = {row["face_id"]: row["face_eth"] for row in csv.DictReader(lines)}
    worst: dict[str, int] = {}
    for path in people:
        view, label = seen(path.read_bytes()), group[path.name[:3]]
        values = [found(each, view).value for each in LIGHT]
        worst[label] = min(worst.get(label, 100), *values)
    assert len(worst) >= 3
    assert min(worst.values()) >= 98, worst


CAUSES = {
    "blur": (sharpness, 40),
    "darkness": (under_exposure_prevention, 50),
    "glare": (over_exposure_prevention, 40),
    "jpeg": (no_compression_artifacts, 50),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_moves_its_measure_on_real_skin(cause: str) -> None:
    """What was shown on a drawn head holds on photographs."""
    measure, by = CAUSES[cause]
    for path in portraits()[:4]:
        original = plain(path)
        views = [seen(as_png(worse)) for worse in worsened(original, cause)]
        assert_falls(measure, views, by=by)


def worsened(pixels: Pixels, cause: str) -> list[Pixels]:
    """Give a portrait in four steps of one cause."""
    if cause == "blur":
        return [
            np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), dtype=np.uint8)
            for sigma in (1.5, 3, 5, 7)
        ]
    if cause == "jpeg":
        return [recoded(pixels, quality) for quality in (90, 40, 20, 8)]
    surface = prepare(seen(as_png(pixels))).surface
    assert isinstance(surface, Measured)
    face = surface.value.luma[surface.value.face != 0]
    # Exposures that bring these shares of the face to the end of the scale, whatever the skin.
    end, shares = (252, (92, 75, 50, 15)) if cause == "glare" else (24, (75, 88, 94, 99))
    return [exposed(pixels, stops(float(np.percentile(face, share)), end)) for share in shares]


def stops(code: float, end: int) -> float:
    """Give the change of exposure that turns one code into another."""
    light = linear(np.rint([code, end]).astype(np.uint8))
    return float(np.log2(light[1] / light[0]))
