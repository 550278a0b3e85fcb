"""Refuses to build a distribution that does not carry the finished default pack."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKS = Path(__file__).parent / "src" / "lineproof" / "packs"


class PackHook(BuildHookInterface[Any]):
    """Checks the pack's files against the committed lock; an editable installation needs none."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Stop the build where the pack is missing or is not the committed one."""
        del build_data
        if version == "editable":
            return
        lock = tomllib.loads((PACKS / "build" / "default.lock.toml").read_text("utf-8"))
        for name, expected in lock["outputs"].items():
            file = PACKS / "built" / "default" / name
            if not file.is_file():
                raise SystemExit(f"{name} is not built yet. Run `make pack`, then build again.")
            if hashlib.sha256(file.read_bytes()).hexdigest() != expected:
                raise SystemExit(f"{name} is not the committed one. Run `make pack` again.")
