"""Whether loss of fine detail and colour tells a page that was printed again from a first print.

Pages lie where the simulation laid them: nothing is read. Nobody knows how the page looked before,
so that each figure must tell by itself, whatever the document and the camera.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from tests.photographed import photographed
from tests.tampered import printed_again

from benchmarks.common import in_time, spread, write_figures
from benchmarks.places import DATA
from benchmarks.suspects import people, specimen_pages
from benchmarks.zones import decoded
from lineproof.domain.document import MrzFormat

if TYPE_CHECKING:
    from numpy.typing import NDArray

FINE, COARSE = 1.0, 4.0
"""Detail is what a blur by the first takes away, against what the second takes away beyond it."""


def copies() -> None:
    """Measure detail and colour of first prints, of laser prints of them, and of dotless ones."""
    cv2.setNumThreads(1)
    found: dict[str, list[tuple[float, float]]] = {}
    for number in in_time(range(1, len(people()), 2)):
        page = specimen_pages(MrzFormat.TD3, number)[0]
        kinds = {"first print: TD3": page}
        if number % 4 == 1:
            kinds["printed again, 85 to 150 lpi"] = printed_again(page, seed=number)
            kinds["printed again, without dots"] = _dotless(page, number)
        for kind, drawn in kinds.items():
            found.setdefault(kind, []).append(_told(drawn, number))
    for number, path in in_time(enumerate(sorted((DATA / "mrz_pages").glob("*.jpg")))):
        page = decoded(path.read_bytes())
        found.setdefault("first print: mrz_pages", []).append(_told(page, number))
    write_figures("copies", {kind: _figures(found, kind) for kind in found})


def _dotless(page: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """Scan and print a page without an order of dots: softer, and with fewer colours."""
    rng = np.random.default_rng(seed)
    soft = cv2.GaussianBlur(page, (0, 0), float(rng.uniform(1.5, 3))).astype(np.float32)
    grey = soft.mean(axis=2, keepdims=True)
    paler = grey + rng.uniform(0.6, 0.9) * (soft - grey)
    return np.clip(25 + 0.88 * paler, 0, 255).astype(np.uint8)


def _told(page: NDArray[np.uint8], seed: int) -> tuple[float, float]:
    """Photograph a page; give its detail (log2 of a ratio) and strongest colour (grey levels)."""
    stored, corners = photographed(page, seed=seed, sensor=True, blur=(0.35, 0.9))
    pixels = decoded(stored)
    mask = np.zeros(pixels.shape[:2], dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1)
    inside = cv2.erode(mask, np.ones((41, 41), np.uint8)) > 0
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    fine, coarse = (cv2.GaussianBlur(grey, (0, 0), each) for each in (FINE, COARSE))
    detail = np.std((grey - fine)[inside]) / np.std((fine - coarse)[inside])
    calm = cv2.GaussianBlur(pixels, (0, 0), COARSE)[inside].astype(np.float32)
    colour = np.quantile(calm.max(axis=1) - calm.min(axis=1), 0.98)
    return float(np.log2(detail)), float(colour)


def _figures(found: dict[str, list[tuple[float, float]]], kind: str) -> dict[str, object]:
    """Give the spread of both, and how many fall below every first print."""
    first = [each for name, values in found.items() if name.startswith("first") for each in values]
    least = np.array(first).min(axis=0)
    values = np.array(found[kind])
    return {
        "pages": len(values),
        **{name: spread(values[:, at].tolist()) for at, name in enumerate(("detail", "colour"))},
        "below_every_first_print": (values < least).sum(axis=0).tolist(),
    }
