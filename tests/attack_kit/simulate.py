"""SIMULATED captures from one photograph: a head, or what an attacker holds up instead.

A surface over the photograph (FaceMesh's depths for a head, a plane or a cylinder for paper) is
turned and brought nearer as a script asks, takes the screen's light, and passes a camera with
noise and JPEG. It is not a person: no figure from it says how people fare.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from training.scenes import before, without_plain_background

from lineproof.domain.capture_film import BEFORE_MS, UNTIL_MS
from lineproof.domain.script import RANDOM_BYTES, Screen, Script, Turn, Variant
from lineproof.domain.script import script as make_script
from lineproof.face.align import similarity
from lineproof.face.detect import detect
from lineproof.face.landmarks import eye_centres, mesh
from lineproof.face.liveness.captured import Asked
from lineproof.face.liveness.captured import asked as asked_of
from tests.attack_kit.camera import SIDE, Camera, Seen, frame_of, taken
from tests.attack_kit.rolling import SOFTENED, Shutter, film, shown_ms, smaller

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.domain.capture_film import CapturedFilm

    Field: TypeAlias = NDArray[np.float32]

BETWEEN_EYES = 57.0
BLINKS = 0.15
"""The share of frames in which the eyes of what blinks are closed."""
FEWEST, MOST = 12, 24
"""Frames that a capture message holds."""
WHITE = (255, 255, 255)
CAMERA_MS = 33.0
"""A camera's next frame comes within so long."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A photograph laid upright in (SIDE, SIDE, 3): its mesh and the depth, (SIDE, SIDE)."""

    pixels: NDArray[np.uint8]
    mesh: NDArray[np.float32]
    relief: Field
    head: Field
    """1 inside the head, 0 in the background, soft between."""
    facing: Field


@dataclass(frozen=True, slots=True)
class Staging:
    """What is in front of the camera and what it does; the default is the bona fide head."""

    surface: str = "head"
    moves: bool = True
    lit: str = "head"
    background: float = 0.25
    gain: float = 1.0
    """Of the screen's light on this surface: an emitting screen drowns most of it."""
    noise: bool = True
    repeats: bool = False
    device: str = "Front Camera"
    late_ms: float = 0.0
    bend: float = 1.0
    cut_out: bool = False
    eye_holes: bool = False
    """Through which the attacker's own eyes are seen."""
    grid: bool = False
    """Of a screen's sub-pixels."""
    blinks: bool = False
    behind_ms: float = 0.0
    """How much later everything comes, as through a relay."""
    rolling: bool = True
    """A camera saw it, or a computer that draws what a camera's shutter would have seen."""
    slow: bool = False
    """A camera that gives 15 frames a second."""


@dataclass(frozen=True, slots=True)
class Take:
    """The frames in which a face was found, and the film of the changes of colour, if any."""

    seen: list[Seen]
    film: CapturedFilm | None


@dataclass(frozen=True, slots=True)
class Played:
    """What is asked, and when the page takes its frames, in ms."""

    asked: Asked
    times_ms: tuple[float, ...]


