from __future__ import annotations

import numpy as np
import pytest

from lineproof.domain.finding import Measured, Unmeasured
from lineproof.face.liveness.pad_band import PadBand, PadPoint, PadTable, pad_band
from lineproof.face.liveness.texture import PadNetwork, outside_training, texture
from lineproof.face.view import Detection


def point(bpcer: float, score: float, apcer_high: float) -> PadPoint:
    """Make a calibrated point."""
    return PadPoint(
        bpcer=bpcer, score=score, stopped=1, species="screen", apcer=0.0, apcer_high=apcer_high
    )


def table(*points: PadPoint) -> PadTable:
    """Make a calibration of points."""
    return PadTable(points=points, dataset="a set", bona_fide=100, people=50, date="2026-11-25")


TABLE = table(point(0.01, 0.5, 0.2), point(0.05, 0.8, 0.05))


def network(answer: tuple[float, float]) -> PadNetwork:
    """Make a network that always gives these logits; class 1 is bona fide."""
    logits = np.array([answer], dtype=np.float32)
    return PadNetwork("fixed", lambda _: (logits,), 2.0, (32, 32), 1)


def face(side: float = 100.0) -> Detection:
    """Make a detection whose box has this side."""
    return Detection((20.0, 20.0, 20.0 + side, 20.0 + side), np.zeros((6, 2), np.float32), 0.9)


def picture(low: int = 40, high: int = 210) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Make a picture with detail and contrast between two grey levels."""
    noise = np.random.default_rng(1).integers(low, high, (150, 150, 1), dtype=np.uint8)
    return np.repeat(noise, 3, axis=2)


def test_the_mean_of_the_networks_falls_into_a_band() -> None:
    """One network sure of a bona fide face and one in doubt end between them, at their mean."""
    sure, doubting = network((-9.0, 9.0)), network((0.0, 0.0))
    found = texture(picture(), face(), [sure, doubting], TABLE)
    assert found == Measured(PadBand(0.01, 0.2))
    assert texture(picture(), face(), [sure], TABLE) == Measured(PadBand(0.05, 0.05))
    assert texture(picture(), face(), [network((9.0, -9.0))], TABLE) == Measured(PadBand(0.0, 1.0))


def test_a_band_says_at_which_stated_rate_it_passes() -> None:
    """Reaching a strict threshold passes at the looser ones too, and never the other way round."""
    strict, loose, none = (pad_band(score, TABLE) for score in (0.8, 0.79, 0.49))
    assert (strict.passes(bpcer=0.05), strict.passes(bpcer=0.01)) == (True, True)
    assert (loose.passes(bpcer=0.05), loose.passes(bpcer=0.01)) == (False, True)
    assert not none.passes(bpcer=0.01)


@pytest.mark.parametrize(
    ("pixels", "detection", "code"),
    [
        (picture(), face(40), "texture_face_too_small"),
        (picture(0, 20), face(), "texture_exposure_out_of_range"),
        (picture(240, 255), face(), "texture_exposure_out_of_range"),
        (np.full((150, 150, 3), 128, np.uint8), face(), "texture_exposure_out_of_range"),
        (
            np.repeat(np.linspace(40, 210, 150).astype(np.uint8)[None, :, None], 150, 0)
            * np.ones((1, 1, 3), np.uint8),
            face(),
            "texture_face_too_blurred",
        ),
    ],
    ids=["small", "dark", "bright", "plain", "smeared"],
)
def test_what_training_never_showed_is_unmeasured(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], detection: Detection, code: str
) -> None:
    """A network's answer to it would be a guess, and the guess might be: bona fide."""
    assert outside_training(pixels, detection) == code
    assert texture(pixels, detection, [network((-9.0, 9.0))], TABLE) == Unmeasured(code)


def test_no_calibration_and_no_number_are_unmeasured() -> None:
    """Neither a bare score nor NaN can be read as a pass."""
    live = network((-9.0, 9.0))
    assert texture(picture(), face(), [live], None) == Unmeasured("texture_not_calibrated")
    broken = network((float("nan"), 0.0))
    assert texture(picture(), face(), [live, broken], TABLE) == Unmeasured("texture_not_usable")
    with pytest.raises(ValueError, match="finite"):
        pad_band(float("nan"), TABLE)


def test_a_calibration_rises_with_the_rate_it_was_set_for() -> None:
    """A table whose stricter threshold is lower was never measured."""
    with pytest.raises(ValueError, match="lowest BPCER"):
        table(point(0.05, 0.8, 0.1), point(0.01, 0.5, 0.2))
    with pytest.raises(ValueError, match="lowest BPCER"):
        table(point(0.01, 0.8, 0.1), point(0.05, 0.5, 0.2))
    with pytest.raises(ValueError, match=r"0\.\.1"):
        point(0.01, float("nan"), 0.1)
