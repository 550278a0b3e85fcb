"""Finds and reads the lines of print on a page, with two networks that RapidOCR's wheel carries.

The detector is PP-OCRv6 (small), which says of each pixel how likely it is text's; the lines are
taken from that as Liao et al., "Real-time Scene Text Detection with Differentiable Binarization"
(2020) do: threshold, outlines, the smallest rectangle round each, grown by its area over its
perimeter. None of the wheel's code is used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
import onnxruntime

from lineproof.domain.finding import Unreadable
from lineproof.reading.recogniser_session import start_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from lineproof.reading.ocr import Ocr

DETECTOR: Final = "PP-OCRv6_det_small.onnx"
SHA256: Final = "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"

MOST_PIXELS: Final = 460_000
"""The area the detector looks at: 0.35 s of one core; print on a page is then 12 pixels high."""

LIKELY: Final = 0.3
"""The probability from which a pixel is text's, and the least mean of a line (RapidOCR: 0.5)."""
LIKELY_LINE: Final = 0.5
GROWN: Final = 1.6
"""By how much of area over perimeter a rectangle is grown; the network learned shrunken ones."""

THINNEST: Final = 3
MOST_LINES: Final = 80
"""A page of a document has 10 to 40 lines; more are a letter or a newspaper, which are cut off."""

ABOVE: Final = 0.72
BESIDE: Final = 0.12
"""What is looked at above a zone and on either side of it, as shares of the zone's width: a page of
a passport is 0.70 zones high above its own, and a photograph leans."""

WIDEST: Final = 1800
"""The width that a zone has at most in what is cut out, pixels."""

SIDE: Final = 32
"""What the detector's sides must be multiples of."""


@dataclass(frozen=True, slots=True)
class TextFinder:
    """The detector; it starts when first used. May be used from several threads at once."""

    _file: list[bytes] = field(repr=False)
    """The network's bytes until it has started."""
    _started: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def heat(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give for (h, w, 3) uint8 RGB, h and w multiples of 32, the probability of text (h, w)."""
        # The network was trained on what OpenCV loads: blue first.
        batch = pixels[None, ..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)
        session = self._start()
        # What it needs meanwhile, 100 MB, is given back at once.
        given_back = onnxruntime.RunOptions()
        given_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        answer = session.run(
            None,
            {session.get_inputs()[0].name: np.ascontiguousarray(batch / 127.5 - 1)},
            given_back,
        )
        return np.asarray(answer[0][0, 0], dtype=np.float32)

    def _start(self) -> Any:  # noqa: ANN401 - ONNX Runtime has no types
        with self._lock:
            if not self._started:
                self._started["session"] = start_session(self._file[0])
                self._file.clear()
            return self._started["session"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """One line of print: what it says, how sure its least sure character is, and where it is.

    ``left``, ``top``, ``right`` and ``bottom`` are pixels of the picture turned so that the text
    runs from left to right.
    """

    text: str = field(repr=False)
    sure: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """The height of the line."""
        return self.bottom - self.top


def open_text_finder(path: Path | None = None) -> TextFinder | Unreadable:
    """Open the detector, by default the one in RapidOCR's wheel; nothing is started yet.

    Unreadable: ``text_finder_missing``, or ``text_finder_altered`` where it is another file.
    """
    found = _in_wheel() if path is None else path
    if found is None or not found.is_file():
        return Unreadable(
            "text_finder_missing",
            "The text detector is not there; install the package rapidocr 3.10.0.",
        )
    content = found.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        return Unreadable(
            "text_finder_altered",
            "The text detector is not the file this version was measured with; "
            "install the package rapidocr 3.10.0 anew.",
        )
    return TextFinder([content])


def find_lines(pixels: NDArray[np.uint8], finder: TextFinder) -> list[NDArray[np.float32]]:
    """Find lines of text in (h, w, 3) uint8 RGB: (4, 2) float32 corners of each, top to bottom.

    The corners go clockwise from the top left of the text, where it runs within 45 degrees of
    level. A picture is looked at in at most ``MOST_PIXELS``; at most ``MOST_LINES`` are given.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, math.sqrt(MOST_PIXELS / (height * width)))
    longest = MOST_PIXELS // SIDE
    size = tuple(
        max(SIDE, round(min(side * scale, longest) / SIDE) * SIDE) for side in (width, height)
    )
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    heat = finder.heat(np.asarray(small, dtype=np.uint8))
    factor = np.array([width / size[0], height / size[1]], dtype=np.float32)
    quads = [quad * factor for quad in _rectangles(heat)]
    return sorted(quads, key=lambda quad: float(quad[:, 1].mean()))


