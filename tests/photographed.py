"""A simulated camera: a page as a hand-held telephone would photograph it, the same for one seed.

It is a simulation and no more: perspective, turning, light, glare, blur, sensor noise and JPEG are
drawn from ranges that look like telephone pictures. Nothing here was fitted to real ones, so a
figure measured through it says "simulated".
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Corners = NDArray[np.float32]


def photographed(  # noqa: PLR0913 - a camera has as many knobs
    page: Pixels,
    *,
    seed: int,
    size: tuple[int, int] = (2000, 1500),
    fill: tuple[float, float] = (0.72, 0.92),
    tilt: float = 8.0,
    lean: float = 0.05,
    quarters: int = 0,
    blur: tuple[float, float] = (0.4, 1.1),
    noise: tuple[float, float] = (1.0, 5.0),
    shade: float = 0.35,
    glare: float = 0.3,
    quality: tuple[int, int] = (70, 94),
    sensor: bool = False,
    gain: float = 1.0,
) -> tuple[bytes, Corners]:
    """Photograph ``page``, (h, w, 3) uint8 RGB; give a JPEG and the page's corners in it.

    ``size`` is the picture's width and height; ``fill`` the share of it that the page spans;
    ``tilt`` the most degrees it is turned either way and ``lean`` the most a corner is moved, as a
    share of the page; ``quarters`` turns the finished picture by 90 degrees against the clock so
    often; ``blur`` and ``noise`` are standard deviations in pixels and grey levels; ``shade`` the
    most light lost across the page; ``glare`` the chance of a reflection; ``quality`` JPEG's.
    ``sensor`` is for what is finer than a pixel, such as a screen's own: the lens comes before the
    pixels then, which see one colour each (a Bayer mosaic), as in a camera. ``gain`` is how much
    brighter the page is than drawn.

    The corners are (4, 2) float32, x before y: the page's own top left, top right, bottom right
    and bottom left.
    """
    rng = np.random.default_rng(seed)
    corners = _placed(page.shape[1] / page.shape[0], size, rng, fill=fill, tilt=tilt, lean=lean)
    light = _light(size, rng, shade) + (_reflection(size, rng) if rng.random() < glare else 0)
    table = _table(size, rng)
    scene: NDArray[np.float32]
    if sensor:
        soft = float(rng.uniform(*blur))
        scene = _laid(page, corners, table, finer=3, soft=soft, gain=gain) * light[..., None]
    else:
        scene = _blurred(_laid(page, corners, table) * light[..., None], rng, blur)
    scene = scene + rng.normal(0, rng.uniform(*noise), scene.shape).astype(np.float32)
    scene = _mosaic(scene) if sensor else scene
    turned = np.rot90(np.clip(scene, 0, 255).astype(np.uint8), quarters)
    options = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(quality[0], quality[1] + 1))]
    _, stored = cv2.imencode(".jpg", cv2.cvtColor(turned, cv2.COLOR_RGB2BGR), options)
    return stored.tobytes(), _turned(corners, size, quarters)


def _placed(  # noqa: PLR0913 - the same knobs
    shape: float,
    size: tuple[int, int],
    rng: np.random.Generator,
    *,
    fill: tuple[float, float],
    tilt: float,
    lean: float,
) -> Corners:
    """Choose where the page's corners come to lie, wholly inside the picture."""
    half = np.array([[-shape, -1], [shape, -1], [shape, 1], [-shape, 1]]) / 2
    half = half + rng.uniform(-lean, lean, half.shape)
    angle = np.radians(rng.uniform(-tilt, tilt))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    laid = half @ turn
    extent = np.ptp(laid, axis=0)
    laid = laid * float(rng.uniform(*fill) * np.min(np.array(size) / extent))
    room = np.array(size) - np.ptp(laid, axis=0)
    return np.asarray(laid - laid.min(axis=0) + rng.uniform(0.1, 0.9, 2) * room, dtype=np.float32)


