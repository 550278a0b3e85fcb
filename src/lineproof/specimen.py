"""Specimen documents round a portrait: for the demonstration, the bench and the tests.

They are of no real state (ICAO Doc 9303 part 3 keeps ``UTO``, Utopia, for specimens), say SPECIMEN
across them, and carry the name of nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from lineproof.specimen_page import Side, sides
from lineproof.specimen_zone import build

if TYPE_CHECKING:
    from lineproof.domain.document import MrzFormat
    from lineproof.specimen_zone import Holder

Pixels: TypeAlias = NDArray[np.uint8]

_INK = (32, 40, 62)
_LABEL = (96, 104, 120)
_PAPER = np.array([236, 240, 236], dtype=np.float32)


def specimen_document(kind: MrzFormat, holder: Holder, portrait: Pixels) -> tuple[Image.Image, ...]:
    """Draw each side of a specimen at 16 pixels a millimetre: one, or for TD1 the front and back.

    The zone is valid, in OCR-B of the size and place that the format's part of ICAO 9303 asks for.
    ``portrait`` is (h, w, 3) uint8 RGB. Raises ValueError where ``holder`` does not fit the format.
    """
    lines = build(kind, holder)
    return tuple(_drawn(side, portrait) for side in sides(kind, holder, lines))


def _drawn(side: Side, portrait: Pixels) -> Image.Image:
    page = Image.fromarray(_paper(side.size))
    draw = ImageDraw.Draw(page)
    for text in side.texts:
        ink = _LABEL if text.label else _INK
        draw.text((text.left, text.top), text.text, font=_font(text.size), fill=ink)
    for letter, x, y in side.zone:
        draw.text((x, y), letter, font=side.zone_font, fill=(20, 20, 20), anchor="ms")
    if side.portrait:
        page.paste(Image.fromarray(_fill(portrait, side.portrait)), side.portrait[:2])
    return page


def _paper(size: tuple[int, int]) -> Pixels:
    """Draw a background: fine crossing waves, as a guilloche has."""
    width, height = size
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    waves = np.sin(y / 6 + 9 * np.sin(x / 120)) + np.sin(y / 7 - 9 * np.sin(x / 90))
    tint = np.stack([-7 * waves, -3 * waves, -5 * waves], axis=-1)
    return np.asarray(np.clip(_PAPER + tint, 0, 255), dtype=np.uint8)


def _fill(portrait: Pixels, box: tuple[int, int, int, int]) -> Pixels:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    factor = max(width / portrait.shape[1], height / portrait.shape[0])
    size = (round(portrait.shape[1] * factor), round(portrait.shape[0] * factor))
    area = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(portrait, (max(size[0], width), max(size[1], height)), interpolation=area)
    x = (scaled.shape[1] - width) // 2
    return np.asarray(scaled[:height, x : x + width], dtype=np.uint8)


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        msg = "this Pillow was built without FreeType, so no page can be drawn"
        raise TypeError(msg)
    return font
