"""Dynamic range (ISO/IEC 29794-5:2025, dynamic range).

Native: the entropy in bits, 0..8, of the luma histogram of the face.
Value: 12.5 * native, the standard's own line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.face.quality.scale import component

if TYPE_CHECKING:
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.face.quality.region import Scene

NAME = "dynamic_range"
UNIT = "bits"
ADVICE = "Use even, brighter light and clean the lens: the picture is flat."

VALUE_PER_BIT = 12.5


def measure(scene: Scene) -> Finding[QualityComponent]:
    """Compute the entropy of the face's luma."""
    if isinstance(scene.surface, Unmeasured):
        return scene.surface
    counts = scene.surface.value.histogram
    shares = counts[counts > 0] / counts.sum()
    entropy = float(-(shares * np.log2(shares)).sum())
    return component(entropy, VALUE_PER_BIT * entropy)
