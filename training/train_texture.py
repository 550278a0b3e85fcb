"""Trains the texture networks on pictures that ``training.pictures`` made.

    python -m training.train_texture --pictures .cache/training --run clean --out out/clean

Fixed seeds, one thread, deterministic: the same pictures give the same weights on the same machine.
A GPU is used only when asked for (``--device cuda``): its sums are not those of a CPU, and not the
same twice. With ``--seconds`` it makes as many steps as fit; the log says how many those were.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import math
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from training.pictures import VIEWS
from training.runs import FRLL_TRAINED, KEPT_APART, RUNS, Run, kept_apart
from training.texture_network import MEAN, SCALE, TextureNetwork, write_onnx
from training.variation import varied

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 20261125
BATCH = 64
STEPS = 1400
RATE, DECAY = 2e-3, 1e-3


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of one view: chips (n, side, side, 3), and what each one shows."""

    chips: NDArray[np.uint8]
    bona_fide: NDArray[np.bool_]
    group: NDArray[np.str_]
    """Source and class: what is drawn with equal chance."""


def read(folder: Path, view: str, run: Run) -> Pictures:
    """Read the pictures that a run is trained on."""
    chips, bona_fide, group = [], [], []
    for source in run.sources:
        rows = json.loads((folder / f"{source}.json").read_text())
        keep = np.array([not kept_apart(person, run) for person, *_ in rows])
        chips.append(np.load(folder / f"{source}-{view}.npy", mmap_mode="r")[keep])
        kept = [row for row, kept in zip(rows, keep, strict=True) if kept]
        bona_fide += [species == "bona_fide" for _, species, *_ in kept]
        group += [
            f"{source} {species if species in _REAL else 'simulated'}" for _, species, *_ in kept
        ]
    return Pictures(np.concatenate(chips), np.array(bona_fide), np.array(group))


_REAL = {"bona_fide", "nuaa_print"}


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How one network is trained: so many steps, or where ``seconds`` is given as many as fit."""

    seed: int
    batch: int = BATCH
    steps: int = STEPS
    seconds: float = 0.0
    device: str = "cpu"


def trained(pictures: Pictures, how: How) -> tuple[TextureNetwork, list[float]]:
    """Train one network; also give the loss of each step."""
    torch.manual_seed(how.seed)
    rng = np.random.default_rng(how.seed)
    network = TextureNetwork().to(how.device, memory_format=torch.channels_last).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    chips = torch.from_numpy(pictures.chips).to(how.device)
    labels = torch.from_numpy(pictures.bona_fide.astype(np.int64)).to(how.device)
    chance = _chances(pictures)
    losses: list[torch.Tensor] = []
    began, done = time.monotonic(), 0.0
    while done < 1:
        if len(losses) % 64 == 0:
            many = torch.from_numpy(rng.choice(len(chance), (64, how.batch), p=chance))
            many = many.to(how.device)
        optimiser.param_groups[0]["lr"] = RATE * _warm_then_cool(done)
        drawn = many[len(losses) % 64]
        batch = (varied(chips[drawn]) * 255 - MEAN) * SCALE
        with torch.autocast(how.device, torch.bfloat16, enabled=how.device == "cuda"):
            logits = network(batch.contiguous(memory_format=torch.channels_last))
        loss = functional.cross_entropy(logits.float(), labels[drawn], label_smoothing=0.03)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.detach())
        spent = (time.monotonic() - began) / how.seconds if how.seconds else 0.0
        done = max(spent, len(losses) / how.steps if not how.seconds else 0.0)
    return network.cpu().eval(), torch.stack(losses).cpu().tolist()


def _warm_then_cool(done: float) -> float:
    """Give the learning rate's share of its highest: up for a tenth of the way, then to nothing."""
    return min(done / 0.1 + 0.04, 1.0) * (1 + math.cos(math.pi * done)) / 2


def _chances(pictures: Pictures) -> NDArray[np.float64]:
    """Draw bona fide and attack equally often, and within each every source equally often.

    So no source stands for one class: which set a picture came from tells nothing about it.
    """
    chance = np.zeros(len(pictures.group))
    for wanted in (True, False):
        groups = sorted(set(pictures.group[pictures.bona_fide == wanted]))
        for group in groups:
            members = pictures.group == group
            chance[members] = 0.5 / len(groups) / members.sum()
    return chance


def _device(device: str) -> str:
    return torch.cuda.get_device_name() + ", bfloat16" if device == "cuda" else "one thread, cpu"


def main() -> None:
    """Train both views of one run and write the networks and the log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--run", choices=sorted(RUNS), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--seconds", type=float, default=0.0, help="For each view; not --steps.")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--view", choices=sorted(VIEWS), action="append", help="Of all, these.")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.device == "cpu":
        torch.use_deterministic_algorithms(mode=True)
    given.out.mkdir(parents=True, exist_ok=True)
    run = RUNS[given.run]
    log: dict[str, object] = {
        "run": given.run,
        "sources": run.sources,
        "nuaa_subjects_kept_apart": run.nuaa_apart,
        "people_kept_apart": f"by the hash of their name one in {KEPT_APART} of LFW and FRLL, and "
        f"of FRLL's others all but one in {FRLL_TRAINED}",
        "seed": given.seed,
        "batch": given.batch,
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {platform.system()}, {_device(given.device)}",
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
    }
    for number, (view, (box_scale, side)) in enumerate(VIEWS.items()):
        if given.view and view not in given.view:
            continue
        began = time.monotonic()
        pictures = read(given.pictures, view, run)
        how = How(
            seed=given.seed + number,
            batch=given.batch,
            steps=given.steps,
            seconds=given.seconds,
            device=given.device,
        )
        network, losses = trained(pictures, how)
        file = given.out / f"texture-{view}.onnx"
        write_onnx(network, file, side=side, name=f"texture-{view}")
        names, counts = np.unique(pictures.group, return_counts=True)
        log[view] = {
            "box_scale": box_scale,
            "side": side,
            "pictures": dict(zip(names.tolist(), counts.tolist(), strict=True)),
            "steps": len(losses),
            "loss_by_twentieth": [
                round(float(np.mean(part)), 4)
                for part in np.array_split(losses, min(20, len(losses)))
            ],
            "minutes": round((time.monotonic() - began) / 60, 1),
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
        print(given.run, given.seed, view, log[view], flush=True)
    path = given.out / "training-log.json"
    path.write_text(json.dumps(_with_other_views(path, log), indent=2) + "\n")


def _with_other_views(path: Path, log: dict[str, object]) -> dict[str, object]:
    """Add the views that another process trained in the same way: one for each, side by side."""
    other = json.loads(path.read_text()) if path.is_file() else {}
    same = all(json.loads(json.dumps(log[key])) == other.get(key) for key in set(log) - set(VIEWS))
    return {**log, **{view: other[view] for view in VIEWS if same and view in {*other} - {*log}}}


if __name__ == "__main__":
    main()
