"""Scores trained networks on the pictures that their run never saw.

    python -m training.scores --pictures .cache/training --run full --networks out/full

Writes ``scores.npz`` beside the networks: for each source the pictures' rows and each view's
probability of a bona fide face. ``training.figures`` and ``training.write_pack`` read it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from training.pictures import SOURCES, VIEWS
from training.runs import RUNS, kept_apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEAN, SCALE = 127.5, 1 / 127.5
FILE = "scores.npz"


def scores_of(network: Path, chips: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Give (n,) probabilities of a bona fide face for (n, side, side, 3) chips."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    found = []
    for at in range(0, len(chips), 64):
        batch = chips[at : at + 64].transpose(0, 3, 1, 2).astype(np.float32)
        logits = session.run(None, {"input": (batch - MEAN) * np.float32(SCALE)})[0]
        found.append(1 / (1 + np.exp(logits[:, 0] - logits[:, 1])))
    return np.concatenate(found).astype(np.float64)


def main() -> None:
    """Score every source's pictures as they are and as simulated attacks, once each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--run", choices=sorted(RUNS), required=True)
    parser.add_argument("--networks", type=Path, required=True)
    given = parser.parse_args()
    run = RUNS[given.run]
    found = {}
    for source in SOURCES:
        rows = json.loads((given.pictures / f"{source}.json").read_text())
        keep = [
            at
            for at, (person, _, how, _) in enumerate(rows)
            if how != "captured" and (source not in run.sources or kept_apart(person, run))
        ]
        columns = []
        for view in VIEWS:
            chips = np.load(given.pictures / f"{source}-{view}.npy", mmap_mode="r")[keep]
            columns.append(scores_of(given.networks / f"texture-{view}.onnx", chips))
        found[source] = np.stack(columns, axis=1)
        found[f"{source}-rows"] = np.array([rows[at] for at in keep])
    np.savez_compressed(given.networks / FILE, **found)


if __name__ == "__main__":
    main()
