"""Texture: whether skin or paper or a screen is in front of the camera, by small networks.

One picture is enough, and one picture is all that is looked at: movement, depth and light are
other checks. What the networks were never shown is Unmeasured: a small or smeared face, one that
is nearly black or white. An attacker can bring that about: fusion then counts what passes without
it.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.face.liveness.pad_band import PadBand, PadTable, pad_band
from lineproof.face.liveness.pad_chip import pad_chip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lineproof.face.detect import Network
    from lineproof.face.view import Detection

SMALLEST_FACE: Final = 48.0
"""Pixels of the detector's box across: the training camera's smallest face, scaled down once."""

FACE_SIDE: Final = 112
"""Side in pixels at which a face is looked at for blur and exposure."""

LEAST_DETAIL: Final = 0.018
"""What is left of a face's contrast when its blurred self (sigma 1 at ``FACE_SIDE``) is taken away.
No bona fide training picture has less than 0.023."""

FEWEST_FRAMES: Final = 4
"""Of a capture, fewer frames than this say nothing together."""

DARKEST, BRIGHTEST, LEAST_CONTRAST = 25.0, 220.0, 14.0
"""Mean and standard deviation of a face's grey levels, 0..255, beyond which training had none."""


@dataclass(frozen=True, slots=True)
class PadNetwork:
    """One network and its view: what a manifest's role ``pad`` says of it (docs/pack-format.md).

    ``network`` takes (1, h, w, 3) uint8 RGB chips and gives logits; ``size`` is (width, height).
    """

    name: str
    network: Network
    box_scale: float
    size: tuple[int, int]
    bona_fide: int


def texture(
    pixels: NDArray[np.uint8],
    face: Detection,
    networks: Sequence[PadNetwork],
    table: PadTable | None,
) -> Finding[PadBand]:
    """Measure one face in (h, w, 3) uint8 RGB ``pixels``; the band is that of the networks' mean.

    Unmeasured without a calibration: a bare score says nothing about errors.
    """
    if table is None:
        return Unmeasured("texture_not_calibrated")
    if why := outside_training(pixels, face):
        return Unmeasured(why)
    score = fused(scores(pixels, face, networks))
    if not math.isfinite(score):
        return Unmeasured("texture_not_usable")
    return Measured(pad_band(score, table))


def frame_score(
    pixels: NDArray[np.uint8], face: Detection, networks: Sequence[PadNetwork]
) -> Finding[float]:
    """Measure one frame of a capture: the networks' mean probability of a bona fide face, 0..1.

    For ``texture_of_capture``; no score leaves the server.
    """
    if why := outside_training(pixels, face):
        return Unmeasured(why)
    score = fused(scores(pixels, face, networks))
    return Measured(score) if math.isfinite(score) else Unmeasured("texture_not_usable")


def texture_of_capture(each: Sequence[Finding[float]]) -> Finding[Mapping[str, float]]:
    """Measure ``quarter``: the score that three of four measured frames reach.

    So a single smeared frame fails nobody, and an attack has to look like skin most of the time.
    Unmeasured where fewer than half of the frames were measured, by the commonest code.
    """
    if len(each) < FEWEST_FRAMES:
        return Unmeasured("liveness_too_few_frames")
    found = sorted(one.value for one in each if isinstance(one, Measured))
    if 2 * len(found) < len(each):
        codes = Counter(one.why for one in each if isinstance(one, Unmeasured))
        return Unmeasured(codes.most_common(1)[0][0])
    return Measured({"quarter": found[len(found) // 4]})


def outside_training(pixels: NDArray[np.uint8], face: Detection) -> str | None:
    """Give the code of what puts a face outside of what the networks know, or None."""
    if face.box[2] - face.box[0] < SMALLEST_FACE:
        return "texture_face_too_small"
    chip = pad_chip(pixels, face.box, box_scale=1.0, size=(FACE_SIDE, FACE_SIDE))
    grey = cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY).astype(np.float32)
    contrast = float(grey.std())
    if contrast < LEAST_CONTRAST or not DARKEST <= float(grey.mean()) <= BRIGHTEST:
        return "texture_exposure_out_of_range"
    return "texture_face_too_blurred" if detail(grey) < LEAST_DETAIL else None


def detail(grey: NDArray[np.float32]) -> float:
    """Give the share of a face's contrast that is finer than a blur of sigma 1, (side, side)."""
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 1.0)
    return float(np.abs(fine).mean() / max(float(grey.std()), 1e-6))


def scores(
    pixels: NDArray[np.uint8], face: Detection, networks: Sequence[PadNetwork]
) -> tuple[float, ...]:
    """Give each network's probability of a bona fide presentation, 0..1, NaN where it gave none.

    For the fusion here and for the evaluation toolkit; no score leaves the server.
    """
    return tuple(_probability(pixels, face, one) for one in networks)


def fused(each: Sequence[float]) -> float:
    """Give the mean of the networks' probabilities; NaN where one of them is NaN."""
    return sum(each) / len(each)


def _probability(pixels: NDArray[np.uint8], face: Detection, one: PadNetwork) -> float:
    chip = pad_chip(pixels, face.box, box_scale=one.box_scale, size=one.size)
    logits = one.network(chip[None])[0].reshape(-1).astype(np.float64)
    odds = np.exp(logits - logits.max())
    return float(odds[one.bona_fide] / odds.sum())
