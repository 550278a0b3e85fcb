"""Writes the pack of a run: its networks, their calibration on what was kept apart, its card.

python -m training.write_pack --run full --networks out/full --out src/lineproof/packs/own/texture
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import shutil
from pathlib import Path

import numpy as np

from lineproof.evaluate.metrics import Rate
from lineproof.evaluate.pad_rates import Scored, rates_at, threshold_at
from training.figures import measured
from training.pictures import VIEWS
from training.runs import RUNS

VERSION = 2
BPCERS = (0.01, 0.02, 0.05, 0.1, 0.2)
# The card of the run that ships: write another one for another run.
CARD = """
Tells skin from paper and screens in one picture. Trained by training/train_texture.py on 27 people
of FRLL (CC BY 4.0, DeBruine and Jones), LFW (press photographs, research use) and NUAA (research
use); screens, cut-outs and most prints are simulations made from their bona fide pictures, and
NUAA's prints are the only real attacks it ever saw. Evaluation grade: weights trained on
research-terms pictures. Never shown: video replays from real screens, masks, real telephones'
cameras. Networks like these that were trained without NUAA let 59 to 78 % of NUAA's prints pass, so
nothing says that it knows an attack that it never saw. docs/texture-model-card.md has every figure.
"""


def main() -> None:
    """Copy the networks, calibrate them on people kept apart and write pack.toml."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", choices=sorted(RUNS), required=True)
    parser.add_argument("--networks", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    scored, people = kept_apart_scores(given.run, given.networks)
    lines = [
        "format = 1",
        f'name = "{given.out.name}"',
        f'version = "{VERSION}"',
        'grade = "evaluation"',
        'summary = "Presentation attack detection by texture: two small networks of our own."',
        f'model_card = """{CARD}"""',
    ]
    for view, (box_scale, side) in VIEWS.items():
        file = f"texture-{view}.onnx"
        shutil.copyfile(given.networks / file, given.out / file)
        lines += model_lines(given.out / file, view, box_scale, side)
    lines += calibration_lines(scored, people, RUNS[given.run].sources)
    (given.out / "pack.toml").write_text("\n".join(lines) + "\n")
    shutil.copyfile(given.networks / "training-log.json", given.out / "training-log.json")


def model_lines(path: Path, view: str, box_scale: float, side: int) -> list[str]:
    """Write one network's table."""
    return [
        "",
        "[[model]]",
        'role = "pad"',
        f'name = "texture-{view}"',
        f'file = "{path.name}"',
        f'sha256 = "{hashlib.sha256(path.read_bytes()).hexdigest()}"',
        'licence = "Apache-2.0 AND LicenseRef-trained-on-research-data"',
        'source = "trained by this repository: training/train_texture.py"',
        'input = "input"',
        'output = "logits"',
        f"size = {side}",
        'channels = "rgb"',
        "mean = 127.5",
        "scale = 0.00784313725490196",
        f"box_scale = {box_scale}",
        "bona_fide = 1",
    ]


def kept_apart_scores(run: str, networks: Path) -> tuple[Scored, int]:
    """Score what the run kept apart, as it is and as simulated attacks; also count the people."""
    every, species, people = [], [], 0
    for source in RUNS[run].sources:
        each, named, who = measured(networks, source)
        every.append(each.mean(axis=1))
        species += named
        people += len(set(who))
    score, named_all = np.concatenate(every), np.array(species)
    attacks = sorted(set(species) - {"bona_fide"})
    return Scored(
        score[named_all == "bona_fide"], {name: score[named_all == name] for name in attacks}
    ), people


def calibration_lines(scored: Scored, people: int, sources: tuple[str, ...]) -> list[str]:
    """Write the thresholds and the worst species at each."""
    kept = ", ".join(source.upper() for source in sources)
    lines = [
        "",
        "[pad_calibration]",
        f'dataset = "people kept apart of {kept}; attacks simulated but NUAA\'s prints"',
        f"bona_fide = {len(scored.bona_fide)}",
        f"people = {people}",
        f'date = "{dt.datetime.now(tz=dt.UTC).date().isoformat()}"',
    ]
    for bpcer in BPCERS:
        found = rates_at(scored, threshold_at(scored.bona_fide, bpcer))
        worst = found.worst or ""
        rate = found.apcer[worst].rate
        assert isinstance(rate, Rate)
        lines += [
            "",
            "[[pad_calibration.point]]",
            f"bpcer = {bpcer}",
            f"score = {found.threshold!r}",
            f"stopped = {found.bpcer.errors}",
            f'species = "{worst}"',
            f"apcer = {rate.value:.4f}",
            f"apcer_high = {rate.high:.4f}",
        ]
    return lines


if __name__ == "__main__":
    main()
