"""A sign that a portrait was pasted into a photograph: JPEG had the page before, but not it.

JPEG rounds the waves of each square of 8 by 8 pixels to multiples of a step. When a picture is
saved once more, traces of the first steps remain. What was pasted in between lay elsewhere on the
squares, and was turned and resized: it has no such traces. A photograph that was saved once only
has none anywhere, and one that was saved again as a whole has them everywhere.

After T. Bianchi and A. Piva, "Image forgery localization via block-grained analysis of JPEG
artifacts" (2012): the same picture cut half a square aside shows how its waves were spread before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from lineproof.domain.finding import Finding, Measured, Unmeasured
from lineproof.reading.portrait_noise import FACE, HEAD, covered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Waves = NDArray[np.float32]

SIDE: Final = 8
"""The side of JPEG's squares, pixels."""

MOST: Final = (500, 700)
"""Squares of the portrait, and of the page, that are looked at."""

FEWEST: Final = 60
"""Squares of either without which nothing is said."""

STEPS: Final = np.arange(2, 31, dtype=np.float32)
"""Steps that are tried: below two, what JPEG rounds is lost in the rounding of grey levels."""

ROUNDED: Final = 0.4
"""What rounding to grey levels adds to each wave (standard deviation; 0.29 for one channel)."""

TOP: Final = 40
"""Multiples of a step that are counted apart; larger ones are counted together."""

SURE: Final = 0.05
"""Nats for each square by which an earlier step must explain one kind of wave better than none."""

FEWEST_WAVES: Final = 3
"""Kinds of waves that must show an earlier step, of the nine that are looked at."""

STANDING_OUT: Final = 20
"""Waves that must be long enough to say by which step they were rounded."""


def _basis() -> Waves:
    """Give the slow waves of a square, (64, 9), as JPEG defines them (ITU-T T.81, A.3.3)."""
    x = np.arange(SIDE)
    rows = [np.cos((2 * x + 1) * u * np.pi / 16) * (0.5 if u else 0.125**0.5) for u in range(4)]
    slow = [(u, v) for u in range(4) for v in range(4) if 0 < u + v < 4]  # noqa: PLR2004 - slow
    return np.stack([np.outer(rows[u], rows[v]).ravel() for u, v in slow], 1).astype(np.float32)


_BASIS: Final = _basis()
_NOISE: Final = np.random.default_rng(0).normal(0, ROUNDED, max(MOST) * 2).astype(np.float32)
_CLEAR: Final = np.maximum(0.45, 0.9 * np.exp(-2 * (np.pi * 1.5 * ROUNDED / STEPS) ** 2))
"""How near to multiples of each step waves must be on average, as a cosine, to be rounded by it."""


