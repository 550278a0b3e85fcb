"""Sharpness (ISO/IEC 29794-5:2025, sharpness).

Native, in dB: 10 * log10(fine / coarse). ``fine`` is the energy of the face's luma between Gaussian
scales of 1 and 2 pixels of the aligned crop (64 px between the eyes) beyond the energy that noise
of the same median would have; ``coarse`` the energy between scales of 4 and 8 pixels. A ratio of
bands does not change with contrast or brightness; noise fills its band evenly, lines and edges do
not, so what exceeds the median is detail and grain is not taken for sharpness.
Value: a straight line from 0 at -28 dB to 100 at -8 dB. The standard learns a forest on edge
filters instead, and says that its result should order pictures, not judge one. Ours is anchored to
recognition: at -8 dB it has everything, at -22 dB (30) it begins to fail, at -28 dB it is lost
(docs/measurements.md). Being taken at the aligned scale it also sees a face that was too small.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component, ramp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "sharpness"
UNIT = "dB"
ADVICE = "Hold the camera still and let it focus on your face."

CURVE = ((-28.0, 0.0), (-8.0, 100.0))
MARGIN = np.ones((9, 9), dtype=np.uint8)
"""The rim of the face is left out: its edge against the background is not the face's detail."""
NORMAL = 1.4826
"""A Gaussian's standard deviation over its median absolute deviation."""
FAINTEST = 1e-2
"""Energy, in grey levels squared, below which 8 bits hold no detail: the floor at about -40 dB."""


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Compare fine with coarse detail; ``Unmeasured("flat_face")`` where there is neither."""
    if isinstance(scene.surface, Unmeasured):
        return scene.surface
    surface = scene.surface.value
    inner = np.asarray(cv2.erode(surface.face, MARGIN), dtype=np.uint8)
    fine = _band(surface.luma, 1)[inner != 0]
    # The coarse band is taken at half size, where the same scales cost a quarter.
    coarse = _band(_halved(surface.luma), 2)[_halved(inner) != 0]
    energy = float((coarse * coarse).mean()) if coarse.size else 0.0
    if energy < FAINTEST:
        return Unmeasured("flat_face")
    ratio = 10 * math.log10(max(_beyond_noise(fine), FAINTEST) / energy)
    return component(ratio, ramp(ratio, CURVE))


def _band(luma: NDArray[np.uint8], scale: float) -> NDArray[np.float32]:
    """Give what lies between Gaussian blurs of ``scale`` and twice ``scale`` pixels."""
    plain = luma.astype(np.float32)
    near, far = (cv2.GaussianBlur(plain, (0, 0), sigma) for sigma in (scale, 2 * scale))
    return np.asarray(near - far, dtype=np.float32)


def _halved(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.asarray(half, dtype=np.uint8)


def _beyond_noise(band: NDArray[np.float32]) -> float:
    """Give the mean energy above what Gaussian noise with the same median magnitude has."""
    noise = NORMAL * float(np.median(np.abs(band)))
    return float((band * band).mean()) - noise * noise
