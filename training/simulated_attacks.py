"""Simulated attack presentations, made from bona fide faces (ISO/IEC 30107-3: species).

They are simulations: a network that finds them all may still miss a real one, and every table that
counts them says so. Each species takes a picture with the face's box and gives the picture that a
camera in front of the print or screen would be pointed at; ``training.camera`` then takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.camera import compressed, exposed, grain, near, saturating, with_noise
from training.scenes import scene
from training.screens import glare, on_screen

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from training.camera import Box, Pixels

    Shown = tuple[Pixels, Box]
    Float = NDArray[np.float32]

SPECIES = ("print_photo", "print_halftone", "print_inkjet", "screen", "cut_out")


def attack(species: str, picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Present ``picture`` as this species of attack."""
    picture, box = _chained(*_at_hand(*near(picture, box), rng), rng)
    return _MADE[species](picture, box, rng)


def _at_hand(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Cut what the attacker shows: the face and something round it, at a size that is at hand."""
    side = max(box[2] - box[0], box[3] - box[1])
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    reach = side * min(float(rng.uniform(0.75, 2.2)), 1.6)
    height, width = picture.shape[:2]
    left, right = max(0, int(middle[0] - reach)), min(width, int(middle[0] + reach))
    top, bottom = max(0, int(middle[1] - reach)), min(height, int(middle[1] + reach * 1.2))
    part = picture[top:bottom, left:right]
    factor = float(rng.uniform(150, 250)) / side
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    part = cv2.resize(part, None, fx=factor, fy=factor, interpolation=way)
    x0, y0, x1, y1 = box
    return part, (
        (x0 - left) * factor,
        (y0 - top) * factor,
        (x1 - left) * factor,
        (y1 - top) * factor,
    )


def _chained(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Take with a first camera, mostly, then upload: scaled, stored as JPEG, up to three times."""
    height, width = picture.shape[:2]
    if rng.random() < 0.6:
        seen = picture.astype(np.float32)
        much = float(rng.uniform(0, 0.5))
        seen = with_noise(seen + (exposed(seen, rng) - seen) * much, rng)
        picture = np.clip(seen, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 4))):
        factor = float(rng.uniform(0.45, 1.0))
        small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        small = compressed(small, int(rng.integers(40, 95)))
        picture = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return picture, box


# Prints ------------------------------------------------------------------------------------------


