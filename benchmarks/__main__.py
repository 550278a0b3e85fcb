"""Run the measurements: all of them, or those that are named."""

from __future__ import annotations

import os
import sys

# One thread each, for the yardstick too; set before any of their libraries is loaded.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

from benchmarks import (
    accuracy,
    bad_pages,
    copies,
    documents,
    generated,
    guidance,
    liveness,
    liveness_table,
    outlines,
    people,
    serving,
    signals,
    speed,
    storage,
    verify_cost,
    writers,
    zones,
)
from benchmarks.places import DATA

MEASUREMENTS = {
    "pair": speed.pair,
    "process": speed.process,
    "decoding": speed.decoding,
    "glue": speed.glue,
    "quality": people.quality,
    "frames": people.frames,
    "frll": accuracy.frll,
    "lfw": accuracy.lfw,
    "zones": zones.zones,
    "formats": generated.formats,
    "printed": generated.printed,
    "bad_pages": bad_pages.bad_pages,
    "chips": documents.chips,
    "portraits": documents.portraits,
    "outlines": outlines.outlines,
    "signals": signals.signals,
    "signal_limits": signals.signal_limits,
    "copies": copies.copies,
    "storage": storage.storage,
    "verify_cost": verify_cost.verify_cost,
    "serving": serving.serving,
    "writers": writers.writers,
    "guidance": guidance.guidance,
    "liveness_table": liveness_table.liveness_table,
    "liveness": liveness.liveness,
}
NEEDS_DATA = {"quality": "frll", "frames": "nuaa_train", "frll": "frll", "lfw": "lfw_dev"} | {
    "zones": "mrz_pages",
    "printed": "mrz_pages",
    "chips": "emrtd",
    "liveness": "frll",
    "liveness_table": "frll",
    "portraits": "frll",
    "outlines": "frll",
    "signals": "mrz_pages",
    "signal_limits": "mrz_pages",
    "copies": "mrz_pages",
}


def main(names: list[str]) -> None:
    """Run the named measurements, or all; say which are left out for want of data."""
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; choose from {', '.join(MEASUREMENTS)}")
    for name in names or MEASUREMENTS:
        folder = NEEDS_DATA.get(name)
        if folder and not (DATA / folder).is_dir():
            print(f"{name} is left out: {DATA / folder} is not there (LINEPROOF_SHARED names it)")
            continue
        MEASUREMENTS[name]()


main(sys.argv[1:])