def compression_apart(
    grey: NDArray[np.uint8], face: NDArray[np.float32], corners: NDArray[np.float32]
) -> Finding[float]:
    """Give the share of the page's earlier compression that its portrait lacks, 0 for none.

    ``face`` is (4, 2), the corners of the face's box in (h, w) ``grey``, the stored picture's own
    pixels, and ``corners`` those of the page. Above 1 where the portrait speaks against what the
    page speaks for. Unmeasured: ``saved_once`` where the page has no traces of an earlier JPEG
    (or was resized since, or saved more coarsely), ``too_little_page``.
    """
    phase = np.array([_phase(grey), _phase(cv2.transpose(grey))])
    aligned = grey[phase[1] :, phase[0] :]
    face, corners = face - phase, corners - phase
    middle = face.mean(axis=0)
    size = (aligned.shape[1] // SIDE, aligned.shape[0] // SIDE)
    if 0 in size:
        return Unmeasured("too_little_page")
    inside = covered(middle + (face - middle) * FACE, size, -1, SIDE)
    near = covered(middle + (face - middle) * HEAD, size, 1, SIDE)
    areas = (inside, covered(corners, size, -1, SIDE) & ~near)
    aside = aligned[SIDE // 2 :, SIDE // 2 :]
    seen = [_waves(aligned, *each) for each in zip(areas, MOST, strict=True)]
    before = [_waves(aside, *each) for each in zip(areas, MOST, strict=True)]
    if min(each.shape[1] for each in (*seen, *before)) < FEWEST:
        return Unmeasured("too_little_page")
    here, there = _compared(seen, before)
    sure = there > SURE
    if sure.sum() < FEWEST_WAVES:
        return Unmeasured("saved_once")
    return Measured(max(0.0, 1 - float(here[sure].sum() / there[sure].sum())))


def _phase(grey: NDArray[np.uint8] | cv2.typing.MatLike) -> int:
    """Give the column at which squares begin: where neighbours differ most, on average."""
    some = np.asarray(grey[::7]).astype(np.int16)
    differ = np.abs(some[:, 1:] - some[:, :-1]).mean(axis=0)
    whole = differ[: len(differ) // SIDE * SIDE]
    return (int(whole.reshape(-1, SIDE).mean(axis=0).argmax()) + 1) % SIDE if len(whole) else 0


def _waves(grey: NDArray[np.uint8], where: NDArray[np.bool_], most: int) -> Waves:
    """Take squares apart into waves, (9, n): those that are neither blank nor cut off."""
    down, across = grey.shape[0] // SIDE, grey.shape[1] // SIDE
    y, x = np.nonzero(where[:down, :across])
    thin = max(1, len(y) // most)
    y, x = y[::thin] * SIDE, x[::thin] * SIDE
    if not len(y):
        return np.zeros((_BASIS.shape[1], 0), np.float32)
    squares = np.lib.stride_tricks.sliding_window_view(grey, (SIDE, SIDE))[y, x].reshape(-1, 64)
    low, high = squares.min(axis=1), squares.max(axis=1)
    good = (low > 3) & (high < 252) & (high - low > 1)  # noqa: PLR2004 - grey levels
    return np.ascontiguousarray((squares[good].astype(np.float32) @ _BASIS).T)


def _compared(
    seen: list[Waves], before: list[Waves]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give what the page's likeliest earlier steps explain of portrait and page: nats, (9,)."""
    both = _combs(seen[0]) & _combs(seen[1])
    here, there = np.zeros(len(both)), np.zeros(len(both))
    for wave, shared in enumerate(both):
        # The step of the last time, which made squares of everything; 1 where there is none.
        last = float(STEPS[shared].max()) if shared.any() else 1.0
        other = STEPS[np.rint(last / STEPS) * STEPS != last]
        told = _explained(seen[1][wave], before[1][wave], last, other)
        best = int(told.argmax())
        there[wave] = told[best]
        here[wave] = _explained(seen[0][wave], before[0][wave], last, other[best : best + 1])[0]
    return here, there


def _combs(waves: Waves) -> NDArray[np.bool_]:
    """Tell of each kind of wave, and each step, whether it was rounded to multiples of it."""
    found = np.zeros((len(waves), len(STEPS)), dtype=np.bool_)
    for row, wave in zip(found, waves, strict=True):
        turns = np.abs(wave)[None] / STEPS[:, None]
        long = turns > 0.5  # noqa: PLR2004 - shorter ones are rounded away
        count = long.sum(axis=1)
        near = (np.cos(np.float32(2 * np.pi) * turns) * long).sum(axis=1)
        row[:] = (count >= STANDING_OUT) & (near > _CLEAR * count)
    return found


def _explained(
    seen: NDArray[np.float32], before: NDArray[np.float32], last: float, steps: Waves
) -> NDArray[np.float64]:
    """Give how much likelier ``seen`` is with each earlier step than with none, nats a square."""
    noise, each = _NOISE[: len(before)], steps[:, None]
    once = _counted((before + noise)[None] / np.float32(last))
    twice = _counted((np.rint(before / each) * each + noise) / np.float32(last))
    found = _counted(seen[None] / np.float32(last))[0]
    return np.asarray(np.log((twice + 0.5) / (once + 0.5)) @ found / len(seen), dtype=np.float64)


def _counted(multiples: Waves) -> NDArray[np.intp]:
    """Count how often each multiple occurs in each row: (rows, TOP + 1)."""
    rows = len(multiples)
    places = np.minimum(np.abs(np.rint(multiples)), TOP).astype(np.intp)
    places += (TOP + 1) * np.arange(rows)[:, None]
    return np.bincount(places.ravel(), minlength=(TOP + 1) * rows).reshape(rows, TOP + 1)
