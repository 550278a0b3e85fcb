"""Draws what was found on a page: its outline, and the zone's lines, each with its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.domain.finding import Measured

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from lineproof.adapters.local_reader import Page

_READ, _UNREAD, _OUTLINE = (20, 140, 60), (200, 90, 20), (30, 90, 200)


def draw_page(page: Page) -> NDArray[np.uint8]:
    """Give the page, (h, w, 3) uint8 RGB: outline blue, zone green if read, else orange."""
    drawn = page.pixels.copy()
    width = max(2, max(drawn.shape[:2]) // 400)
    if isinstance(page.outline, Measured):
        edges = np.round(page.outline.value.corners).astype(np.int32)
        cv2.polylines(drawn, [edges], isClosed=True, color=_OUTLINE, thickness=width)
    colour = _READ if isinstance(page.zone.mrz, Measured) else _UNREAD
    for number, quad in enumerate(() if page.zone.lines is None else page.zone.lines, 1):
        corners = np.round(quad).astype(np.int32)
        cv2.polylines(drawn, [corners], isClosed=True, color=colour, thickness=width)
        left, top = (int(edge) for edge in corners[0])
        size, place = width / 2, (left, top - 2 * width)
        cv2.putText(drawn, str(number), place, cv2.FONT_HERSHEY_SIMPLEX, size, colour, width)
    return drawn


def write_png(pixels: NDArray[np.uint8], out: Path) -> str | None:
    """Write a picture; give a sentence where it fails."""
    encoded, data = cv2.imencode(".png", pixels[:, :, ::-1])
    if not encoded:
        return "The overlay could not be encoded as PNG."
    try:
        out.write_bytes(data.tobytes())
    except OSError as error:
        return (
            f"The overlay could not be written to {out} ({error.strerror}); choose another place."
        )
    return None
