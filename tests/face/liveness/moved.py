"""A head of points, and paper with its face on it, turned by plain geometry: no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.capture_film import TILE_LEFT, TILE_SHARE, TILE_TALL, TILE_TOP, TILE_WIDE
from lineproof.domain.script import PALETTE
from lineproof.face.liveness.captured import Asked, CapturedFrame, ColourAsked, TurnAsked
from lineproof.face.liveness.film import Film

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 240
COLOURS = tuple(PALETTE[name] for name in ("azure", "green", "orange"))
ASKED = Asked(
    colours=tuple(ColourAsked(rgb, 500 + at * 500, 500) for at, rgb in enumerate(COLOURS)),
    turns=(TurnAsked(1, 2000, 1000), TurnAsked(-1, 3000, 1000)),
    nearer_ms=4000,
)
TIMES = tuple(range(120, 5000, 250))


def head() -> NDArray[np.float32]:
    """Give (468, 3) points of half an egg, with eyes, ears, forehead and chin where they belong."""
    rng = np.random.default_rng(7)
    flat = rng.uniform(-0.7, 0.7, (468, 2))
    named = {10: (0, -0.9), 152: (0, 0.9), 33: (-0.5, -0.2), 133: (-0.2, -0.2), 362: (0.2, -0.2)}
    for at, place in (named | {263: (0.5, -0.2), 127: (-0.95, 0), 356: (0.95, 0)}).items():
        flat[at] = place
    flat[[234, 93, 132]], flat[[454, 323, 361]] = (-0.95, 0.1), (0.95, 0.1)
    flat[[1, 4, 5, 6, 195, 197, 50, 280, 205, 425]] *= 0.2
    deep = -np.sqrt(np.maximum(0, 1 - (flat**2).sum(axis=1)))
    return np.asarray(np.c_[flat, deep] * 60, dtype=np.float32)


def yaw_at(at_ms: float) -> float:
    """Give how far the asked head is turned, in degrees."""
    for turn in ASKED.turns:
        if turn.start_ms < at_ms < turn.start_ms + turn.duration_ms:
            return turn.side * 18.0
    return 0.0


def frames(  # noqa: PLR0913 - each is one property of a capture
    *,
    flat: bool = False,
    facing: float = 0.5,
    behind: float = 0.1,
    delay_ms: float = 0,
    strength: float = 0.2,
    times: tuple[int, ...] = TIMES,
) -> list[CapturedFrame]:
    """Give a capture that does as ``ASKED``; its rim takes ``facing`` of the nearest's light.

    ``strength`` is the share of the screen's colour that the nearest skin takes.
    """
    rng = np.random.default_rng(3)
    return [_frame(at, rng, flat, facing, behind, delay_ms, strength) for at in times]


def _frame(  # noqa: PLR0913, PLR0917 - each is one property of a capture
    at_ms: int,
    rng: np.random.Generator,
    flat: bool,  # noqa: FBT001
    facing: float,
    behind: float,
    delay_ms: float,
    strength: float,
) -> CapturedFrame:
    points = head()
    turn = np.radians(yaw_at(at_ms))
    solid = points * (1, 1, 0) if flat else points
    seen = points.copy()
    seen[:, 0] = solid[:, 0] * np.cos(turn) - solid[:, 2] * np.sin(turn)
    seen[:, 2] = points[:, 2] * np.cos(turn) + points[:, 0] * np.sin(turn)
    seen *= 1.35 if ASKED.nearer_ms is not None and at_ms >= ASKED.nearer_ms else 1.0
    seen[:, :2] += SIDE / 2
    y, x = np.mgrid[:SIDE, :SIDE]
    far = np.hypot(x - SIDE / 2, y - SIDE / 2) / 60
    share = np.where(far > 1, behind, 1 - (1 - facing) * far)
    colour = next(
        (c.rgb for c in ASKED.colours if 0 <= at_ms - delay_ms - c.start_ms < c.duration_ms),
        (255,) * 3,
    )
    lit = 110 + share[..., None] * np.array(colour) * strength
    pixels = np.clip(lit + rng.normal(0, 2, lit.shape), 0, 255).astype(np.uint8)
    return CapturedFrame(at_ms + int(rng.integers(0, 9)), pixels, seen, 1, str(at_ms))


def film(  # noqa: PLR0913 - each is one property of a camera
    *,
    readout_ms: float = 25,
    exposure_ms: float = 20,
    upwards: bool = False,
    across: bool = False,
    strength: float = 0.2,
    every_ms: float = 33,
) -> Film:
    """Give the film of the changes in ``ASKED`` that a rolling shutter sees; 0 ms reads at once."""
    rng = np.random.default_rng(5)
    # A frame is open at each change, and every time at another moment of its exposure.
    middle = (readout_ms + exposure_ms) / 2
    times = [
        colour.start_ms - every_ms * 2 - middle + early + every_ms * number
        for early, colour in zip((-3, 0, 3), ASKED.colours, strict=True)
        for number in range(11)
    ]
    y, x = (np.indices((TILE_TALL, TILE_WIDE)) + 0.5) / np.array([TILE_TALL, TILE_WIDE])[
        :, None, None
    ]
    x, y = TILE_LEFT + TILE_SHARE * x, TILE_TOP + TILE_SHARE * y
    into = x if across else y
    begins = readout_ms * (1 - into if upwards else into)
    far = np.hypot(x - 0.5, y - 0.5) * SIDE / 60
    tiles = []
    for at in times:
        lit = np.mean(
            [_screen(at + begins + part) for part in np.linspace(0, exposure_ms, 16)], axis=0
        )
        share = np.where(far > 1, 0.1, 1 - 0.5 * far)[..., None]
        seen = 110 + share * lit * strength + rng.normal(0, 0.7, (TILE_TALL, TILE_WIDE, 3))
        tiles.append(np.clip(seen, 0, 255).astype(np.uint8))
    return Film(tuple(times), np.array(tiles))


def _screen(at_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what the screen of ``ASKED`` shows, (h, w, 3)."""
    shown = np.full((*at_ms.shape, 3), 255.0)
    for colour in ASKED.colours:
        shown[at_ms >= colour.start_ms] = colour.rgb
    return shown
