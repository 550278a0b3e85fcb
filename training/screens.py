"""Simulated screens: a panel's light and grid as a camera's own grid samples them.

Where the panel's pixels are finer than twice the camera's, sampling its stripes at the camera's
places gives the beats (moire) and coloured fringes by itself; nothing is painted on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.camera import saturating
from training.scenes import scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.camera import Box, Pixels, Shown

    Float = NDArray[np.float32]

GAMMA = 2.2
TAU = float(2 * np.pi)


def on_screen(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Show on a telephone or monitor: its light, its grid, what it reflects, its bezel."""
    seen = _toned(picture, rng)
    kind = rng.random()
    if kind < 0.55:
        seen = _panel(seen, rng)
    elif kind < 0.88:
        seen = _beats(seen, rng)
    # The others are too far or too blurred for any grid to be seen.
    if rng.random() < 0.25:
        seen = _refreshed(seen, rng)
    seen = _reflecting(seen, rng)
    seen = 255 * cv2.pow(np.clip(seen, 0, 1), 1 / GAMMA)
    if rng.random() < 0.45:
        seen = glare(seen, rng)
    return _bezel(np.clip(seen, 0, 255).astype(np.uint8), box, rng)


def _toned(picture: Pixels, rng: np.random.Generator) -> Float:
    """Give the panel's linear light, 0..1: its tone curve, white point, gamut and black level."""
    seen = picture
    if rng.random() < 0.6:
        vivid = cv2.transform(picture, saturating(float(rng.uniform(0.75, 1.4))))
        seen = np.clip(vivid, 0, 255)
    light = cv2.pow(seen.astype(np.float32) / 255, GAMMA * float(rng.uniform(0.8, 1.35)))
    cool = np.array([0.93, 1.0, 1.08], np.float32) ** float(rng.uniform(-1.5, 3.0))
    # A lit panel is never black (an organic one nearly is), and its bright end may clip.
    black = float(np.exp(rng.uniform(np.log(0.0005), np.log(0.05))))
    return np.asarray((black + light * float(rng.uniform(0.6, 1.25))) * cool, np.float32)


def _panel(seen: Float, rng: np.random.Generator) -> Float:
    """Sample the panel's stripes where the camera's pixels lie: turned, bent, at any pitch.

    ``pitch`` is camera pixels for each pixel of the panel. A harmonic of the grid reaches the
    camera weakened by its lens, and beyond half the camera's own frequency it comes back folded.
    """
    height, width = seen.shape[:2]
    pitch = float(np.exp(rng.uniform(np.log(0.6), np.log(3.2))))
    lens = float(rng.uniform(0.15, 0.55))
    u, v = _grid(height, width, pitch, rng)
    if rng.random() < 0.4:
        u, v = v, u
    stripe = float(np.exp(rng.uniform(np.log(0.05), np.log(1.0))))
    gap = float(np.exp(rng.uniform(np.log(0.02), np.log(0.5))))
    # Stripes of a colour each, or all of it in one place for a panel whose colours share a site.
    order = float(rng.choice([-1.0, 1.0])) * (1.0 if rng.random() < 0.75 else 0.0)
    shape = np.ones_like(seen)
    for harmonic in (1, 2):
        left = stripe / harmonic * float(np.exp(-2 * (np.pi * lens * harmonic / pitch) ** 2))
        if left < 0.004:
            continue
        sine, cosine = np.sin(u * (TAU * harmonic)), np.cos(u * (TAU * harmonic))
        for channel in range(3):
            phase = order * harmonic * TAU * channel / 3
            shape[..., channel] += cosine * (left * float(np.cos(phase)))
            shape[..., channel] += sine * (left * float(np.sin(phase)))
    rows = gap * float(np.exp(-2 * (np.pi * lens / pitch) ** 2))
    if rows >= 0.004:
        shape *= (1 + np.cos(v * TAU) * rows)[..., None]
    return np.asarray(seen * np.maximum(shape, 0), np.float32)


