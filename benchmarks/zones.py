"""Reading the zone of passport pages: as they are, turned, tilted, and in bad light.

Side by side with Debian's tesseract and its own English model, a process of its own, on the very
lines that our own finder cut out.
"""

from __future__ import annotations

import json
import math
import resource
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.common import open_recognisers_or_exit, spread, write_figures
from benchmarks.places import DATA
from lineproof.domain.finding import Measured
from lineproof.face.image import DEFAULT_LIMITS, decode, read_header
from lineproof.reading.mrz import parse
from lineproof.reading.straighten import cut_lines, lay_flat, turned
from lineproof.reading.zone import find_zones
from lineproof.reading.zone_reader import read_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lineproof.domain.document import Mrz
    from lineproof.domain.finding import Finding
    from lineproof.reading.ocr import Ocr
    from lineproof.reading.straighten import Flat

    View = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]

TODAY = date(2025, 1, 1)
TABLE = (96, 100, 104)
"""The colour of what a page lies on where it is turned."""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
CPU_MS_WITHOUT = 150


@dataclass(slots=True)
class Tally:
    """What became of the pages in one view."""

    pages: int = 0
    proven: int = 0
    lines: Counter[str] = field(default_factory=Counter)
    wrong_but_proven: int = 0
    times: list[float] = field(default_factory=list)

    def add(self, truth: list[str], mrz: Finding[Mrz]) -> None:
        """Count one page."""
        proven = isinstance(mrz, Measured) and mrz.value.proven
        self.pages += 1
        self.proven += proven
        for said, printed in zip_longest(_lines(mrz), truth):
            kind = "unmeasured" if said is None else "exact" if said == printed else "wrong"
            self.lines[kind] += 1
            self.wrong_but_proven += proven and kind == "wrong"

    def figures(self) -> dict[str, object]:
        """Give the counts, and the CPU time of a page."""
        lines = sum(self.lines.values())
        return {
            "pages": self.pages,
            "all_check_digits_good": self.proven,
            "lines": lines,
            "exact": self.lines["exact"],
            "exact_percent": round(100 * self.lines["exact"] / lines, 1),
            "unmeasured": self.lines["unmeasured"],
            "wrong": self.lines["wrong"],
            "wrong_with_good_check_digits": self.wrong_but_proven,
            "cpu_ms": spread(self.times),
        }


def _lines(mrz: Finding[Mrz]) -> list[str | None]:
    if not isinstance(mrz, Measured):
        return []
    return [line.value if isinstance(line, Measured) else None for line in mrz.value.lines]


