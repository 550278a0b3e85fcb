"""What several measurements need: the default pack's engine, and a place for their figures."""

from __future__ import annotations

import json
import os
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, TypeVar

from benchmarks.places import OUT
from lineproof.adapters.page_sight import open_recognisers
from lineproof.packs.refusal import PackRefused
from lineproof.wiring import engine_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lineproof.adapters.local_engine import LocalEngine
    from lineproof.adapters.page_sight import Recognisers

Each = TypeVar("Each")


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


def in_time(what: Iterable[Each]) -> Iterator[Each]:
    """Go on to the next until LINEPROOF_MINUTES are over: figures say how many pages they had."""
    end = time.monotonic() + 60 * float(os.environ.get("LINEPROOF_MINUTES", "inf"))
    for each in what:
        if time.monotonic() > end:
            return
        yield each


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