def _grid(height: int, width: int, pitch: float, rng: np.random.Generator) -> tuple[Float, Float]:
    """Give the panel's pixel coordinates (h, w) at the camera's pixels."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = float(np.deg2rad(rng.normal(0, 4)))
    along, across = float(np.cos(turn)) / pitch, float(np.sin(turn)) / pitch
    u, v = x * along + y * across, y * along - x * across
    # Perspective and the lens bend the grid a little, so that beats curve.
    u += (x - width * float(rng.random())) ** 2 * float(rng.normal(0, 6e-5))
    u += (x - width / 2) * (y - height / 2) * float(rng.normal(0, 6e-5))
    v += (y - height * float(rng.random())) ** 2 * float(rng.normal(0, 6e-5))
    return u, v


def _beats(seen: Float, rng: np.random.Generator) -> Float:
    """Add beats of two grids that no sampling here gave: bent waves, a phase in each colour."""
    height, width = seen.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    out = seen
    for _ in range(int(rng.integers(1, 4))):
        angle = float(rng.uniform(0, np.pi))
        pitch = float(np.exp(rng.uniform(np.log(2.2), np.log(90))))
        along = x * float(np.cos(angle)) + y * float(np.sin(angle))
        bend = (x - width * float(rng.random())) ** 2 + (y - height * float(rng.random())) ** 2
        along = (along + bend * float(rng.normal(0, 4e-4))) * (TAU / pitch)
        strength = float(np.exp(rng.uniform(np.log(0.03), np.log(0.3))))
        if rng.random() < 0.4:
            out = out * (1 + np.sin(along) * strength)[..., None]
            continue
        sine, cosine = np.sin(along), np.cos(along)
        phases = rng.uniform(0, TAU, 3)
        waves = [sine * float(np.cos(p)) + cosine * float(np.sin(p)) for p in phases]
        out = out * (1 + np.stack(waves, axis=-1) * strength)
    return np.asarray(out, np.float32)


def _refreshed(seen: Float, rng: np.random.Generator) -> Float:
    """Darken bands: the panel's refresh or its dimming against the camera's rolling shutter."""
    rows = np.arange(seen.shape[0], dtype=np.float32)[:, None, None]
    wave = np.sin(rows * (TAU / float(rng.uniform(25, 300))) + float(rng.uniform(0, 6)))
    if rng.random() < 0.4:
        wave = np.clip(wave * 4, -1, 1)
    return np.asarray(seen * (1 + wave * float(rng.uniform(0.03, 0.25))), np.float32)


def _reflecting(seen: Float, rng: np.random.Generator) -> Float:
    """Add the room that a panel's glass reflects: a veil, a picture of it, or both."""
    if rng.random() < 0.5:
        seen = seen + float(np.exp(rng.uniform(np.log(0.002), np.log(0.08))))
    if rng.random() < 0.35:
        room = scene(seen.shape[0], seen.shape[1], rng).astype(np.float32) / 255
        seen = seen + room * room * float(np.exp(rng.uniform(np.log(0.01), np.log(0.15))))
    return np.asarray(seen, np.float32)


def _bezel(shown: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    if rng.random() < 0.45:
        return shown, box
    thick = [int(rng.uniform(3, 50)) for _ in range(4)]
    dark = tuple(float(c) for c in np.clip(rng.uniform(0, 70) + rng.normal(0, 4, 3), 0, 255))
    if rng.random() < 0.2:
        dark = tuple(255 - c for c in dark)
    top, bottom, left, right = thick
    framed = cv2.copyMakeBorder(shown, top, bottom, left, right, cv2.BORDER_CONSTANT, value=dark)
    x0, y0, x1, y1 = box
    return np.asarray(framed, np.uint8), (x0 + left, y0 + top, x1 + left, y1 + top)


def glare(sheet: Float, rng: np.random.Generator) -> Float:
    """Reflect a lamp or a window."""
    height, width = sheet.shape[:2]
    spot = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        if rng.random() < 0.5:
            reach = int(rng.uniform(8, 70)), int(rng.uniform(5, 40))
            cv2.ellipse(spot, (x, y), reach, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
        else:
            reach = int(rng.uniform(15, 90)), int(rng.uniform(15, 120))
            cv2.rectangle(spot, (x, y), (x + reach[0], y + reach[1]), 1.0, -1)
    spot = cv2.GaussianBlur(spot, (0, 0), float(rng.uniform(3, 25)))[..., None]
    return np.asarray(sheet + (255 - sheet) * spot * float(rng.uniform(0.15, 0.9)), np.float32)
