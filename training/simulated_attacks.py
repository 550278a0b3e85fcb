"""Simulated attack presentations, made from bona fide faces (ISO/IEC 30107-3: species).

They are simulations: a network that finds them all may still miss a real one, and every table that
counts them says so. Each species takes a picture with the face's box and gives the picture that a
camera in front of the print or screen would be pointed at; ``training.camera`` then takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from training.camera import compressed
from training.scenes import scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from training.camera import Box, Pixels

    Shown = tuple[Pixels, Box]
    Float = NDArray[np.float32]

SPECIES = ("print_photo", "print_halftone", "print_inkjet", "screen", "cut_out")


def attack(species: str, picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Present ``picture`` as this species of attack."""
    picture, box = _chained(*_at_hand(picture, box, rng), rng)
    return _MADE[species](picture, box, rng)


def _at_hand(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Cut what the attacker shows: the face and something round it, at a size that is at hand."""
    side = max(box[2] - box[0], box[3] - box[1])
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    reach = side * float(rng.uniform(0.75, 2.2))
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
    """Pass a chain of uploads: scaled down and up, stored as JPEG, none to three times."""
    height, width = picture.shape[:2]
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
    grain = rng.normal(0, 1, ink.shape).astype(np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), float(rng.uniform(0.4, 1.0)))
    ink += grain / grain.std() * float(rng.uniform(3, 16)) * (0.3 + 0.7 * (1 - ink / 255))
    if rng.random() < 0.5:
        rows = np.arange(ink.shape[0], dtype=np.float32)[:, None, None]
        pitch = float(rng.uniform(3, 14))
        ink += np.sin(rows * 2 * np.pi / pitch) * float(rng.uniform(1, 6))
    return _held(_paper(ink, rng), box, rng, gloss=0.0)


def _inks(picture: Pixels, rng: np.random.Generator) -> Float:
    """Bring the colours into what inks reach: no deep black, paler colours, a cast."""
    seen = picture.astype(np.float32)
    grey = seen.mean(axis=2, keepdims=True)
    saturation = 0.0 if rng.random() < 0.05 else float(rng.uniform(0.45, 1.05))
    seen = grey + (seen - grey) * saturation
    black = float(rng.uniform(8, 60))
    seen = black + seen * (float(rng.uniform(215, 252)) - black) / 255
    seen *= rng.normal(1, 0.035, 3).astype(np.float32)
    seen = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.3, 1.2)))
    return np.asarray(seen, np.float32)


def _halftone(ink: Float, rng: np.random.Generator) -> Float:
    """Screen each ink with dots at its own angle; partly, as a real dot is never square."""
    height, width = ink.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    pitch = float(rng.uniform(2.3, 6.5))
    hard = float(rng.uniform(1.0, 5.0))
    out = np.empty_like(ink)
    for channel, angle in enumerate(np.deg2rad(np.array((15, 75, 0)) + rng.uniform(-4, 4, 3))):
        u = (x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / pitch
        v = (y * np.cos(angle) - x * np.sin(angle)) * 2 * np.pi / pitch
        dots = (np.cos(u) + np.cos(v)) / 4
        level = ink[..., channel] / 255 - 0.5
        out[..., channel] = 255 / (1 + np.exp(-hard * 4 * (level + dots * 0.9)))
    keep = float(rng.uniform(0.25, 0.8))
    return np.asarray(ink * (1 - keep) + out * keep, np.float32)


def _paper(ink: Float, rng: np.random.Generator) -> Float:
    """Lay the ink on paper: fibres at two scales."""
    height, width = ink.shape[:2]
    fine = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 0.8)
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
        sheet = _glare(sheet, rng)
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


def _glare(sheet: Float, rng: np.random.Generator) -> Float:
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


# Screens -----------------------------------------------------------------------------------------


def _screen(picture: Pixels, box: Box, rng: np.random.Generator) -> Shown:
    """Show on a telephone or monitor: its colours, sub-pixels, moire, reflection and bezel."""
    seen = picture.astype(np.float32)
    seen = 255 * (seen / 255) ** float(rng.uniform(0.8, 1.4))
    seen = float(rng.uniform(2, 45)) + seen * float(rng.uniform(0.72, 1.02))
    seen *= np.array([0.96, 1.0, 1.05], np.float32) ** float(rng.uniform(-1.0, 2.5))
    seen = _sub_pixels(seen, rng) if rng.random() < 0.45 else _moire(seen, rng)
    if rng.random() < 0.25:
        rows = np.arange(seen.shape[0], dtype=np.float32)[:, None, None]
        wave = np.sin(rows * 2 * np.pi / float(rng.uniform(40, 300)) + float(rng.uniform(0, 6)))
        seen *= 1 + wave * float(rng.uniform(0.03, 0.15))
    if rng.random() < 0.45:
        seen = _glare(seen, rng)
    if rng.random() < 0.3:
        room = scene(seen.shape[0], seen.shape[1], rng).astype(np.float32)
        seen = seen + room * float(rng.uniform(0.03, 0.2))
    shown, box = _bezel(np.clip(seen, 0, 255).astype(np.uint8), box, rng)
    return _placed(shown, box, rng)


def _sub_pixels(seen: Float, rng: np.random.Generator) -> Float:
    """Show on a grid of red, green and blue stripes, then sample that grid where a camera does."""
    height, width = seen.shape[:2]
    pitch = float(rng.uniform(1.05, 2.6))
    coarse = cv2.resize(
        seen, (int(width / pitch), int(height / pitch)), interpolation=cv2.INTER_AREA
    )
    fine = np.repeat(np.repeat(coarse, 3, axis=0), 3, axis=1)
    stripes = np.full((3, 3, 3), float(rng.uniform(0.1, 0.75)), np.float32)
    for column in range(3):
        stripes[:, column, column] = 1.0
    stripes[2] *= float(rng.uniform(0.4, 0.95))
    stripes /= stripes.mean(axis=(0, 1))
    if rng.random() < 0.5:
        stripes = stripes.transpose(1, 0, 2)
    fine *= np.tile(stripes, (coarse.shape[0], coarse.shape[1], 1))
    fine = cv2.GaussianBlur(fine, (0, 0), float(rng.uniform(0.6, 1.6)))
    # The camera's own grid is turned a little against the screen's: that is where moire comes from.
    turn = cv2.getRotationMatrix2D(
        (fine.shape[1] / 2, fine.shape[0] / 2), float(rng.uniform(-4, 4)), 1.0
    )
    factor = width / fine.shape[1], height / fine.shape[0]
    turn = np.diag([*factor]) @ turn
    return np.asarray(
        cv2.warpAffine(fine, turn, (width, height), None, cv2.INTER_LINEAR, cv2.BORDER_REFLECT),
        np.float32,
    )


def _moire(seen: Float, rng: np.random.Generator) -> Float:
    """Add the beats of two grids: bent waves, a phase of their own in each colour."""
    height, width = seen.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    out = seen
    for _ in range(int(rng.integers(1, 4))):
        angle, pitch = float(rng.uniform(0, np.pi)), float(np.exp(rng.uniform(np.log(2.5), 4.0)))
        bend = (x - width * rng.random()) ** 2 + (y - height * rng.random()) ** 2
        along = x * np.cos(angle) + y * np.sin(angle) + bend * float(rng.normal(0, 4e-4))
        phases = rng.uniform(0, 2 * np.pi, 3) if rng.random() < 0.6 else np.zeros(3)
        wave = np.sin(along[..., None] * (2 * np.pi / pitch) + phases.astype(np.float32))
        strength = float(np.exp(rng.uniform(np.log(0.015), np.log(0.14))))
        out = out * (1 + wave * strength)
    return np.asarray(out, np.float32)


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
    return framed, (x0 + left, y0 + top, x1 + left, y1 + top)


# What is cut out ---------------------------------------------------------------------------------


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
