"""Error rates of trained networks on the pictures that their run never saw.

    python -m training.figures --pictures .cache/training --run full=out/full --on nuaa

Several ``--run NAME=FOLDER`` are pooled, each on what it kept apart: leave-subjects-out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from lineproof.evaluate.pad_rates import Scored, rates_at, threshold_at
from training.pictures import VIEWS
from training.train_texture import RUNS, kept_apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEAN, SCALE = 127.5, 1 / 127.5


def scores_of(
    folder: Path, pictures: Path, source: str, keep: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Give (n, views) probabilities of a bona fide face for the pictures that are kept."""
    columns = []
    for view in VIEWS:
        session = onnxruntime.InferenceSession(
            folder / f"texture-{view}.onnx", providers=["CPUExecutionProvider"]
        )
        chips = np.load(pictures / f"{source}-{view}.npy", mmap_mode="r")[keep]
        found = []
        for at in range(0, len(chips), 256):
            batch = chips[at : at + 256].transpose(0, 3, 1, 2).astype(np.float32)
            logits = session.run(None, {"input": (batch - MEAN) * np.float32(SCALE)})[0]
            found.append(1 / (1 + np.exp(logits[:, 0] - logits[:, 1])))
        columns.append(np.concatenate(found))
    return np.stack(columns, axis=1).astype(np.float64)


def measured(
    runs: dict[str, Path], pictures: Path, source: str, how: set[str]
) -> tuple[NDArray[np.float64], list[str], list[str]]:
    """Pool the runs' scores on what each kept apart of one source, with species and people."""
    every, species, people = [], [], []
    rows = json.loads((pictures / f"{source}.json").read_text())
    for name, folder in runs.items():
        run = RUNS[name]
        keep = np.array(
            [
                row[2] in how and (source not in run.sources or kept_apart(row[0], run))
                for row in rows
            ]
        )
        every.append(scores_of(folder, pictures, source, keep))
        species += [row[1] for row, kept in zip(rows, keep, strict=True) if kept]
        people += [row[0] for row, kept in zip(rows, keep, strict=True) if kept]
    return np.concatenate(every), species, people


def main() -> None:
    """Print the rates of each view and of their mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--run", action="append", required=True, help="NAME=FOLDER")
    parser.add_argument("--on", required=True, choices=["frll", "lfw", "nuaa"])
    parser.add_argument("--how", default="raw,simulated")
    parser.add_argument("--bpcer", type=float, default=0.02)
    given = parser.parse_args()
    runs = {name: Path(folder) for name, _, folder in (one.partition("=") for one in given.run)}
    each, species, _ = measured(runs, given.pictures, given.on, set(given.how.split(",")))
    named = np.array(species)
    columns = dict(zip(VIEWS, each.T, strict=True)) | {"fused": each.mean(axis=1)}
    for name, score in columns.items():
        scored = Scored(
            score[named == "bona_fide"],
            {s: score[named == s] for s in sorted(set(species) - {"bona_fide"})},
        )
        found = rates_at(scored, threshold_at(scored.bona_fide, given.bpcer))
        print(name, f"threshold {found.threshold:.4f}, bona fide {len(scored.bona_fide)}")
        for what, errors in found.apcer.items():
            print(f"  {what}: {errors.errors} of {errors.trials}: {errors.rate}")


if __name__ == "__main__":
    main()
