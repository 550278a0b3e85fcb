"""A SIMULATED camera: white balance, a sensor's noise and JPEG, and what a detector finds in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from lineproof.face.detect import detect
from lineproof.face.landmarks import mesh
from lineproof.face.liveness.captured import CapturedFrame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.face.view import Detection

    Field: TypeAlias = NDArray[np.float32]

SIDE = 360
"""Of a simulated frame, in pixels."""
GRAIN = SIDE + 80


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame, and the face that counts as the detector found it."""

    frame: CapturedFrame
    face: Detection


@dataclass(slots=True)
class Camera:
    """A camera whose white balance follows what it sees, slowly and in part, as real ones do."""

    adapts: float
    slow_ms: float
    white: Field
    rest: Field | None = None
    last_ms: float = 0.0
    were: list[tuple[float, Field]] = field(default_factory=list)
    """Its balance at each frame."""

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Camera:
        """Draw one: some follow at once and by half, some hardly."""
        white = np.ones(3, dtype=np.float32)
        return cls(float(rng.uniform(0, 0.5)), float(rng.uniform(300, 2000)), white)

    def balanced(self, lit: Field, at_ms: float) -> Field:
        """Give what is seen with the balance of now, which then goes on after it."""
        seen = np.asarray(lit * self.white, dtype=np.float32)
        self.were.append((at_ms, self.white))
        mean = lit.reshape(-1, 3).mean(axis=0) + 1
        hue = mean / mean.mean()
        self.rest = hue if self.rest is None else self.rest
        share = 1 - np.exp(-(at_ms - self.last_ms) / self.slow_ms)
        wanted = (self.rest / hue) ** self.adapts
        self.white = np.asarray(self.white + (wanted - self.white) * share, dtype=np.float32)
        self.last_ms = at_ms
        return seen

    def white_at(self, at_ms: float) -> Field:
        """Give its balance at another moment."""
        times, whites = [at for at, _ in self.were], np.array([white for _, white in self.were])
        found = [np.interp(at_ms, times, channel) for channel in whites.T]
        return np.array(found, dtype=np.float32)


def taken(lit: Field, sensor: float, quality: int, rng: np.random.Generator) -> bytes:
    """Take a picture as a camera does: with a sensor's noise, stored as JPEG."""
    if sensor:
        left, top = rng.integers(0, GRAIN - SIDE, 2)
        grain = _grain()[int(rng.integers(4)), top : top + SIDE, left : left + SIDE]
        lit += grain * np.sqrt(np.maximum(lit, 8) * np.float32(sensor**2 / 128))
    raw = np.clip(lit, 0, 255).astype(np.uint8)
    code = [cv2.IMWRITE_JPEG_QUALITY, quality]
    return bytes(cv2.imencode(".jpg", cv2.cvtColor(raw, cv2.COLOR_RGB2BGR), code)[1])


@lru_cache(maxsize=1)
def _grain() -> Field:
    """Give (4, GRAIN, GRAIN, 3) of noise, cut at random places: drawing it anew costs too much."""
    return np.random.default_rng(0).standard_normal((4, GRAIN, GRAIN, 3), dtype=np.float32)


def frame_of(at_ms: float, stored: bytes, engine: LocalEngine) -> Seen | None:
    """Read a picture as the service does; None where no face is found in it."""
    bgr = cv2.imdecode(np.frombuffer(stored, dtype=np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("what was just encoded is read again")
    pixels = np.ascontiguousarray(bgr[..., ::-1], dtype=np.uint8)
    faces = detect(pixels, engine.detector)
    if not faces:
        return None
    points, _ = mesh(pixels, faces[0], engine.landmarks)
    digest = hashlib.sha256(stored).hexdigest()
    return Seen(CapturedFrame(at_ms, pixels, points, len(faces), digest), faces[0])
