"""Error rates of several networks on the same pictures, of people whom none of them was trained on.

    python -m training.compare --pictures .cache/training --networks out/old --networks out/new

Each source by itself, its threshold set on itself; then all as one set. ``--lit`` lets each picture
be lit by a colour that a script asks for, as strong as in the simulated captures.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.script import PALETTE
from lineproof.evaluate.pad_rates import Scored, rates_at, threshold_at
from training.pictures import SOURCES, VIEWS
from training.runs import RUNS, kept_apart, kept_apart_by_version_1
from training.scores import scores_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 1
AMBIENT, GAIN = (0.6, 0.95), (0.10, 0.25)
"""Of a picture's own light and of a colour's, from and to (tests/attack_kit)."""


def lit(chips: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Let a colour of the palette fall on each of (n, side, side, 3) chips."""
    rng = np.random.default_rng(SEED)
    colours = np.array(list(PALETTE.values()), np.float32) / 255
    each = (len(chips), 1, 1, 1)
    colour = colours[rng.integers(0, len(colours), len(chips))][:, None, None]
    light = rng.uniform(*AMBIENT, each) + rng.uniform(*GAIN, each) * colour
    return np.clip(chips * light, 0, 255).astype(np.uint8)


def scored(source: str, given: argparse.Namespace) -> list[Scored]:
    """Score a source's pictures of whom nothing was trained on, by each of the networks."""
    rows = json.loads((given.pictures / f"{source}.json").read_text())
    keep = [
        at
        for at, (person, _, how, _) in enumerate(rows)
        if how != "captured"
        and kept_apart(person, RUNS[given.run])
        and kept_apart_by_version_1(person)
    ]
    species = np.array([rows[at][1] for at in keep])
    found = []
    for networks in given.networks:
        columns = []
        for view in VIEWS:
            chips = np.load(given.pictures / f"{source}-{view}.npy", mmap_mode="r")[keep]
            file = networks / f"texture-{view}.onnx"
            columns.append(scores_of(file, lit(chips) if given.lit else chips))
        score = np.mean(columns, axis=0)
        attacks = {s: score[species == s] for s in sorted({*species} - {"bona_fide"})}
        found.append(Scored(score[species == "bona_fide"], attacks))
    return found


def together(parts: tuple[Scored, ...]) -> Scored:
    """Make one set of several."""
    every = {species for part in parts for species in part.attacks}
    return Scored(
        np.concatenate([part.bona_fide for part in parts]),
        {
            one: np.concatenate([part.attacks[one] for part in parts if one in part.attacks])
            for one in sorted(every)
        },
    )


def print_rates(networks: Path, one: Scored, bpcer: float) -> None:
    """Print what passes, with the threshold set on the same set."""
    found = rates_at(one, threshold_at(one.bona_fide, bpcer))
    stopped, every = found.bpcer, found.apcer.values()
    print(f"  {networks}: stopped {stopped.errors} of {stopped.trials}")
    print(f"    all attacks: {sum(e.errors for e in every)} of {sum(e.trials for e in every)}")
    for what, errors in found.apcer.items():
        print(f"    {what}: {errors.errors} of {errors.trials}: {errors.rate}")


def main() -> None:
    """Compare on every source."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--run", choices=sorted(RUNS), default="full")
    parser.add_argument("--networks", type=Path, action="append", required=True)
    parser.add_argument("--bpcer", type=float, default=0.02)
    parser.add_argument("--lit", action="store_true")
    given = parser.parse_args()
    found = {source: scored(source, given) for source in SOURCES}
    found["all"] = [together(parts) for parts in zip(*found.values(), strict=True)]
    for source, each in found.items():
        print(source)
        for networks, one in zip(given.networks, each, strict=True):
            print_rates(networks, one, given.bpcer)


if __name__ == "__main__":
    main()
