"""Where downloads for building are kept."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Give ``LINEPROOF_CACHE``, else this user's cache folder (XDG base directories)."""
    if chosen := os.environ.get("LINEPROOF_CACHE"):
        return Path(chosen).absolute()
    base = Path(os.environ.get("XDG_CACHE_HOME") or "")
    return (base if base.is_absolute() else Path.home() / ".cache") / "lineproof"
