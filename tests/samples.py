"""What tests with real faces need: the built default pack and the demonstration's photographs.

Both are obtained by `make test` (and `make demo`); where they are not, the tests skip and say so.
"""

from __future__ import annotations

import io
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from lineproof.demo import SAMPLES, document_of
from lineproof.packs.build.lock import sha256
from lineproof.packs.refusal import PackRefused
from lineproof.wiring import engine_for

if TYPE_CHECKING:
    from lineproof.adapters.local_engine import LocalEngine

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("LINEPROOF_SHARED") or ROOT.parent / "shared")
CACHE = Path(os.environ.get("LINEPROOF_CACHE") or ROOT / ".cache")


@lru_cache(maxsize=4)
def engine(setting: str | None = None) -> LocalEngine:
    """Give the default pack's engine; skip where the pack is not built."""
    found = engine_for("default", setting)
    if isinstance(found, PackRefused):
        pytest.skip(f"the default pack is not here ({found.code}): make pack builds it")
    return found


@lru_cache(maxsize=8)
def photograph(name: str) -> bytes:
    """Give a sample photograph's bytes; skip where it was not fetched."""
    member = next(each for each in SAMPLES.members if each.name == name)
    path = CACHE / f"{member.sha256[:16]}-{name}"
    if not path.is_file() or sha256(path.read_bytes()) != member.sha256:
        pytest.skip(f"{name} is not in {CACHE}: make demo fetches it")
    return path.read_bytes()


@lru_cache(maxsize=1)
def document() -> bytes:
    """Give the demonstration's document page."""
    return document_of(photograph("obama.jpg"))


def pixels(stored: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Decode with Pillow: (h, w, 3) uint8 RGB."""
    return np.asarray(Image.open(io.BytesIO(stored)).convert("RGB"))


def stored(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    """Give a picture as the bytes of a file."""
    out = io.BytesIO()
    picture.save(out, format=kind, **options)
    return out.getvalue()
