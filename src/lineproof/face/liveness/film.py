"""A film as the checks see it: a small picture of every frame round each change of colour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Film:
    """Tiles (n, tall, wide, 3), uint8 RGB, and when each was taken after the script's start."""

    at_ms: tuple[float, ...]
    tiles: NDArray[np.uint8] = field(repr=False)
