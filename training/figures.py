"""Error rates of trained networks on the pictures that their run never saw.

    python -m training.figures --networks out/full --on nuaa

Several ``--networks`` are pooled, each on what it kept apart: leave-subjects-out.
"""

from __future__ import annotations

import argparse
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lineproof.evaluate.pad_rates import Scored, rates_at, threshold_at
from training.pictures import VIEWS
from training.scores import FILE

if TYPE_CHECKING:
    from numpy.typing import NDArray

VIEW_NAMES = tuple(VIEWS)


def measured(folder: Path, source: str) -> tuple[NDArray[np.float64], list[str], list[str]]:
    """Read a run's scores on what it kept apart of one source, with species and people."""
    with np.load(folder / FILE) as scores:
        rows = scores[f"{source}-rows"]
        return scores[source], rows[:, 1].tolist(), rows[:, 0].tolist()


def main() -> None:
    """Print the rates of each view and of the means of several."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=Path, action="append", required=True)
    parser.add_argument("--on", required=True, choices=["frll", "lfw", "nuaa"])
    parser.add_argument("--bpcer", type=float, default=0.02)
    given = parser.parse_args()
    pooled = [measured(folder, given.on) for folder in given.networks]
    each = np.concatenate([scores for scores, _, _ in pooled])
    species = [one for _, named, _ in pooled for one in named]
    named = np.array(species)
    columns = {
        "+".join(VIEW_NAMES[at] for at in some): each[:, some].mean(axis=1)
        for count in range(1, len(VIEW_NAMES) + 1)
        for some in map(list, combinations(range(len(VIEW_NAMES)), count))
    }
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
