"""Speed: a pair against the yardstick in alternating runs, decoding against OpenCV, a process."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

from benchmarks.common import spread, write_figures
from benchmarks.places import OUT
from lineproof.demo import document_of, sample_photographs
from lineproof.domain.policy import two_pictures
from lineproof.face.image import DEFAULT_LIMITS, decode, read_header
from lineproof.flow.verify import verify
from lineproof.library import this_day
from lineproof.packs.build.downloads import cache_folder
from lineproof.packs.refusal import PackRefused
from lineproof.wiring import site_for

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 15
LAUNCHER = """
import resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
SELFIE = (1280, 720)


def files() -> tuple[Path, Path]:
    """Write a 2,000 px document page and a 720p selfie from the samples; give their paths."""
    photographs = sample_photographs(cache_folder(), lambda *_: None)
    OUT.mkdir(parents=True, exist_ok=True)
    document, selfie = OUT / "document.jpg", OUT / "selfie.jpg"
    document.write_bytes(document_of(photographs["obama.jpg"]))
    picture = Image.open(io.BytesIO(photographs["obama2.jpg"])).convert("RGB")
    frame = Image.new("RGB", SELFIE, (92, 98, 108))
    scaled = picture.resize((round(picture.width * SELFIE[1] / picture.height), SELFIE[1]))
    frame.paste(scaled, ((SELFIE[0] - scaled.width) // 2, 0))
    frame.save(selfie, quality=90)
    return document, selfie


def pair() -> None:
    """CPU time of one pair, from files to verdict: ours and the yardstick's in turn."""
    from benchmarks import yardstick  # noqa: PLC0415 - it loads 100 MB of models

    cv2.setNumThreads(1)
    document, selfie = files()
    contenders: dict[str, Callable[[], object]] = {
        "standard": _ours(None, document, selfie),
        "fast": _ours("fast", document, selfie),
        "face_recognition": lambda: yardstick.pair(document, selfie),
    }
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(RUNS + 1):
        for name, run in contenders.items():
            began = time.process_time()
            run()
            if turn:  # the first turn warms up
                spent[name].append((time.process_time() - began) * 1e3)
    base = spent["face_recognition"]
    figures: dict[str, object] = {"runs": RUNS}
    for name, times in spent.items():
        ratios = [theirs / ours for theirs, ours in zip(base, times, strict=True)]
        figures[name] = {
            "cpu_ms": spread(times),
            "times_faster_than_face_recognition": spread(ratios),
        }
    write_figures("pair", figures)


def _ours(setting: str | None, document: Path, selfie: Path) -> Callable[[], object]:
    site = site_for("default", setting)
    if isinstance(site, PackRefused):
        sys.exit(site.sentence)
    policy = two_pictures()
    return lambda: verify(
        site,
        document=[document.read_bytes()],
        chip={},
        live=[selfie.read_bytes()],
        policy=policy,
        attempt=1,
        today=this_day(),
    )


def process() -> None:
    """Wall time, CPU time and memory of the whole command, start included."""
    document, selfie = files()
    base = [str(Path(sys.executable).parent / "lineproof"), "verify", "--json"]
    command = [*base, "--document", str(document), "--live", str(selfie)]
    wall, cpu, peak = [], [], []
    for turn in range(RUNS + 1):
        # A small process starts it, so that what is counted is the command's memory and not ours.
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-c", LAUNCHER, *command], capture_output=True, text=True, check=True
        )
        elapsed, spent, memory = (float(word) for word in done.stdout.split())
        if turn:
            wall.append(elapsed * 1e3)
            cpu.append(spent * 1e3)
            peak.append(memory / 1024)
    write_figures(
        "process",
        {
            "runs": RUNS,
            "wall_ms": spread(wall),
            "cpu_ms": spread(cpu),
            "peak_mb": round(max(peak)),
        },
    )


def decoding() -> None:
    """Decode the two files: ours and OpenCV's imdecode with the turn to RGB, in turn."""
    cv2.setNumThreads(1)
    figures: dict[str, object] = {"runs": RUNS}
    for path in files():
        data = path.read_bytes()
        ours, theirs = [], []
        for turn in range(RUNS + 1):
            first, second = _cpu(lambda data=data: _decode(data)), _cpu(lambda data=data: _cv(data))
            if turn:
                ours.append(first)
                theirs.append(second)
        figures[path.stem] = {
            "ours_cpu_ms": spread(ours),
            "opencv_cpu_ms": spread(theirs),
            "ours_over_opencv": spread([a / b for a, b in zip(ours, theirs, strict=True)]),
        }
    write_figures("decoding", figures)


def _decode(data: bytes) -> object:
    header = read_header(data, DEFAULT_LIMITS)
    return decode(data, header, longest_side=None)  # type: ignore[arg-type] - our own files


def _cv(data: bytes) -> object:
    picture = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    return cv2.cvtColor(np.asarray(picture), cv2.COLOR_BGR2RGB)


def glue() -> None:
    """Everything but the networks against the networks' own time, as `lineproof bench` has it."""
    document, selfie = files()
    command = [str(Path(sys.executable).parent / "lineproof"), "bench", "--json"]
    figures = {}
    for name, extra in (("standard", []), ("fast", ["--fast"])):
        done = subprocess.run(  # noqa: S603 - our own command
            [*command, "--document", str(document), "--live", str(selfie), *extra],
            capture_output=True,
            text=True,
            check=True,
        )
        figures[name] = json.loads(done.stdout)
    write_figures("glue", figures)


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1e3