def portrait(pixels: NDArray[np.uint8], engine: LocalEngine) -> Portrait:
    """Lay a photograph upright and make a relief of its mesh; raises ValueError without a face."""
    faces = detect(pixels, engine.detector)
    if not faces:
        raise ValueError("no face in the photograph")
    points, _ = mesh(pixels, faces[0], engine.landmarks)
    half, eyes = BETWEEN_EYES / 2, SIDE * 0.45
    target = np.array([[SIDE / 2 - half, eyes], [SIDE / 2 + half, eyes]], dtype=np.float32)
    move = similarity(eye_centres(points), target)
    scale = float(np.hypot(move[0, 0], move[1, 0]))
    laid = cv2.warpAffine(
        pixels, move, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    flat = points[:, :2] @ move[:, :2].T + move[:, 2]
    placed = np.c_[flat, points[:, 2] * scale].astype(np.float32)
    relief = _relief(placed)
    upright = np.asarray(laid, dtype=np.uint8)
    return Portrait(upright, placed, relief, _head(placed), _facing(relief))


def _relief(points: NDArray[np.float32]) -> Field:
    """Spread the points' depths over the picture (normalised convolution, fine to coarse)."""
    value = np.zeros((SIDE, SIDE), dtype=np.float32)
    weight = np.zeros_like(value)
    for x, y, z in points:
        if 0 <= int(x) < SIDE and 0 <= int(y) < SIDE:
            value[int(y), int(x)] += z
            weight[int(y), int(x)] += 1
    spread = np.full_like(value, float(points[:, 2].max()))
    for sigma in (30.0, 15.0, 8.0, 4.5):
        over = cv2.GaussianBlur(value, (0, 0), sigma)
        under = cv2.GaussianBlur(weight, (0, 0), sigma)
        sure = np.clip(under / (under.max() * 0.05), 0, 1)
        spread = spread * (1 - sure) + sure * over / np.maximum(under, 1e-9)
    return np.asarray(spread, dtype=np.float32)


def _head(points: NDArray[np.float32]) -> Field:
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    middle, reach = (low + high) / 2, (high - low) / 2 * (1.15, 1.35)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    far = np.hypot((x - middle[0]) / reach[0], (y - middle[1]) / reach[1])
    return np.asarray(np.clip((1.25 - far) / 0.25, 0, 1), dtype=np.float32)


def script(rng: np.random.Generator, variant: Variant = Variant.FULL) -> Played:
    """Ask what the product itself would ask."""
    made = make_script(variant, rng.bytes(RANDOM_BYTES))
    return Played(asked_of(made), moments(made))


def moments(made: Script, most: int = MOST) -> tuple[float, ...]:
    """Give when the page takes frames of a script (``face-script.js``): of a colour late."""
    both = all(any(isinstance(step, what) for step in made.steps) for what in (Screen, Turn))
    found: list[float] = []
    for step in made.steps:
        if isinstance(step, Screen):
            parts = np.linspace(0.4, 0.9, 2 if both else 3)
        else:
            # Fewer than a message holds are never sent: a short script is looked at more often.
            often = 360 if both else min(250, made.ms / FEWEST)
            count = max(1, round(step.ms / often))
            parts = (np.arange(count) + 0.5) / count
        found += [step.start_ms + step.ms * float(part) for part in parts]
    return tuple(found[:most])


def capture(
    shown: Portrait, played: Played, how: Staging, engine: LocalEngine, rng: np.random.Generator
) -> Take:
    """Play a script in front of a simulated camera."""
    asked = played.asked
    ambient, gain = float(rng.uniform(0.6, 0.95)), float(rng.uniform(0.10, 0.25)) * how.gain
    angle, size = float(rng.uniform(16, 24)), float(rng.uniform(1.28, 1.42))
    sensor, quality = float(rng.uniform(1.5, 3.5)), int(rng.integers(80, 96))
    lag, pitch = float(rng.uniform(0, 60)) + how.late_ms, float(rng.uniform(1.3, 2.6))
    depth, blinking = surface(shown, how), replace(shown, pixels=eyes_closed(shown))
    frames: list[Seen] = []
    stored, camera = b"", Camera.drawn(rng) if asked.colours else None
    for begins_ms in played.times_ms:
        at_ms = begins_ms + float(rng.uniform(0, CAMERA_MS))
        then_ms = at_ms - how.behind_ms
        yaw, scale = _moved(asked, then_ms, angle, size, rng) if how.moves else (0.0, 1.0)
        pan = rng.normal(0, 1.5, 2) if how.moves else np.zeros(2)
        closed = how.blinks and rng.random() < BLINKS
        if not (how.repeats and stored):
            maps = _back(depth, yaw, scale, pan)
            seen = _drawn(blinking if closed else shown, how, maps)
            light = _share(shown, how, maps) * _shown(how, colour_at(asked, then_ms - lag))
            lit = seen * (ambient + light * np.float32(gain * scale**2))
            lit = lit * sub_pixels(maps, pitch) if how.grid else lit
            lit = camera.balanced(lit, at_ms) if camera else lit
            stored = taken(lit, sensor if how.noise else 0.0, quality, rng)
        frame = frame_of(at_ms, stored, engine)
        if frame is not None:
            frames.append(frame)
    if camera is None:
        return Take(frames, None)
    light_ms, noise = lag + how.behind_ms, sensor if how.noise else 0.0
    lamp = _Lamp(ambient, gain, light_ms, noise)
    # Drawn of its own: whatever a film takes of chance, the frames are the same.
    return Take(frames, _filmed(shown, asked, how, lamp, camera, rng.spawn(1)[0]))


@dataclass(frozen=True, slots=True)
class _Lamp:
    """A capture's light: what there is of it besides the screen's, and how late the screen's is."""

    ambient: float
    gain: float
    late_ms: float
    sensor: float


def _filmed(  # noqa: PLR0913, PLR0917 - who is before which camera, in which light
    shown: Portrait,
    asked: Asked,
    how: Staging,
    lamp: _Lamp,
    camera: Camera,
    rng: np.random.Generator,
) -> CapturedFilm:
    """Film the changes of colour; who looks ahead sways from one place to another meanwhile.

    Sub-pixels are finer than a tile shows.
    """
    depth, shutter = surface(shown, how), Shutter.drawn(rng, rolling=how.rolling, slow=how.slow)
    looks = {colour.start_ms: _two_looks(shown, how, depth, rng) for colour in asked.colours}

    def screen(times: Field) -> Field:
        found = np.full((*times.shape, 3), 255, dtype=np.float32)
        for number, each in enumerate(asked.colours):
            found[times >= shown_ms(each.start_ms, number)] = each.rgb
        return found

    def tile(at_ms: float, start_ms: float) -> Field:
        light = shutter.over(at_ms - lamp.late_ms, screen)
        into = (at_ms - start_ms + BEFORE_MS) / (BEFORE_MS + UNTIL_MS)
        (one, share_one), (other, share_other) = looks[start_ms]
        seen = one + (other - one) * np.float32(into)
        share = share_one + (share_other - share_one) * np.float32(into)
        lit = seen * (lamp.ambient + share[..., None] * _shown(how, light) * lamp.gain)
        lit *= camera.white_at(at_ms)
        noise = rng.standard_normal(lit.shape) * np.sqrt(np.maximum(lit, 8) / 128)
        return np.asarray(lit + noise * lamp.sensor / SOFTENED, dtype=np.float32)

    return film([colour.start_ms for colour in asked.colours], shutter, tile)


def _two_looks(
    shown: Portrait, how: Staging, depth: Field, rng: np.random.Generator
) -> list[tuple[Field, Field]]:
    """Give what is seen and what it takes of the light at a change's beginning and end."""
    found = []
    for _ in range(2):
        yaw, pan = (rng.normal(0, 0.5), rng.normal(0, 1.5, 2)) if how.moves else (0, np.zeros(2))
        maps = _back(depth, float(yaw), 1.0, pan)
        share = _share(shown, how, maps)[..., 0]
        found.append((smaller(_drawn(shown, how, maps)), smaller(share)))
    return found


def in_a_room(shown: Portrait, room: NDArray[np.uint8]) -> Portrait:
    """Put a person who stands before a plain wall before a room; others have one of their own."""
    low, high = shown.mesh[:, :2].min(axis=0), shown.mesh[:, :2].max(axis=0)
    box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    person = without_plain_background(shown.pixels, box)
    return shown if person is None else replace(shown, pixels=before(shown.pixels, person, room))


def _moved(
    asked: Asked, at_ms: float, angle: float, size: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Give yaw in degrees (+ to the person's left) and scale: eased in, with a sway."""
    yaw, scale = float(rng.normal(0, 0.5)), 1.0
    for turn in asked.turns:
        into = (at_ms - turn.start_ms) / turn.duration_ms
        if 0 <= into < 1:
            yaw += turn.side * angle * float(np.sin(np.pi * into))
    if asked.nearer_ms is not None and at_ms >= asked.nearer_ms:
        scale += (size - 1) * min(1.0, (at_ms - asked.nearer_ms) / 700)
    return yaw, scale


def eyes_closed(shown: Portrait) -> NDArray[np.uint8]:
    """Draw the lids down over the eyes: skin from above them, as a mesh warp does."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    for inside, reach in _eyes(shown, 0.62, 0.30):
        y -= inside * np.float32(reach * 0.55)
    return np.asarray(cv2.remap(shown.pixels, x, y, cv2.INTER_LINEAR), dtype=np.uint8)


def with_eye_holes(shown: Portrait, other: Portrait) -> Portrait:
    """Cut the eyes out of a mask; behind it are the attacker's own, in the mask's shadow."""
    pixels = shown.pixels.astype(np.float32)
    for inside, _ in _eyes(shown, 0.62, 0.36):
        hole = inside[..., None]
        pixels = pixels * (1 - hole) + other.pixels * np.float32(0.8) * hole
    return replace(shown, pixels=np.asarray(pixels, dtype=np.uint8))


def _eyes(shown: Portrait, across: float, down: float) -> list[tuple[Field, float]]:
    """Give for each eye 1 inside an ellipse of so many of its widths, and its width in pixels."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    found = []
    for outer, inner in ((33, 133), (263, 362)):
        one, other = shown.mesh[outer, :2], shown.mesh[inner, :2]
        middle, width = (one + other) / 2, float(np.hypot(*(one - other)))
        far = np.hypot((x - middle[0]) / (width * across), (y - middle[1]) / (width * down))
        found.append((np.asarray(np.clip((1.1 - far) / 0.2, 0, 1), dtype=np.float32), width))
    return found


def sub_pixels(maps: tuple[Field, Field], pitch: float) -> Field:
    """Give what red, green and blue stripes let through, one set in each ``pitch`` of the surface.

    The camera's own grid is coarser than theirs, so that they beat: that is the moire.
    """
    phases = np.arange(3, dtype=np.float32) / 3
    across = maps[0][..., None] / np.float32(pitch) + phases
    down = maps[1][..., None] / np.float32(pitch)
    turns = np.float32(2 * np.pi)
    return np.asarray((1 + 0.25 * np.cos(turns * across)) * (1 + 0.1 * np.cos(turns * down)))


def surface(shown: Portrait, how: Staging) -> Field:
    """Give the depth of a surface, (SIDE, SIDE): ``head``, ``plane`` or ``bent``."""
    if how.surface == "head":
        return shown.relief - float(shown.relief.mean())
    x = np.mgrid[:SIDE, :SIDE].astype(np.float32)[1] - SIDE / 2
    if how.surface == "bent":
        return np.asarray((x / SIDE) ** 2 * SIDE * how.bend, dtype=np.float32)
    return np.zeros((SIDE, SIDE), dtype=np.float32)


def _back(depth: Field, yaw: float, scale: float, pan: NDArray[np.float64]) -> tuple[Field, Field]:
    """Give where each pixel of the turned picture comes from: fixed-point inversion of the turn."""
    turn, half = np.radians(yaw), SIDE // 2
    small = cv2.resize(depth, (half, half), interpolation=cv2.INTER_AREA) / 2
    y, x = np.mgrid[:half, :half].astype(np.float32)
    x0 = (x - half / 2 - np.float32(pan[0] / 2)) / np.float32(scale)
    y0 = (y - half / 2 - np.float32(pan[1] / 2)) / np.float32(scale)
    at_x, at_y = x0, y0
    sine, cosine = np.float32(np.sin(turn)), np.float32(np.cos(turn))
    for _ in range(5):
        at = (at_x + half / 2, at_y + half / 2)
        z = cv2.remap(small, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        # Nearer is smaller z: a turn to the person's left carries the nose to the image's right.
        nearer = 1 + (z * cosine - sine * at_x) / np.float32(half * 3)
        at_x, at_y = (x0 * nearer + sine * z) / cosine, y0 * nearer
    maps = np.dstack([at_x + half / 2, at_y + half / 2]) * 2
    whole = cv2.resize(maps, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(whole[..., 0]), np.ascontiguousarray(whole[..., 1])


def _drawn(shown: Portrait, how: Staging, maps: tuple[Field, Field]) -> Field:
    """Draw the surface turned; a head or a mask before its own background, paper as one piece."""
    turned = cv2.remap(shown.pixels, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if how.surface != "head" and not how.cut_out:
        return np.asarray(turned, dtype=np.float32)
    where = cv2.remap(shown.head, *maps, cv2.INTER_LINEAR)[..., None]
    return np.asarray(turned * where + shown.pixels * (1 - where), dtype=np.float32)


def colour_at(asked: Asked, at_ms: float) -> tuple[int, int, int] | None:
    """Give what the screen shows: white before and after colours, nothing that counts in calm."""
    for colour in asked.colours:
        if colour.start_ms <= at_ms < colour.start_ms + colour.duration_ms:
            return colour.rgb
    return WHITE if asked.colours else None


def _share(shown: Portrait, how: Staging, maps: tuple[Field, Field]) -> Field:
    """Give what each pixel takes of the screen's light, (SIDE, SIDE, 1) around 0..1."""
    facing = shown.facing if how.lit in {"head", "wrong"} else np.ones_like(shown.facing)
    fields = cv2.remap(np.dstack([facing, shown.head]), *maps, cv2.INTER_LINEAR)
    where = fields[..., 1]
    return np.asarray(fields[..., 0] * where + how.background * (1 - where))[..., None]


def _shown(how: Staging, rgb: tuple[int, int, int] | Field | None) -> Field:
    """Give the screen's colour as this surface is lit by it, 0..1; no light where it takes none."""
    if rgb is None or how.lit == "none":
        return np.zeros(3, dtype=np.float32)
    shade = np.asarray(rgb, dtype=np.float32) / 255
    return np.asarray(np.roll(shade, -1, axis=-1) if how.lit == "wrong" else shade)


def _facing(relief: Field) -> Field:
    """Give what a Lambert surface takes of a lamp beside the camera, with distance squared."""
    soft = cv2.GaussianBlur(relief, (0, 0), 5)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(soft, cv2.CV_32F, 0, 1) / 8
    facing = 1 / np.sqrt(1 + across**2 + down**2)
    away = (relief - float(relief.min())) / (SIDE * 1.6)
    return np.asarray(facing / (1 + away) ** 2, dtype=np.float32)
