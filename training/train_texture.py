"""Trains the texture networks on pictures that ``training.pictures`` made.

    python -m training.train_texture --pictures .cache/training --run clean --out out/clean

Fixed seeds, one thread, deterministic: the same pictures give the same weights on the same machine.
A GPU is used only when asked for (``--device cuda``): its sums are not those of a CPU.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from training.pictures import VIEWS
from training.texture_network import MEAN, SCALE, TextureNetwork, write_onnx

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 20261125
BATCH = 64
STEPS = 1400
RATE, DECAY = 2e-3, 1e-3
KEPT_APART = 5
"""One person in so many of FRLL and LFW is never trained on: what is calibrated and shown is on
people of neither run."""

FOLDS = (("0001", "0002", "0003"), ("0004", "0005", "0006"), ("0007", "0008", "0009"))
"""NUAA's nine subjects, three kept apart at a time."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run is trained on, and which NUAA subjects it never sees."""

    sources: tuple[str, ...]
    nuaa_apart: tuple[str, ...] = ()


RUNS = {
    "clean": Run(("frll",)),
    "full": Run(("frll", "lfw", "nuaa"), FOLDS[2]),
    "full-fold-1": Run(("frll", "lfw", "nuaa"), FOLDS[0]),
    "full-fold-2": Run(("frll", "lfw", "nuaa"), FOLDS[1]),
    "without-nuaa": Run(("frll", "lfw")),
    "without-lfw": Run(("frll", "nuaa"), FOLDS[2]),
}


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of one view: chips (n, side, side, 3), and what each one shows."""

    chips: NDArray[np.uint8]
    bona_fide: NDArray[np.bool_]
    group: NDArray[np.str_]
    """Source and class: what is drawn with equal chance."""


def kept_apart(person: str, run: Run) -> bool:
    """Tell whether a person is never trained on, by name alone, so that nobody chooses."""
    source, _, name = person.partition("/")
    if source == "nuaa":
        return name in run.nuaa_apart
    return int(hashlib.sha256(person.encode()).hexdigest(), 16) % KEPT_APART == 0


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


def trained(pictures: Pictures, *, device: str, seed: int) -> tuple[TextureNetwork, list[float]]:
    """Train one network; also give the mean loss of each hundred steps."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = TextureNetwork().to(device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS)
    chance = _chances(pictures)
    losses: list[float] = []
    network.train()
    for _ in range(STEPS):
        drawn = rng.choice(len(chance), BATCH, p=chance)
        batch = _varied(pictures.chips[drawn], rng).to(device)
        label = torch.from_numpy(pictures.bona_fide[drawn].astype(np.int64)).to(device)
        loss = functional.cross_entropy(network(batch), label, label_smoothing=0.03)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
    means = [round(float(np.mean(losses[at : at + 100])), 4) for at in range(0, STEPS, 100)]
    return network.cpu().eval(), means


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


def _varied(chips: NDArray[np.uint8], rng: np.random.Generator) -> torch.Tensor:
    """Mirror, shift, recolour and cover parts, at random; give (n, 3, side, side)."""
    side = chips.shape[1]
    out = np.empty(chips.shape, np.float32)
    for at, chip in enumerate(chips):
        seen = chip[:, ::-1] if rng.random() < 0.5 else chip
        x, y = rng.integers(0, 9, 2)
        seen = np.pad(seen, ((4, 4), (4, 4), (0, 0)), mode="reflect")
        seen = seen[y : y + side, x : x + side].astype(np.float32)
        seen = seen * rng.uniform(0.9, 1.1, 3).astype(np.float32) * float(rng.uniform(0.8, 1.2))
        if rng.random() < 0.15:
            seen = np.repeat(seen.mean(axis=2, keepdims=True), 3, axis=2)
        if rng.random() < 0.25:
            (left, top), (w, h) = rng.integers(0, side, 2), rng.integers(8, side // 2, 2)
            seen[top : top + h, left : left + w] = rng.uniform(0, 255, 3)
        out[at] = seen
    np.clip(out, 0, 255, out=out)
    return torch.from_numpy((out.transpose(0, 3, 1, 2) - MEAN) * np.float32(SCALE))


def main() -> None:
    """Train both views of one run and write the networks and the log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--run", choices=sorted(RUNS), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    given.out.mkdir(parents=True, exist_ok=True)
    run = RUNS[given.run]
    log: dict[str, object] = {
        "run": given.run,
        "sources": run.sources,
        "nuaa_subjects_kept_apart": run.nuaa_apart,
        "people_kept_apart": f"one in {KEPT_APART} of FRLL and LFW, by the hash of their name",
        "seed": SEED,
        "batch": BATCH,
        "steps": STEPS,
        "torch": torch.__version__,
        "machine": f"{platform.machine()}, {platform.system()}, one thread, {given.device}",
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
    }
    for number, (view, (box_scale, side)) in enumerate(VIEWS.items()):
        began = time.monotonic()
        pictures = read(given.pictures, view, run)
        network, losses = trained(pictures, device=given.device, seed=SEED + number)
        file = given.out / f"texture-{view}.onnx"
        write_onnx(network, file, side=side, name=f"texture-{view}")
        names, counts = np.unique(pictures.group, return_counts=True)
        log[view] = {
            "box_scale": box_scale,
            "side": side,
            "pictures": dict(zip(names.tolist(), counts.tolist(), strict=True)),
            "loss_by_hundred_steps": losses,
            "minutes": round((time.monotonic() - began) / 60, 1),
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
        print(view, losses, flush=True)
    (given.out / "training-log.json").write_text(json.dumps(log, indent=2) + "\n")


if __name__ == "__main__":
    main()