def _laid(  # noqa: PLR0913 - the lens's knobs
    page: Pixels,
    corners: Corners,
    table: NDArray[np.float32],
    *,
    finer: int = 2,
    soft: float = 0,
    gain: float = 1.0,
) -> NDArray[np.float32]:
    """Lay the page on the table, with a soft shadow; taken at ``finer`` the size, then averaged.

    ``soft`` is the lens's blur before that, in pixels of the picture.
    """
    height, width = table.shape[:2]
    edges = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    source = edges * np.array([page.shape[1], page.shape[0]], dtype=np.float32)
    to = cv2.getPerspectiveTransform(source, corners * finer)
    double = (finer * width, finer * height)
    whole = np.full(page.shape[:2], 255, dtype=np.uint8)
    seen = cv2.warpPerspective(page, to, double)
    if soft:
        seen = cv2.GaussianBlur(seen, (0, 0), soft * finer)
    drawn = cv2.resize(seen, (width, height), interpolation=cv2.INTER_AREA)
    mask = cv2.resize(
        cv2.warpPerspective(whole, to, double), (width, height), interpolation=cv2.INTER_AREA
    )
    cover = mask.astype(np.float32)[..., None] / 255
    shadow = cv2.GaussianBlur(np.roll(cover[..., 0], (8, 6), axis=(0, 1)), (0, 0), 9)[..., None]
    return np.asarray(table * (1 - 0.5 * shadow) * (1 - cover) + drawn.astype(np.float32) * gain)


def _table(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw a table top: one colour, a grain along it, and patches."""
    width, height = size
    grain = cv2.resize(rng.normal(0, 1, (height // 3, 9)).astype(np.float32), size)
    patches = cv2.resize(
        rng.normal(0, 1, (7, 9)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC
    )
    colour = (rng.uniform(50, 160) + rng.uniform(-25, 25, 3)).astype(np.float32)
    texture = 6 * grain + 10 * patches
    return np.asarray(np.ones((height, width, 1), np.float32) * colour + texture[..., None])


def _light(size: tuple[int, int], rng: np.random.Generator, shade: float) -> NDArray[np.float32]:
    """Draw a light that falls off to one side, and a broad shadow: a factor for each pixel."""
    x, y = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    angle = rng.uniform(0, 2 * np.pi)
    slope = (x * np.cos(angle) + y * np.sin(angle) + 1.4) / 2.8
    fall = 1.05 - rng.uniform(0.2, 1) * shade * slope
    at = rng.uniform(-1, 1, 2)
    cloud = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / 0.5)
    return np.asarray(fall - rng.uniform(0, 0.4) * shade * cloud, dtype=np.float32)


def _reflection(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw one soft bright spot, as a laminate throws back a lamp."""
    x, y = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    at, wide = rng.uniform(-0.8, 0.8, 2), rng.uniform(0.1, 0.3)
    spot = np.exp(-(((x - at[0]) / wide) ** 2 + ((y - at[1]) / (wide * 0.6)) ** 2))
    return np.asarray(rng.uniform(0.1, 0.45) * spot, dtype=np.float32)


def _blurred(
    scene: NDArray[np.float32], rng: np.random.Generator, blur: tuple[float, float]
) -> NDArray[np.float32]:
    """Blur as a lens a little out of focus and a hand that shakes a little do."""
    soft = cv2.GaussianBlur(scene, (0, 0), rng.uniform(*blur))
    length = int(rng.integers(1, 4))
    kernel = np.eye(length) if rng.random() < 0.5 else np.eye(length)[::-1].copy()
    return np.asarray(cv2.filter2D(soft, -1, kernel / length), dtype=np.float32)


def _mosaic(scene: NDArray[np.float32]) -> NDArray[np.float32]:
    """See one colour with each pixel, and guess the other two from its neighbours."""
    whole = np.clip(scene, 0, 255).astype(np.uint8)
    raw = whole[..., 1].copy()
    raw[::2, ::2], raw[1::2, 1::2] = whole[::2, ::2, 0], whole[1::2, 1::2, 2]
    return np.asarray(cv2.cvtColor(raw, cv2.COLOR_BayerRGGB2RGB_EA), dtype=np.float32)


def _turned(corners: Corners, size: tuple[int, int], quarters: int) -> Corners:
    """Follow points through turns by 90 degrees against the clock."""
    (width, height), points = size, corners
    for _ in range(quarters % 4):
        points = np.stack([points[:, 1], width - points[:, 0]], axis=1)
        width, height = height, width
    return points
