"""What whoever stands before a camera can be told: one coarse word, and nothing finer."""

from __future__ import annotations

from typing import Literal, TypeAlias

Hint: TypeAlias = Literal[
    "too_dark", "too_bright", "no_face", "two_faces", "too_far", "too_close", "turn"
]
"""What to change; nobody is told by it who they are, or how alike."""