def _print_photo(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Photographic paper: continuous tone, fewer colours, gloss."""
    return _held(_paper(_inks(picture, rng), rng), box, rng, gloss=0.5)


def _print_halftone(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Offset or laser print: four turned screens of dots."""
    return _held(_paper(_halftone(_inks(picture, rng), rng), rng), box, rng, gloss=0.2)


def _print_inkjet(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Inkjet on plain paper: scattered dots, lines of the head, no gloss."""
    ink = _inks(picture, rng)
    dots = cv2.GaussianBlur(grain(*ink.shape[:2], rng), (0, 0), float(rng.uniform(0.4, 1.0)))
    much = float(rng.uniform(3, 16)) / max(float(dots[::8, ::8].std()), 1e-6)
    ink += dots * much * (1 - ink * (0.7 / 255))
    if rng.random() < 0.5:
        rows = np.arange(ink.shape[0], dtype=np.float32)[:, None, None]
        pitch = float(rng.uniform(3, 14))
        ink += np.sin(rows * 2 * np.pi / pitch) * float(rng.uniform(1, 6))
    return _held(_paper(ink, rng), box, rng, gloss=0.0)


def _inks(picture: Pixels, rng: np.random.Generator) -> Float:
    """Bring the colours into what inks reach: no deep black, paler colours, a cast."""
    saturation = 0.0 if rng.random() < 0.08 else float(rng.uniform(0.4, 1.15))
    seen = cv2.transform(picture, saturating(saturation)).astype(np.float32)
    if rng.random() < 0.5:
        # A printer's tone curve: shadows close, lights wash out.
        seen = 255 * cv2.pow(np.clip(seen, 0, 255) / 255, float(rng.uniform(0.7, 1.5)))
    black = float(rng.uniform(4, 70))
    seen = black + seen * (float(rng.uniform(215, 252)) - black) / 255
    seen *= rng.normal(1, 0.035, 3).astype(np.float32)
    seen = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.3, 2.0)))
    return np.asarray(seen, np.float32)


def _halftone(ink: Float, rng: np.random.Generator) -> Float:
    """Screen each ink with dots at its own angle; partly, as a real dot is never square."""
    height, width = ink.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    pitch = float(np.exp(rng.uniform(np.log(1.7), np.log(7.0))))
    hard = float(rng.uniform(1.0, 5.0))
    out = np.empty_like(ink)
    for channel, degrees in enumerate(np.array((15, 75, 0)) + rng.uniform(-4, 4, 3)):
        along = float(np.cos(np.deg2rad(degrees)) * 2 * np.pi / pitch)
        across = float(np.sin(np.deg2rad(degrees)) * 2 * np.pi / pitch)
        u, v = x * along + y * across, y * along - x * across
        dots = (np.cos(u) + np.cos(v)) / 4
        level = ink[..., channel] / 255 - 0.5
        out[..., channel] = 255 / (1 + np.exp(-hard * 4 * (level + dots * 0.9)))
    keep = float(rng.uniform(0.25, 0.8))
    return np.asarray(ink * (1 - keep) + out * keep, np.float32)


def _paper(ink: Float, rng: np.random.Generator) -> Float:
    """Lay the ink on paper: fibres at two scales."""
    height, width = ink.shape[:2]
    white = np.ascontiguousarray(grain(height, width, rng)[..., 0])
    fine = cv2.GaussianBlur(white, (0, 0), float(rng.uniform(0.5, 1.5)))
    coarse = rng.normal(0, 1, (height // 12 + 1, width // 12 + 1)).astype(np.float32)
    fibres = fine * float(rng.uniform(1, 9)) + cv2.resize(coarse, (width, height)) * float(
        rng.uniform(0, 4)
    )
    return np.asarray(ink + fibres[..., None], np.float32)


def _held(sheet: Float, box: Box, rng: np.random.Generator, *, gloss: float) -> Shown:
    """Hold a sheet: border, bend, light, gloss; before a room unless it fills the view."""
    sheet, box = _bordered(sheet, box, rng)
    if rng.random() < 0.5:
        sheet = _bent(sheet, rng)
    sheet = _lit(sheet, rng)
    if rng.random() < gloss:
        sheet = glare(sheet, rng)
    return _placed(np.clip(sheet, 0, 255).astype(np.uint8), box, rng)


def _bordered(sheet: Float, box: Box, rng: np.random.Generator) -> tuple[Float, Box]:
    if rng.random() < 0.5:
        return sheet, box
    edge = int(rng.uniform(4, 40))
    white = tuple(float(c) for c in rng.uniform(195, 255) + rng.normal(0, 5, 3))
    sheet = cv2.copyMakeBorder(sheet, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=white)
    return np.asarray(sheet, np.float32), tuple(place + edge for place in box)  # type: ignore[return-value]


def _bent(sheet: Float, rng: np.random.Generator) -> Float:
    """Bend a sheet about one axis, with the shade that a bend gives."""
    height, width = sheet.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    along = x / width if rng.random() < 0.6 else y / height
    wave = np.sin(along * np.pi * float(rng.uniform(0.8, 2.2)) + float(rng.uniform(0, 6)))
    shift = wave * float(rng.uniform(2, 9))
    bent = cv2.remap(sheet, x + shift, y + shift * 0.4, cv2.INTER_LINEAR, None, cv2.BORDER_REFLECT)
    return np.asarray(bent * (1 + wave[..., None] * float(rng.uniform(0, 0.12))), np.float32)


def _lit(sheet: Float, rng: np.random.Generator) -> Float:
    """Light a flat thing: one slope of brightness over all of it, the face included."""
    corners = rng.uniform(0.7, 1.15, (2, 2)).astype(np.float32)
    light = cv2.resize(corners, (sheet.shape[1], sheet.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(sheet * light[..., None], np.float32)


# Screens and what is cut out ---------------------------------------------------------------------


def _screen(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Show on a telephone or monitor and hold it up."""
    return _placed(*on_screen(picture, box, rng), rng)


def _cut_out(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Present a print cut along the head, or a mask of it with holes for the eyes."""
    ink = _halftone(_inks(picture, rng), rng) if rng.random() < 0.4 else _inks(picture, rng)
    sheet = _bent(_paper(ink, rng), rng)
    sheet = _lit(sheet, rng)
    height, width = sheet.shape[:2]
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across, down = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    angles = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    reach = float(rng.uniform(0.95, 1.45)) * (1 + rng.normal(0, 0.03, len(angles)))
    outline = np.stack(
        [
            middle[0] + np.cos(angles) * across * reach,
            middle[1] + np.sin(angles) * down * reach * 1.15,
        ],
        axis=1,
    )
    mask = np.zeros((height, width), np.float32)
    cv2.fillPoly(mask, [np.rint(outline).astype(np.int32)], 1.0)
    if rng.random() < 0.35:
        for side in (-0.38, 0.38):
            eye = int(middle[0] + side * across), int(middle[1] - 0.25 * down)
            cv2.ellipse(mask, eye, (int(across * 0.17), int(down * 0.09)), 0, 0, 360, 0.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.3, 1.0)))[..., None]
    shadow = cv2.GaussianBlur(mask, (0, 0), 7)[..., None] * float(rng.uniform(0, 0.5))
    room = scene(height, width, rng) * (1 - np.roll(shadow, int(rng.integers(-8, 9)), axis=1))
    return np.clip(sheet * mask + room * (1 - mask), 0, 255).astype(np.uint8), box


# Before the camera -------------------------------------------------------------------------------


def _placed(shown: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Hold a flat thing before a room, turned a little in space; or so that it fills the view."""
    height, width = shown.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turned = corners + rng.normal(0, 0.025 * width, (4, 2)).astype(np.float32)
    room_at = 0 if rng.random() < 0.4 else float(rng.uniform(0.05, 0.7))
    view = int(width * (1 + room_at)), int(height * (1 + room_at))
    turned += np.array([(view[0] - width) * rng.random(), (view[1] - height) * rng.random()])
    move = cv2.getPerspectiveTransform(corners, turned.astype(np.float32))
    if room_at == 0:
        warped = cv2.warpPerspective(shown, move, view, None, cv2.INTER_LINEAR, cv2.BORDER_REFLECT)
    else:
        mask = cv2.warpPerspective(np.ones((height, width), np.float32), move, view)
        warped = cv2.warpPerspective(shown, move, view)
        room = scene(view[1], view[0], rng)
        warped = (warped * mask[..., None] + room * (1 - mask[..., None])).astype(np.uint8)
    x0, y0, x1, y1 = box
    square = np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], np.float32)
    x, y = cv2.perspectiveTransform(square, move)[0].T
    return np.asarray(warped, np.uint8), (
        float(x.min()),
        float(y.min()),
        float(x.max()),
        float(y.max()),
    )


_MADE: dict[str, Callable[[Pixels, Box, np.random.Generator], Shown]] = {
    "print_photo": _print_photo,
    "print_halftone": _print_halftone,
    "print_inkjet": _print_inkjet,
    "screen": _screen,
    "cut_out": _cut_out,
}
"""How each species is made."""
