"""Reads single lines of text with the recogniser that RapidOCR's wheel carries (PP-OCRv6, small).

Only that one file of the wheel is used, and none of its code. The recogniser is a CTC network: for
each step of 8 pixels along a line it gives the probability of every character and of no character.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from lineproof.domain.finding import Unreadable
from lineproof.reading.recogniser_session import start_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RECOGNISER: Final = "PP-OCRv6_rec_small.onnx"
SHA256: Final = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"
LINE_HEIGHT: Final = 48
"""The height of a line that the recogniser was trained on, pixels."""

STEP: Final = 8
"""Pixels of a line for each step of the recogniser."""

WIDEST: Final = 3200
"""The widest line that is read, pixels: it bounds time and memory."""


@dataclass(frozen=True, slots=True)
class Ocr:
    """The recogniser; it starts when first used. May be used from several threads at once."""

    _file: list[bytes] = field(repr=False)
    """The network's bytes until it has started."""
    _started: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def characters(self) -> tuple[str, ...]:
        """What each column of ``probabilities`` stands for; the first is no character: empty."""
        return tuple(self._start()["characters"])

    def probabilities(self, lines: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Read (n, 48, w, 3) uint8 RGB lines, w at most 3,200; give (n, t, characters) float32.

        t is about w / 8, and each step's probabilities add up to 1.
        """
        started = self._start()
        # The network was trained on what OpenCV loads: blue first.
        batch = lines[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)
        batch = np.ascontiguousarray(batch / np.float32(127.5) - np.float32(1))
        answer = started["session"].run(None, {started["input"]: batch})[0]
        return np.asarray(answer, dtype=np.float32)

    def text(self, lines: Sequence[NDArray[np.uint8]]) -> list[tuple[str, float]]:
        """Read (h, w, 3) uint8 RGB lines of any size; give each one's text and probability 0..1.

        The probability is the least of any character's; an empty text has 0.
        """
        characters = self.characters
        return [_greedy(self.probabilities(fit_line(line)[None])[0], characters) for line in lines]

    def _start(self) -> dict[str, Any]:
        with self._lock:
            if not self._started:
                session = start_session(self._file[0])
                self._file.clear()
                listed = session.get_modelmeta().custom_metadata_map["character"].split("\n")
                self._started["characters"] = ["", *listed, " "]
                self._started["input"] = session.get_inputs()[0].name
                self._started["session"] = session
            return self._started


def open_ocr(path: Path | None = None) -> Ocr | Unreadable:
    """Open the recogniser, by default the one in RapidOCR's wheel; nothing is started yet.

    Unreadable: ``ocr_missing`` where the file is not there, ``ocr_altered`` where it is another.
    """
    found = _in_wheel() if path is None else path
    if found is None or not found.is_file():
        return Unreadable(
            "ocr_missing", "The text recogniser is not there; install the package rapidocr 3.10.0."
        )
    content = found.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        return Unreadable(
            "ocr_altered",
            "The text recogniser is not the file this version was measured with; "
            "install the package rapidocr 3.10.0 anew.",
        )
    return Ocr([content])


def _in_wheel() -> Path | None:
    # find_spec of a top-level package looks for it and does not import it.
    spec = importlib.util.find_spec("rapidocr")
    folders = spec.submodule_search_locations if spec is not None else None
    return Path(folders[0]) / "models" / RECOGNISER if folders else None


def fit_line(line: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale a (h, w, 3) line to the recogniser's height: (48, w, 3), the width in proportion."""
    height, width = line.shape[:2]
    wide = min(WIDEST, max(STEP, round(width * LINE_HEIGHT / height)))
    way = cv2.INTER_AREA if height > LINE_HEIGHT else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(line, (wide, LINE_HEIGHT), interpolation=way), dtype=np.uint8)


def _greedy(probabilities: NDArray[np.float32], characters: tuple[str, ...]) -> tuple[str, float]:
    """Take the likeliest character of each step, and repeats without a gap as one (CTC)."""
    best = probabilities.argmax(axis=1)
    fresh = (best != 0) & (best != np.concatenate([[0], best[:-1]]))
    sure = probabilities.max(axis=1)[fresh]
    text = "".join(characters[column] for column in best[fresh])
    return text, float(sure.min()) if sure.size else 0.0
