"""What several measurements need: the default pack's engine, and a place for their figures."""

from __future__ import annotations

import json
import sys
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.places import OUT
from lineproof.adapters.page_sight import open_recognisers
from lineproof.packs.refusal import PackRefused
from lineproof.wiring import engine_for

if TYPE_CHECKING:
    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.adapters.page_sight import Recognisers


def open_engine(setting: str | None) -> LocalEngine:
    """Open the default pack in this setting, or end saying why it cannot be."""
    engine = engine_for("default", setting)
    if isinstance(engine, PackRefused):
        sys.exit(engine.sentence)
    return engine


def open_recognisers_or_exit() -> Recognisers:
    """Open the networks that read, or end saying why they cannot be."""
    found = open_recognisers()
    if isinstance(found, PackRefused):
        sys.exit(found.sentence)
    return found


def write_figures(name: str, figures: object) -> None:
    """Print a measurement's figures and keep them as JSON."""
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(figures, indent=2)
    (OUT / f"{name}.json").write_text(text, "utf-8")
    print(name, text)


def spread(values: list[float]) -> dict[str, float]:
    """Give median, least and greatest."""
    return {
        "median": round(median(values), 2),
        "min": round(min(values), 2),
        "max": round(max(values), 2),
    }