def cut_line(pixels: NDArray[np.uint8], quad: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Cut a line out of the picture by its corners, laid level: (h, w, 3) uint8."""
    across = max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))
    down = max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))
    width, height = max(1, round(float(across))), max(1, round(float(down)))
    to = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    warp = cv2.getPerspectiveTransform(quad.astype(np.float32), to)
    edge = cv2.BORDER_REPLICATE
    return np.asarray(
        cv2.warpPerspective(pixels, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=edge),
        dtype=np.uint8,
    )


def read_lines(pixels: NDArray[np.uint8], finder: TextFinder, ocr: Ocr) -> Iterator[ReadLine]:
    """Find the lines of (h, w, 3) uint8 RGB whose print runs from left to right, and read them.

    Each is read when it is asked for, the highest first: labels are smaller than what they label.
    """
    quads = find_lines(pixels, finder)
    for quad in sorted(quads, key=_height, reverse=True):
        ((text, sure),) = ocr.text([cut_line(pixels, quad)])
        yield ReadLine(
            text=text,
            sure=sure,
            left=float(quad[[0, 3], 0].mean()),
            right=float(quad[[1, 2], 0].mean()),
            top=float(quad[[0, 1], 1].mean()),
            bottom=float(quad[[2, 3], 1].mean()),
        )


def _height(quad: NDArray[np.float32]) -> float:
    return float(quad[[2, 3], 1].mean() - quad[[0, 1], 1].mean())


def above_zone(pixels: NDArray[np.uint8], zone: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Cut out what lies above a zone, turned level: (h, w, 3) uint8.

    ``zone`` is (4, 2): its corners in the picture, clockwise from the top left as it is read. On
    every format with the zone and the print on one side, the print is within ``ABOVE`` of the
    zone's width over it (9303-4, -6 and -7).
    """
    (left, top), along = zone[0], (zone[1] + zone[2] - zone[0] - zone[3]) / 2
    native = max(1.0, float(np.hypot(*along)))
    scale = min(native, WIDEST) / native
    x, y = along / native * scale
    turn = np.array([[x, y, 0.0], [-y, x, 0.0]])
    across, down = native * scale * (1 + 2 * BESIDE), native * scale * ABOVE
    turn[:, 2] = np.array([native * scale * BESIDE, down]) - turn[:, :2] @ np.array([left, top])
    size = (max(SIDE, round(across)), max(SIDE, round(down)))
    area = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(pixels, turn, size, flags=area), dtype=np.uint8)


def _rectangles(heat: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Give the corners of each line in the detector's picture, the likeliest lines first."""
    mask = cv2.dilate((heat > LIKELY).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    largest = sorted(outlines, key=cv2.contourArea, reverse=True)[:MOST_LINES]
    found = [_rectangle(np.asarray(outline), heat) for outline in largest]
    return [quad for quad in found if quad is not None]


def _rectangle(outline: NDArray[np.int32], heat: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Give one line's rectangle, grown; None where it is too thin or too unlikely."""
    centre, (width, height), angle = cv2.minAreaRect(outline)
    if min(width, height) < THINNEST or _mean(outline, heat) < LIKELY_LINE:
        return None
    grown = 2 * GROWN * width * height / (2 * (width + height))
    box = cv2.boxPoints((centre, (width + grown, height + grown), angle))
    return _ordered(np.asarray(box, dtype=np.float32))


def _mean(outline: NDArray[np.int32], heat: NDArray[np.float32]) -> float:
    """Give the mean probability inside an outline."""
    left, top, width, height = cv2.boundingRect(outline)
    inside = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(inside, [outline - np.array([left, top])], 1)
    return float(cv2.mean(heat[top : top + height, left : left + width], inside)[0])


def _ordered(box: NDArray[np.float32]) -> NDArray[np.float32]:
    """Order four corners clockwise from the top left: the two on the left come last and first."""
    by_x = box[np.argsort(box[:, 0])]
    left, right = by_x[:2], by_x[2:]
    top_left, bottom_left = left[np.argsort(left[:, 1])]
    top_right, bottom_right = right[np.argsort(right[:, 1])]
    return np.stack([top_left, top_right, bottom_right, bottom_left])


def _in_wheel() -> Path | None:
    # find_spec of a top-level package looks for it and does not import it.
    spec = importlib.util.find_spec("rapidocr")
    folders = spec.submodule_search_locations if spec is not None else None
    return Path(folders[0]) / "models" / DETECTOR if folders else None
