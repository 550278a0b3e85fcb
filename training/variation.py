"""Varies training chips at random, both classes alike, on whatever device they are.

Where, how light, which colour, how sharp and how often stored a picture is says nothing about what
is in front of the camera, so it must not be learnt from the pool's own share of it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable

LUMA = (0.299, 0.587, 0.114)
COARSENESS = 16.0
"""The mean step of JPEG's luminance table at quality 50, near enough for variation."""

SCREENS = 0.4
"""The share of chips on which a screen's coloured light falls, as a script asks for."""


def varied(chips: torch.Tensor) -> torch.Tensor:
    """Vary (n, side, side, 3) uint8 chips; give (n, 3, side, side) float32 in 0..1."""
    seen = _moved(chips.permute(0, 3, 1, 2).contiguous().float() / 255)
    seen = _toned(_of_some(seen, SCREENS, _lit_by_a_screen))
    seen = _of_some(seen, 0.3, _resharpened)
    seen = _of_some(seen, 0.25, _with_noise)
    seen = _of_some(seen, 0.2, _stored)
    return _of_some(seen, 0.25, _covered).clamp(0, 1)


def _of_some(
    seen: torch.Tensor, share: float, changed: Callable[[torch.Tensor], torch.Tensor]
) -> torch.Tensor:
    """Change a share of the pictures, and spend no time on the others."""
    chosen = (torch.rand(len(seen), device=seen.device) < share).nonzero().flatten()
    return seen.index_copy(0, chosen, changed(seen[chosen])) if len(chosen) else seen


def _drawn(like: torch.Tensor, low: float, high: float) -> torch.Tensor:
    """Draw one number for each picture: (n, 1, 1, 1)."""
    return torch.rand(len(like), 1, 1, 1, device=like.device) * (high - low) + low


def _some(like: torch.Tensor, share: float) -> torch.Tensor:
    return (_drawn(like, 0, 1) < share).float()


def _moved(seen: torch.Tensor) -> torch.Tensor:
    """Mirror, and shift by whole pixels; half of them turn and change their size as well."""
    count, _, side, _ = seen.shape
    freely = _some(seen, 0.5).flatten()
    angle = torch.randn(count, device=seen.device) * math.radians(6) * freely
    scale = 1 + (_drawn(seen, 0.87, 1.08).flatten() - 1) * freely
    mirror = 1 - 2 * _some(seen, 0.5).flatten()
    shift = torch.randint(-5, 6, (2, count), device=seen.device) * (2 / side)
    cosine, sine = torch.cos(angle) * scale, torch.sin(angle) * scale
    move = torch.stack(
        [
            torch.stack([cosine * mirror, -sine, shift[0]], 1),
            torch.stack([sine * mirror, cosine, shift[1]], 1),
        ],
        1,
    )
    grid = functional.affine_grid(move, list(seen.shape), align_corners=False)
    return functional.grid_sample(seen, grid, padding_mode="reflection", align_corners=False)


def _lit_by_a_screen(seen: torch.Tensor) -> torch.Tensor:
    """Let a screen's colour fall on them; the camera's white balance takes part of it back.

    The light falls on a disc of the picture, sharp or soft, and on a share of what is round it: a
    near face before a far room, or a sheet of paper as one piece, whichever the picture shows.
    """
    shade = torch.rand(len(seen), 3, 1, 1, device=seen.device)
    low, high = shade.amin(1, keepdim=True), shade.amax(1, keepdim=True)
    least = _drawn(seen, 0.1, 0.4)
    shade = least + (shade - low) / (high - low + 1e-6) * (1 - least)
    light = shade * _lit(seen) * _drawn(seen, 0.0, 0.4)
    lit = seen * (_drawn(seen, 0.6, 1.0) + light)
    cast = lit.mean((2, 3), keepdim=True) / (seen.mean((2, 3), keepdim=True) + 1e-3) + 1e-3
    return lit * (cast.mean(1, keepdim=True) / cast) ** _drawn(seen, 0.0, 0.5)


def _lit(seen: torch.Tensor) -> torch.Tensor:
    """Give where the light falls, (n, 1, side, side) in 0..1."""
    side = seen.shape[2]
    place = torch.arange(side, device=seen.device) / side - 0.5
    far = (place.view(1, 1, 1, -1) ** 2 + place.view(1, 1, -1, 1) ** 2).sqrt()
    edge = (_drawn(seen, 0.15, 0.75) - far) / _drawn(seen, 0.05, 0.3)
    around = _drawn(seen, 0.0, 1.0)
    return around + (1 - around) * (edge + 0.5).clamp(0, 1)


def _toned(seen: torch.Tensor) -> torch.Tensor:
    """Change tone, light and colour; take the colour from some."""
    grey = (seen * seen.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
    colour = _drawn(seen, 0.7, 1.2) * (1 - _some(seen, 0.12))
    seen = (grey + (seen - grey) * colour).clamp(1e-4, 1)
    gains = torch.rand(len(seen), 3, 1, 1, device=seen.device) * 0.28 + 0.87
    seen = seen ** _drawn(seen, 0.75, 1.35) * gains * _drawn(seen, 0.75, 1.25)
    return (seen + _drawn(seen, -0.05, 0.05)).clamp(0, 1)


def _resharpened(seen: torch.Tensor) -> torch.Tensor:
    """Blur a half and sharpen the other."""
    line = seen.new_tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    kernel = (line[:, None] * line[None]).expand(3, 1, 5, 5)
    soft = functional.conv2d(functional.pad(seen, (2, 2, 2, 2), mode="replicate"), kernel, groups=3)
    return (seen + (soft - seen) * _drawn(seen, -0.8, 1.0)).clamp(0, 1)


def _with_noise(seen: torch.Tensor) -> torch.Tensor:
    return seen + torch.randn_like(seen) * _drawn(seen, 0.0, 0.025)


def _stored(seen: torch.Tensor) -> torch.Tensor:
    """Round in blocks of 8 x 8 as JPEG does."""
    count, _, side, _ = seen.shape
    place = torch.arange(8, device=seen.device, dtype=seen.dtype)
    cosines = torch.cos((2 * place[None] + 1) * place[:, None] * math.pi / 16) / 2
    cosines[0] /= math.sqrt(2)
    blocks = seen.reshape(count, 3, side // 8, 8, side // 8, 8)
    waves = torch.einsum("ui,ncyixj,vj->ncyxuv", cosines, blocks, cosines)
    finer = 1 + (place[:, None] + place[None]) * 0.5
    step = _drawn(seen, 0.1, 1.0)[..., None, None] * (COARSENESS / 255) * finer
    rounded = torch.round(waves / step) * step
    return torch.einsum("ui,ncyxuv,vj->ncyixj", cosines, rounded, cosines).reshape(seen.shape)


def _covered(seen: torch.Tensor) -> torch.Tensor:
    """Cover a part, so that no single place decides."""
    side = seen.shape[2]
    place = torch.arange(side, device=seen.device) / side
    x, y = _drawn(seen, 0, 1), _drawn(seen, 0, 1)
    width, height = _drawn(seen, 0.07, 0.5), _drawn(seen, 0.07, 0.5)
    across = (place.view(1, 1, 1, -1) - x).abs() < width / 2
    down = (place.view(1, 1, -1, 1) - y).abs() < height / 2
    hidden = (across & down).float()
    colour = torch.rand(len(seen), 3, 1, 1, device=seen.device)
    return seen + (colour - seen) * hidden