def turn(degrees: float) -> View:
    """Give a view that turns a page counterclockwise, on a grey table."""

    def view(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = pixels.shape[:2]
        move = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
        sine, cosine = abs(move[0, 1]), abs(move[0, 0])
        size = math.ceil(height * sine + width * cosine), math.ceil(height * cosine + width * sine)
        move[:, 2] += ((size[0] - width) / 2, (size[1] - height) / 2)
        way = cv2.INTER_CUBIC
        return np.asarray(cv2.warpAffine(pixels, move, size, flags=way, borderValue=TABLE))

    return view


def quarter(turns: int) -> View:
    """Give a view that turns a page by quarter turns, without loss."""
    return lambda pixels: np.ascontiguousarray(np.rot90(pixels, turns))


def leaning(degrees: float, shadow: float) -> View:
    """Give a view of a page that leans back and is turned, with light that falls off across it."""

    def view(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = pixels.shape[:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
        far = np.array([[0.10, 0.06], [-0.07, 0.0], [0.0, 0.0], [-0.03, 0.04]])
        move = cv2.getPerspectiveTransform(
            corners, (corners + far * (width, height) + 0.1 * width).astype(np.float32)
        )
        size = (round(width * 1.2), round(height + 0.2 * width))
        seen = cv2.warpPerspective(pixels, move, size, flags=cv2.INTER_CUBIC, borderValue=TABLE)
        across = np.linspace(1, 1 - shadow, size[0])[None, :, None]
        down = np.linspace(1 - shadow / 2, 1, size[1])[:, None, None]
        lit = np.clip(seen * across * down, 0, 255).astype(np.uint8)
        return turn(degrees)(lit)

    return view


def worn(blur: float, noise: float, quality: int) -> View:
    """Give a view that is blurred, noisy, and stored again as JPEG."""

    def view(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        soft = cv2.GaussianBlur(pixels, (0, 0), blur * pixels.shape[1] / 1560).astype(np.float32)
        soft += np.random.default_rng(0).normal(0, noise, soft.shape).astype(np.float32)
        _, stored = cv2.imencode(
            ".jpg", np.clip(soft, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
        )
        return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), dtype=np.uint8)

    return view


VIEWS: dict[str, View] = {
    "as_it_is": lambda pixels: pixels,
    "turned_90": quarter(1),
    "turned_180": quarter(2),
    "turned_270": quarter(3),
    "tilted_10": turn(10),
    "tilted_minus_10": turn(-10),
    "tilted_20": turn(20),
    "tilted_minus_20": turn(-20),
    "perspective_uneven_light": leaning(0, 0.6),
    "perspective_uneven_light_tilted_10": leaning(10, 0.6),
    "perspective_uneven_light_tilted_110": leaning(110, 0.6),
    "blur_noise_jpeg_40": worn(1.5, 10, 40),
}

SIDE_BY_SIDE = (
    "as_it_is",
    "turned_90",
    "turned_180",
    "turned_270",
    "tilted_10",
    "blur_noise_jpeg_40",
)


def zones() -> None:
    """Read every page in every view, then its lines with tesseract; look for zones in faces."""
    cv2.setNumThreads(1)
    began = time.process_time()
    ocr = open_recognisers_or_exit().ocr
    warm = len(ocr.characters)
    figures: dict[str, object] = {
        "model_cpu_ms": round((time.process_time() - began) * 1e3),
        "model_characters": warm,
    }
    folder = DATA / "mrz_pages"
    truth: dict[str, list[str]] = json.loads((folder / "truth.json").read_text("utf-8"))
    pages = {name: decoded((folder / name).read_bytes()) for name in truth}
    for name, view in VIEWS.items():
        figures[name] = _read_all(pages, truth, view, ocr).figures()
    figures["from_jpeg_bytes_cpu_ms"] = _from_bytes(folder, list(truth), ocr)
    for name in SIDE_BY_SIDE:
        figures[f"tesseract_{name}"] = _tesseract(pages, truth, VIEWS[name], ocr)
    figures["faces_without_a_zone"] = _faces(ocr)
    write_figures("zones", figures)


def decoded(data: bytes) -> NDArray[np.uint8]:
    """Decode our own file in full: (h, w, 3) uint8 RGB."""
    header = read_header(data, DEFAULT_LIMITS)
    picture = decode(data, header, longest_side=None)  # type: ignore[arg-type] - our own files
    return np.ascontiguousarray(picture.pixels)  # type: ignore[union-attr] - the same


def _read_all(
    pages: dict[str, NDArray[np.uint8]], truth: dict[str, list[str]], view: View, ocr: Ocr
) -> Tally:
    tally = Tally()
    for name, pixels in pages.items():
        seen = view(pixels)
        began = time.process_time()
        reading = read_zone(seen, ocr, today=TODAY)
        tally.times.append((time.process_time() - began) * 1e3)
        tally.add(truth[name], reading.mrz)
    return tally


def _from_bytes(folder: Path, names: list[str], ocr: Ocr) -> dict[str, float]:
    times = []
    for name in names:
        data = (folder / name).read_bytes()
        began = time.process_time()
        read_zone(decoded(data), ocr, today=TODAY)
        times.append((time.process_time() - began) * 1e3)
    return spread(times)


def _tesseract(
    pages: dict[str, NDArray[np.uint8]], truth: dict[str, list[str]], view: View, ocr: Ocr
) -> object:
    """Read the lines that our finder cut out, right way up, with tesseract as single lines."""
    program = shutil.which("tesseract")
    if program is None:
        return "tesseract is not installed (Debian: tesseract-ocr)"
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        for name, pixels in pages.items():
            seen = view(pixels)
            # At their own proportions: what is narrowed for our recogniser does not suit another.
            flat = _flat(seen, ocr)
            lines = [] if flat is None else list(cut_lines(flat, stretch=1))
            began = _children()
            said: list[str | None] = [
                _said(program, Path(folder) / "line.png", line) for line in lines
            ]
            tally.times.append((_children() - began) * 1e3)
            whole = [text if text is not None and len(text) == 44 else None for text in said]  # noqa: PLR2004 - a passport's
            mrz = parse(whole, today=TODAY)
            tally.pages += 1
            tally.proven += isinstance(mrz, Measured) and mrz.value.proven
            for text, printed in zip_longest(said, truth[name]):
                tally.lines["exact" if text == printed else "wrong"] += 1
                tally.wrong_but_proven += (
                    isinstance(mrz, Measured) and mrz.value.proven and text != printed
                )
    return tally.figures()


def _flat(pixels: NDArray[np.uint8], ocr: Ocr) -> Flat | None:
    """Lay the zone flat that our own reader read, the way up that it read it."""
    corners = read_zone(pixels, ocr, today=TODAY).corners
    for zone in find_zones(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)):
        flat = lay_flat(pixels, zone)
        for way_up in () if flat is None else (flat, turned(flat)):
            if corners is not None and np.array_equal(way_up.corners, corners):
                return way_up
    return None


def _said(program: str, path: Path, line: NDArray[np.uint8]) -> str:
    border = cv2.copyMakeBorder(line, 12, 12, 12, 12, cv2.BORDER_REPLICATE)
    cv2.imwrite(str(path), border[..., ::-1])
    command = [program, str(path), "-", "--psm", "7", "-l", "eng", "--dpi", "300"]
    command += ["-c", f"tessedit_char_whitelist={ALPHABET}"]
    done = subprocess.run(  # noqa: S603 - the yardstick
        command, capture_output=True, text=True, check=True, env={"OMP_THREAD_LIMIT": "1"}
    )
    return "".join(done.stdout.split())


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _faces(ocr: Ocr) -> dict[str, object]:
    """Look for a zone where there is none."""
    paths = (
        sorted((DATA / "frll").glob("*/*.jpg")) + sorted((DATA / "lfw_dev").glob("*/*.jpg"))[::10]
    )
    found, times = 0, []
    for path in paths:
        pixels = decoded(path.read_bytes())
        began = time.process_time()
        found += isinstance(read_zone(pixels, ocr, today=TODAY).mrz, Measured)
        times.append((time.process_time() - began) * 1e3)
    slow = sum(spent > CPU_MS_WITHOUT for spent in times)
    return {"pictures": len(paths), "zones": found, "over_150_ms": slow, "cpu_ms": spread(times)}
