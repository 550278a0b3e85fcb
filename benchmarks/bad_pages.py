"""What is said of pages that Lineproof should not choke on, in which time and memory."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.common import write_figures
from benchmarks.speed import LAUNCHER, files

LARGE = (7300, 5480)
"""40 million pixels."""


def bad_pages() -> None:
    """Give each page to a process of its own."""
    document, live = files()
    page = Image.open(document).convert("RGB")
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, content in _pages(page, document.read_bytes()).items():
            path = Path(folder) / name
            path.write_bytes(content)
            figures[name] = _read(path)
        for kind in ("JPEG", "PNG"):
            figures[f"verify, 40 million pixels on both sides, live {kind}"] = _verify(
                Path(folder), Image.open(live).convert("RGB"), kind
            )
    write_figures("bad_pages", figures)


def _pages(page: Image.Image, stored: bytes) -> dict[str, bytes]:
    large = Image.new("RGB", LARGE, (120, 110, 100))
    large.paste(page.resize((6400, 4506)), (450, 480))
    noise = np.random.default_rng(0).integers(0, 256, (LARGE[1], LARGE[0], 3), dtype=np.uint8)
    small = page.resize((1000, 704))
    moving = {"save_all": True, "append_images": [small.rotate(3)]}
    return {
        "40 million pixels.jpg": _as(large, "JPEG", quality=92),
        "40 million pixels.png": _as(large, "PNG", compress_level=1),
        "40 million pixels of text.jpg": _as(_text(), "JPEG", quality=80),
        "40 million pixels of noise.jpg": _as(Image.fromarray(noise), "JPEG", quality=30),
        "more than 21 MB.jpg": _as(Image.fromarray(noise), "JPEG", quality=90),
        "document.pdf": _as(page, "PDF"),
        "page.tiff": _as(page, "TIFF"),
        "moving.gif": _as(small, "GIF", **moving),
        "moving.png": _as(small, "PNG", **moving),
        "moving.webp": _as(small, "WEBP", **moving),
        "empty.jpg": b"",
        "half.jpg": stored[: len(stored) // 2],
        "header only.jpg": stored[:30],
        "text.txt": b"This is no picture.\n" * 20,
    }


def _text() -> Image.Image:
    """Draw a page full of what a zone's lines are made of."""
    page = Image.new("RGB", LARGE, "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(60)
    rng = np.random.default_rng(0)
    for top in range(0, LARGE[1], 75):
        line = "".join(rng.choice(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ<<<<<0123456789"), size=200))
        draw.text((50, top), line, font=font, fill="black")
    return page


def _as(page: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    page.save(out, format=kind, **options)
    return out.getvalue()


def _read(path: Path) -> dict[str, object]:
    answer, figures = _measured("read-document", "--json", str(path))
    error = answer.get("error")
    zone = answer["mrz"] if error is None else {}
    said = error["code"] if error else zone.get("unmeasured", zone.get("format"))
    return {"said": said, **figures}


def _verify(folder: Path, face: Image.Image, kind: str) -> dict[str, object]:
    """Verify with a live picture in which the face is so small that it is looked at twice."""
    scene = Image.new("RGB", LARGE, (120, 110, 100))
    scene.paste(face.resize((3500, 3500 * face.height // face.width)), (1200, 200))
    live, page = folder / "live", folder / "40 million pixels.jpg"
    live.write_bytes(_as(scene, kind))
    told, figures = _measured("verify", "--json", "--document", str(page), "--live", str(live))
    return {"said": told["outcome"], **figures}


def _measured(*words: str) -> tuple[dict[str, Any], dict[str, object]]:
    """Run one command of ours; give what it said, and its time and memory."""
    command = [str(Path(sys.executable).parent / "lineproof"), *words]
    launcher = LAUNCHER.replace("subprocess.run(", "done = subprocess.run(")
    launcher += "print(done.stdout.decode())"
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", launcher, *command], capture_output=True, text=True, check=True
    )
    times, said = done.stdout.split("\n", 1)
    wall, cpu, peak = (float(word) for word in times.split())
    figures = {"wall_s": round(wall, 2), "cpu_s": round(cpu, 2), "peak_mb": round(peak / 1024)}
    return json.loads(said), figures
