"""A SIMULATED film: what a shutter sees of each change of colour, row by row or all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.domain.capture_film import (
    BEFORE_MS,
    LEAST_APART_MS,
    TILE_TALL,
    TILE_WIDE,
    TILES_ACROSS,
    UNTIL_MS,
    CapturedFilm,
    sheet_size,
)
from lineproof.face.liveness.film import as_a_tile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from lineproof.face.liveness.captured import Asked
    from tests.attack_kit.camera import Field, Seen

SAMPLES = 12
"""Moments of a row's exposure at which the light is looked at."""
EVERY_MS = (16.7, 33.3, 33.3, 33.3, 41.7)
"""From one frame to the next: most cameras give 30 a second, which is what the page asks for."""
SLOW_MS = 66.7
"""Where it is dark some give 15."""
SCREEN_MS = 1000 / 60
"""A screen is drawn anew sixty times a second."""
QUALITY = 98
SOFTENED = 4.0
"""So much less noise has a tile than a frame, of whose pixels it takes the mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutter:
    """How a picture is read: rows from the top, the bottom, the left or the right (``side``).

    A frame comes every ``every_ms``; each row is exposed for ``exposure_ms``, the last one
    ``readout_ms`` after the first. A screen takes ``screen_ms`` to change all over.
    """

    every_ms: float
    exposure_ms: float
    readout_ms: float
    screen_ms: float
    side: int
    first_ms: float
    """When its first frame comes: all others follow from that."""

    @classmethod
    def drawn(cls, rng: np.random.Generator, *, rolling: bool, slow: bool = False) -> Shutter:
        """Draw a camera's; one that is not rolling is a computer that lights whole frames.

        Such a one may well draw frames between two colours: it has read no row before another.
        """
        every = SLOW_MS if slow else float(rng.choice(EVERY_MS))
        # A room in which a screen lights a face is one in which cameras expose for long.
        reads, opens = rng.uniform(8, min(30, every)), every * rng.uniform(0.3, 1)
        return cls(
            every_ms=every,
            exposure_ms=float(opens),
            readout_ms=float(reads) if rolling else 0.0,
            screen_ms=SCREEN_MS,
            side=int(rng.integers(4)),
            first_ms=float(rng.uniform(0, every)),
        )

    def times(self, start_ms: float) -> list[float]:
        """Give when the page takes tiles of a change."""
        before = np.ceil((start_ms - BEFORE_MS - self.first_ms) / self.every_ms)
        each = np.arange(self.first_ms + before * self.every_ms, start_ms + UNTIL_MS, self.every_ms)
        return list(map(float, each[::2] if self.every_ms < LEAST_APART_MS else each))

    def over(self, at_ms: float, shown: Callable[[Field], Field]) -> Field:
        """Average what is shown over the exposure of each row: (TILE_TALL, TILE_WIDE, k).

        ``shown`` gives (n, samples, k) for (n, samples) times in ms.
        """
        length = TILE_TALL if self.side < 2 else TILE_WIDE
        into = (np.arange(length) + 0.5) / length
        into = into if self.side % 2 else 1 - into
        opens = np.linspace(0, self.exposure_ms, SAMPLES)
        # A screen that is drawn anew line by line lights all of a face, by and by.
        drawn = np.tile(np.linspace(0, self.screen_ms, 4), SAMPLES // 4)
        moments = at_ms + self.readout_ms * into[:, None] + opens - drawn
        rows = shown(moments.astype(np.float32)).mean(axis=1)
        rows = rows[:, None] if self.side < 2 else rows[None]
        return np.broadcast_to(rows, (TILE_TALL, TILE_WIDE, rows.shape[-1]))


def shown_ms(start_ms: float, number: int) -> float:
    """Give when the page shows the ``number``-th colour (``face-script.js``, ``due``).

    By turns in the first and in the second half of a camera's thirtieth of a second.
    """
    drawn = int(np.ceil(start_ms / SCREEN_MS - 1e-6))
    return (drawn + (drawn + number) % 2) * SCREEN_MS


def film(
    starts: Sequence[float], shutter: Shutter, tile: Callable[[float, float], Field]
) -> CapturedFilm:
    """Film each change that starts then; ``tile`` draws one of ``at_ms`` and the change's start."""
    times = [(at, start) for start in starts for at in shutter.times(start)]
    return written([at for at, _ in times], [tile(*each) for each in times])


def film_of_frames(
    seen: Sequence[Seen], asked: Asked, rng: np.random.Generator, *, rolling: bool
) -> CapturedFilm:
    """Make a film of frames that are there already: the new one comes over the old one in rows."""
    shutter, late = Shutter.drawn(rng, rolling=rolling), float(rng.uniform(16, 60))
    small = {each.frame.at_ms: smaller(each.frame.pixels) for each in seen}
    starts = [colour.start_ms for colour in asked.colours]

    def tile(at_ms: float, start_ms: float) -> Field:
        before = max((at for at in small if at < start_ms), default=min(small))
        after = min((at for at in small if at >= start_ms), default=max(small))
        comes = shown_ms(start_ms, starts.index(start_ms)) + late
        share = shutter.over(at_ms, lambda t: (t >= comes).astype(np.float32)[..., None])
        mixed = small[before] * (1 - share) + small[after] * share
        return np.asarray(mixed + rng.normal(0, 0.5, mixed.shape), dtype=np.float32)

    return film(starts, shutter, tile)


def smaller(pixels: NDArray[np.uint8] | Field) -> Field:
    """Give what a tile shows of a frame, at a tile's size."""
    return np.asarray(as_a_tile(pixels, (TILE_TALL, TILE_WIDE)), dtype=np.float32)


def written(times: Sequence[float], tiles: Sequence[Field]) -> CapturedFilm:
    """Lay tiles on a sheet, as the page does, and store it as JPEG."""
    wide, tall = sheet_size(len(tiles))
    sheet = np.zeros((tall, wide, 3), dtype=np.uint8)
    for number, each in enumerate(tiles):
        down, across = divmod(number, TILES_ACROSS)
        top, left = down * TILE_TALL, across * TILE_WIDE
        sheet[top : top + TILE_TALL, left : left + TILE_WIDE] = np.clip(each, 0, 255)
    code = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    stored = cv2.imencode(".jpg", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), code)[1].tobytes()
    return CapturedFilm(tuple(map(round, times)), stored)
