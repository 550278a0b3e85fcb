"""Simulated attacks on documents: shown on a screen, printed again, pasted over, set in other type.

Each is a rough likeness of what is done, drawn from ranges that somebody chose, and no more: a
figure measured with them says "simulated". Where a page is photographed, ``photographed`` does it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from lineproof.specimen_page import MM, sides
from lineproof.specimen_zone import build

if TYPE_CHECKING:
    from lineproof.domain.document import MrzFormat
    from lineproof.specimen_zone import Holder

Pixels = NDArray[np.uint8]
Corners = NDArray[np.float32]

INKS = ((0, 0.68, 0.94), (0.93, 0, 0.55), (1, 0.95, 0), (0.12, 0.12, 0.14))
"""What cyan, magenta, yellow and black let through of red, green and blue."""

SCREEN_GAIN = 2.6
"""How much brighter a camera takes a screen as ``on_screen`` draws it."""

ANGLES = (15, 75, 0, 45)
"""The usual angles of their screens, degrees."""


def on_screen(page: Pixels, *, seed: int, across: tuple[int, int] = (900, 1500)) -> Pixels:
    """Show a page on a display whose pixels are three upright stripes, a dark line below each.

    ``across`` is how many of the display's pixels the page is wide; each becomes 3 by 3. A
    screen is darker than the page by about ``SCREEN_GAIN``, which a camera's exposure makes good.
    """
    rng = np.random.default_rng(seed)
    width = int(rng.integers(*across))
    height = round(page.shape[0] * width / page.shape[1])
    shown = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA)
    fine = np.repeat(np.repeat(shown, 3, axis=0), 3, axis=1).astype(np.float32)
    stripes = np.full((3, 3, 3), 0.12, dtype=np.float32)
    for colour in range(3):
        stripes[:, colour, colour] = 1.0
    stripes[2] *= rng.uniform(0.3, 0.7)
    return np.asarray(fine * np.tile(stripes, (height, width, 1)), dtype=np.uint8)


def printed_again(page: Pixels, *, seed: int, lines: tuple[float, float] = (3.3, 5.9)) -> Pixels:
    """Scan and print a page with a laser's clustered dots, ``lines`` a millimetre (85 to 150 lpi).

    ``page`` has 16 pixels a millimetre; the print has 24 (600 dpi).
    """
    rng = np.random.default_rng(seed)
    scanned = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.8, 1.6))
    scanned = cv2.resize(scanned, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_LINEAR)
    inks = _separated(np.asarray(scanned, dtype=np.uint8))
    y, x = np.mgrid[: scanned.shape[0], : scanned.shape[1]].astype(np.float32)
    turns = 2 * np.pi * rng.uniform(*lines) / (1.5 * MM)
    paper = np.full(scanned.shape, 250, dtype=np.float32)
    for amount, degrees, through in zip(inks, ANGLES, INKS, strict=True):
        cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        waves = np.cos(turns * (x * cosine + y * sine)) + np.cos(turns * (y * cosine - x * sine))
        dots = amount > _evened(waves.astype(np.float32))
        paper *= np.where(dots[..., None], np.array(through, dtype=np.float32), 1)
    return np.asarray(cv2.GaussianBlur(paper, (0, 0), 0.6), dtype=np.uint8)


def _separated(picture: Pixels) -> list[NDArray[np.float32]]:
    """Part colours into cyan, magenta, yellow and black, 0..1."""
    colours = 1 - picture.astype(np.float32) / 255
    black = 0.8 * colours.min(axis=2)
    return [*((colours[..., c] - black) / (1 - black) for c in range(3)), black]


def _evened(waves: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give thresholds that are crossed in proportion: every share of ink is as frequent."""
    sample = np.sort(waves[::7, ::7].ravel())
    steps = np.linspace(-2, 2, 1024)
    table = np.interp(steps, sample, np.linspace(0.01, 0.99, len(sample))).astype(np.float32)
    return np.asarray(table[((waves + 2) * (1023 / 4)).astype(np.int32).clip(0, 1023)])


def pasted(
    photograph: Pixels,
    corners: Corners,
    page: Pixels,
    *,
    seed: int,
    soft: tuple[float, float] = (0.5, 2),
) -> Pixels:
    """Paste another portrait over the one in a photograph, as a picture editor does.

    ``corners`` is where the page is in it, and ``page`` the page with the other portrait, already
    cut to the portrait's place by ``only_portrait``. What is pasted has been a JPEG before, and
    has noise and sharpness of its own. ``soft`` is how far its border is blended in, in pixels
    (standard deviation); 0 cuts it hard.
    """
    rng = np.random.default_rng(seed)
    height, width = photograph.shape[:2]
    edges = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * np.array(page.shape[1::-1])
    way = cv2.getPerspectiveTransform(edges.astype(np.float32), corners)
    drawn, mask = page[..., :3], page[..., 3]
    source = cv2.GaussianBlur(drawn, (0, 0), rng.uniform(0.3, 2.5)).astype(np.float32)
    source += rng.normal(0, rng.uniform(0, 6), source.shape)
    options = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 95))]
    _, stored = cv2.imencode(".jpg", np.clip(source, 0, 255).astype(np.uint8), options)
    again = np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR))
    laid = cv2.warpPerspective(again, way, (width, height), flags=cv2.INTER_AREA)
    whole = cv2.warpPerspective(mask, way, (width, height)).astype(np.float32) / 255
    blend = rng.uniform(*soft)
    cover = np.asarray(cv2.GaussianBlur(whole, (0, 0), blend) if blend else whole)[..., None]
    # An editor matches how bright the old portrait was.
    inside = cover[..., 0] > 0.99
    laid = laid * float(photograph[inside].mean() / max(1.0, laid[inside].mean()))
    return np.clip(photograph * (1 - cover) + laid * cover, 0, 255).astype(np.uint8)


def only_portrait(kind: MrzFormat, holder: Holder, page: Pixels) -> Pixels:
    """Give a specimen's page with a fourth channel that covers its portrait only."""
    box = sides(kind, holder, build(kind, holder))[0].portrait
    assert box is not None
    mask = np.zeros(page.shape[:2], dtype=np.uint8)
    mask[box[1] : box[3], box[0] : box[2]] = 255
    return np.dstack([page, mask])


def with_zone(  # noqa: PLR0913 - what a forger may choose
    page: Pixels,
    kind: MrzFormat,
    holder: Holder,
    *,
    font: ImageFont.FreeTypeFont | None = None,
    raised: float = 0,
    loose: float = 0,
    seed: int = 0,
) -> Pixels:
    """Set a specimen's zone anew: in another font, ``raised`` by millimetres, or unevenly.

    ``loose`` is how far each character strays, in pixels (standard deviation).
    """
    rng = np.random.default_rng(seed)
    side = sides(kind, holder, build(kind, holder))[-1]
    side = replace(side, zone_font=font or side.zone_font)
    top = round(min(y for _, _, y in side.zone) - 3.6 * MM)
    fresh = page.copy()
    # What is dark and thin goes, and the ground is left.
    fresh[top:] = cv2.morphologyEx(fresh[top:], cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    picture = Image.fromarray(fresh)
    draw = ImageDraw.Draw(picture)
    for letter, x, y in side.zone:
        at = (x + rng.normal(0, loose), y - raised * MM + rng.normal(0, loose))
        draw.text(at, letter, font=side.zone_font, fill=(20, 20, 20), anchor="ms")
    return np.asarray(picture, dtype=np.uint8)
