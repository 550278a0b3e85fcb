"""Write SIMULATED presentations of a photograph: ``python -m tests.attack_kit PHOTOGRAPH FOLDER``.

An optional third word names one method; otherwise each is written into a folder of its name.
``python -m tests.attack_kit messages`` prints how many attacks on the capture message are taken.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from lineproof.packs.refusal import PackRefused
from lineproof.wiring import engine_for
from tests.attack_kit.attacks import STAGINGS, attack
from tests.attack_kit.message_attacks import table
from tests.attack_kit.simulate import portrait


def main(photograph: Path, folder: Path, names: list[str]) -> None:
    """Make each named attack once and store its frames as PNG."""
    engine = engine_for("default", None)
    if isinstance(engine, PackRefused):
        sys.exit(engine.sentence)
    with Image.open(photograph) as picture:
        shown = portrait(np.asarray(picture.convert("RGB")), engine)
    for name in names:
        if name not in STAGINGS:
            sys.exit(f"unknown: {name}; choose from {', '.join(STAGINGS)}")
        made = attack(name, shown, shown, engine, np.random.default_rng(1))
        (folder / name).mkdir(parents=True, exist_ok=True)
        for at, frame in enumerate(made.frames):
            Image.fromarray(frame.pixels).save(folder / name / f"{at:02}.png")


if __name__ == "__main__":
    if sys.argv[1:] == ["messages"]:
        sys.stdout.write(table() + "\n")
        sys.exit()
    if len(sys.argv) not in {3, 4}:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or list(STAGINGS))
