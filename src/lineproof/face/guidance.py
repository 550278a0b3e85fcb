"""One word on how to stand before the camera: for a person's convenience, trusted by nobody.

The same rule stands in ``web/static/face-hints.js`` for browsers that can run the detector; a test
holds the two together. Nothing is measured here that a decision reads.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lineproof.domain.hint import Hint
    from lineproof.face.view import Detection

DARK, BRIGHT = 45, 225
"""Mean luma (0 to 255) of a frame that nobody is seen in."""

FAR, CLOSE = 0.16, 0.42
"""Eye centres apart, as a share of the frame's width. A frame of 720 pixels has 115 between the
eyes at FAR: the 90 of ISO/IEC 39794-5 with room; at CLOSE the head leaves the frame."""

TURNED = 0.25
"""The nose's way from the middle of the eyes along their line, as a share of their distance."""

OTHER = 0.25
"""A second face counts from this part of the first one's area: a poster behind is no companion."""


def light(pixels: NDArray[np.uint8]) -> Hint | None:
    """Say whether (h, w, 3) uint8 RGB is too dark or too bright to see anybody in."""
    mean = float((pixels.reshape(-1, 3).mean(axis=0) * (0.299, 0.587, 0.114)).sum())
    if mean < DARK:
        return "too_dark"
    return "too_bright" if mean > BRIGHT else None


def guidance(faces: Sequence[Detection], *, width: float) -> Hint | None:
    """Say what to change, the gravest first; ``width`` is the frame's, in pixels of the points."""
    if not faces:
        return "no_face"
    first, *others = sorted(faces, key=lambda face: -face.area)
    if any(face.area >= OTHER * first.area for face in others):
        return "two_faces"
    left, right, nose = (first.points[at].astype(np.float64) for at in range(3))
    apart = math.dist(left, right)
    if apart < FAR * width and abs(_along(left, right, nose)) <= TURNED:
        return "too_far"
    if apart > CLOSE * width:
        return "too_close"
    return "turn" if abs(_along(left, right, nose)) > TURNED else None


def _along(
    left: NDArray[np.float64], right: NDArray[np.float64], nose: NDArray[np.float64]
) -> float:
    """Give the nose's way from the middle of the eyes along their line, in their distances."""
    line = right - left
    return float((nose - (left + right) / 2) @ line / max(float(line @ line), 1e-9))
