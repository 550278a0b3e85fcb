"""Sharpness (ISO/IEC 29794-5:2025, sharpness).

Native, in dB: 10 * log10(fine / coarse), across and down the face, the lower of the two. Each is
taken from luma that was smoothed the other way. ``fine`` is the energy between Gaussian scales of 1
and 2 pixels of the aligned crop (64 px between the eyes) beyond the energy that noise of the same
median would have; ``coarse`` the energy between scales of 4 and 8 pixels. A ratio of bands does not
change with contrast or brightness; noise fills its band evenly, lines and edges do not, so grain is
not taken for detail; and a hand that moved sideways leaves every horizontal line sharp, which is
why both ways count. Downwards a sharp face has 4 dB more (eyes and lips lie across), taken off.
Value: a straight line from 0 at -27 dB to 100 at -10 dB. The standard learns a forest on edge
filters instead. Ours is anchored to recognition: at -10 dB it has everything, at -23 dB (25) it
begins to fail, at -27 dB it is lost (docs/measurements.md). Being taken at the aligned scale it
also sees a face that was too small.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.face.align import halved
from lineproof.face.quality.scale import component, ramp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "sharpness"
UNIT = "dB"
ADVICE = "Hold the camera still and let it focus on your face."

CURVE = ((-27.0, 0.0), (-10.0, 100.0))
DOWNWARDS = 4.0
"""What a sharp face has more downwards than across, in dB: the medians of portraits."""
MARGIN = np.ones((9, 9), dtype=np.uint8)
"""The rim of the face is left out: its edge against the background is not the face's detail."""
NORMAL = 1.4826
"""A Gaussian's standard deviation over its median absolute deviation."""
FAINTEST = 1e-2
"""Energy, in grey levels squared, below which 8 bits hold no detail."""


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Compare fine with coarse detail; ``Unmeasured("flat_face")`` where there is none at all."""
    if isinstance(scene.surface, Unmeasured):
        return scene.surface
    luma = scene.surface.value.luma
    inner = np.asarray(cv2.erode(scene.surface.value.face, MARGIN), dtype=np.uint8)
    # The coarse band is taken at half size, where the same scales cost a quarter.
    fine, coarse = _bands(luma, inner, 1), _bands(halved(luma), halved(inner), 2)
    energy = [_energy(band) for band in coarse]
    if min(energy) < FAINTEST:
        return Unmeasured("flat_face")
    across, down = (
        10 * math.log10(max(_beyond_noise(band), FAINTEST) / usual)
        for band, usual in zip(fine, energy, strict=True)
    )
    worse = min(across, down - DOWNWARDS)
    return component(worse, ramp(worse, CURVE))


def _bands(
    luma: NDArray[np.uint8], mask: NDArray[np.uint8], scale: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give what lies between scales of ``scale`` and twice ``scale`` pixels, across and down."""
    plain, inside = luma.astype(np.float32), mask != 0
    wide = cv2.GaussianBlur(plain, (0, 0), 2 * scale)
    across = cv2.GaussianBlur(plain, (0, 0), scale, sigmaY=2 * scale)
    down = cv2.GaussianBlur(plain, (0, 0), 2 * scale, sigmaY=scale)
    return (across - wide)[inside], (down - wide)[inside]


def _energy(band: NDArray[np.float32]) -> float:
    return float((band * band).mean()) if band.size else 0.0


def _beyond_noise(band: NDArray[np.float32]) -> float:
    """Give the energy above what Gaussian noise with the same median magnitude has."""
    noise = NORMAL * float(np.median(np.abs(band)))
    return _energy(band) - noise * noise
