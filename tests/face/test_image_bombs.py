from __future__ import annotations

import subprocess
import sys
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.face.drawn import chunk, oriented, png_of, saved

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_MEMORY = 600 * 10**6

MEASURE = """
import sys
from pathlib import Path
from lineproof.domain.finding import Unreadable
from lineproof.face.image import DEFAULT_LIMITS, decode, read_file, read_header

data = read_file(Path(sys.argv[1]), DEFAULT_LIMITS)
answer = read_header(data, DEFAULT_LIMITS)
if not isinstance(answer, Unreadable):
    answer = decode(data, answer, longest_side=None)
status = Path("/proc/self/status").read_text()
peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
print(getattr(answer, "code", "picture"), peak)
"""


@cache
def zeros(count: int) -> bytes:
    """Compress very many zeros, by one block of ten million over and over."""
    packer = zlib.compressobj(9)
    block = bytes(10**7)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(count // len(block)):
        checksum = zlib.adler32(block, checksum)
    return first + again * (count // len(block) - 1) + b"\x03\x00" + checksum.to_bytes(4)


def flat(mode: str) -> Image.Image:
    """Draw a picture of one colour, nearly as large as is read."""
    return Image.new(mode, (7000, 7000), 77)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "200 MB of PNG": (lambda: png_of((8000, 8400), zeros(210_000_000)), "image_too_large"),
    "largest PNG": (lambda: png_of((7000, 7000), zeros(150_000_000)), "picture"),
    "small PNG, endless rows": (lambda: png_of((64, 64), zeros(10**9)), "picture"),
    "small PNG, endless text": (
        lambda: png_of(
            (64, 64),
            zlib.compress(bytes(193 * 64)),
            before=[
                chunk(kind, b"x\x00\x00" + zeros(10**9)) for kind in (b"zTXt", b"iCCP", b"iTXt")
            ],
        ),
        "picture",
    ),
    "largest JPEG": (lambda: saved(flat("RGB"), "JPEG", exif=oriented(7)), "picture"),
    "largest progressive JPEG": (
        lambda: saved(flat("RGB"), "JPEG", progressive=True, subsampling=0),
        "picture",
    ),
    "largest CMYK JPEG": (lambda: saved(flat("CMYK"), "JPEG"), "picture"),
    "largest clear WebP": (
        lambda: saved(flat("RGBA"), "WEBP", lossless=True, quality=0, method=0),
        "picture",
    ),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("name", sorted(BOMBS))
def test_bombs_stay_within_600_mb(name: str, tmp_path: Path) -> None:
    """What a small file unpacks to never takes more memory than promised."""
    make, expected = BOMBS[name]
    file = tmp_path / "bomb"
    file.write_bytes(make())
    command = [sys.executable, "-c", MEASURE, str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    answer, peak = done.stdout.split()
    assert answer == expected
    assert int(peak) * 1024 < MOST_MEMORY
    assert done.stderr == ""
