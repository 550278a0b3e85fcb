"""Natural colour (ISO/IEC 29794-5:2025, natural colour).

Native: how far the mean colour of the cheeks lies outside the colours that skin has in white light:
the distance in the CIELAB plane, after the colour was brought to L* 60, from the rectangle
a* 0..26, b* 3..36. Without that step the rectangle would be judged on chroma, which fades towards
very dark and very light skin alike: only the hue and purity of the light is asked for here.
Value: 200 * (1 - s(native)) with the logistic s of middle 0 and width 10, the standard's own curve;
its rectangle (a* 5..25, b* 5..35, at any lightness) was too narrow at both ends of the ten tones
of the Monk scale. A picture without any colour is Unmeasured, not unnatural: many documents carry
grey portraits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.region import CHEEKS, area
from lineproof.face.quality.scale import component, sigmoid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "natural_colour"
UNIT = "CIELAB distance"
ADVICE = "Use daylight or white light: the light colours your face."

A_RANGE = (0.0, 26.0)
B_RANGE = (3.0, 36.0)
WIDTH = 10.0
LIGHTNESS = 60.0
LEAST_SKIN = 100
DARKEST = 0.002
"""Relative luminance (a luma of about 6) below which rounding decides the colour."""
GREYEST = 2
"""Pixels whose channels differ by no more carry no colour, only rounding."""

SRGB = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""Linear sRGB to CIE XYZ, white point D65 (IEC 61966-2-1)."""
CODES = np.arange(256) / 255
LINEAR = np.where(CODES <= 0.04045, CODES / 12.92, ((CODES + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004
"""Linear light for each of the 256 codes of sRGB."""


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Judge the light by the cheeks' mean colour.

    ``Unmeasured``: ``cheeks_outside_picture``, ``too_dark`` or ``no_colour``.
    """
    if isinstance(scene.surface, Unmeasured):
        return scene.surface
    view = scene.view
    cheeks = area(view.aligned_mesh, CHEEKS[0]) | area(view.aligned_mesh, CHEEKS[1])
    skin = view.aligned[(cheeks & scene.surface.value.face) != 0]
    if len(skin) < LEAST_SKIN:
        return Unmeasured("cheeks_outside_picture")
    light = SRGB @ _mean_light(skin)
    if light[1] < DARKEST:
        return Unmeasured("too_dark")
    if int((skin.max(axis=1) - skin.min(axis=1)).max()) <= GREYEST:
        return Unmeasured("no_colour")
    distance = math.hypot(*_outside(*_plane(light)))
    return component(distance, 2 * sigmoid(distance, middle=0, width=-WIDTH))


def _mean_light(skin: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Give the mean linear red, green and blue of (n, 3) codes, by counting them: exact."""
    counts = [np.bincount(skin[:, channel], minlength=256) for channel in range(3)]
    return np.array([float(count @ LINEAR) for count in counts]) / len(skin)


def _plane(light: NDArray[np.float64]) -> tuple[float, float]:
    """Give CIELAB a* and b* of an XYZ colour after scaling it to ``LIGHTNESS``."""
    relative = light / SRGB.sum(axis=1)
    relative = relative * (((LIGHTNESS + 16) / 116) ** 3 / relative[1])
    root = [
        math.cbrt(part) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116
        for part in relative.tolist()
    ]
    return 500 * (root[0] - root[1]), 200 * (root[1] - root[2])


def _outside(a: float, b: float) -> tuple[float, float]:
    return (
        max(0.0, A_RANGE[0] - a, a - A_RANGE[1]),
        max(0.0, B_RANGE[0] - b, b - B_RANGE[1]),
    )
