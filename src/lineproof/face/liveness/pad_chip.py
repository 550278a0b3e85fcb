"""What a network for presentation attack detection is shown of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.face.align import halved

if TYPE_CHECKING:
    from numpy.typing import NDArray


def pad_chip(
    pixels: NDArray[np.uint8],
    box: tuple[float, float, float, float],
    *,
    box_scale: float,
    size: tuple[int, int],
) -> NDArray[np.uint8]:
    """Cut ``box``, enlarged ``box_scale`` times, out of (h, w, 3) ``pixels`` at ``size`` (w, h).

    ``box`` is left, top, right, bottom in pixels. What is cut keeps the enlarged box's shape and
    stays inside the picture: it is shrunk to fit, then moved. So nothing black is ever shown, and
    a face that fills its picture is seen with what there is round it.
    """
    left, top, right, bottom = _inside(box, box_scale, pixels.shape)
    region = pixels[top:bottom, left:right]
    # By halves first, as everywhere here, so that nothing aliases into a pattern of its own.
    while min(region.shape[:2]) >= 2 * max(size):
        region = halved(region)
    smaller = region.shape[0] > size[1] or region.shape[1] > size[0]
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(region, size, interpolation=way), dtype=np.uint8)


def _inside(
    box: tuple[float, float, float, float], box_scale: float, shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Give the enlarged box, shrunk and moved into the picture, in whole pixels."""
    height, width = shape[:2]
    across, down = max(1.0, box[2] - box[0]), max(1.0, box[3] - box[1])
    scale = min(box_scale, width / across, height / down)
    across, down = across * scale, down * scale
    left = min(max(0.0, (box[0] + box[2] - across) / 2), width - across)
    top = min(max(0.0, (box[1] + box[3] - down) / 2), height - down)
    at_left, at_top = round(left), round(top)
    right, bottom = round(left + across), round(top + down)
    return (
        at_left,
        at_top,
        min(width, max(right, at_left + 1)),
        min(height, max(bottom, at_top + 1)),
    )
