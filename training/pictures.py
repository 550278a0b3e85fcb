"""Training pictures: every face of the data folder, captured as it is and as simulated attacks.

    python -m training.pictures --data ../shared/data --out .cache/training

Writes, for each source, two arrays of chips (uint8 RGB) and a table of what they show. Nothing
of it belongs into the repository or the product: the folder holds faces under their own terms.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.face.detect import detect
from lineproof.face.liveness.pad_chip import pad_chip
from lineproof.packs.runtime import load, preprocess
from lineproof.packs.store import default_store, find_pack
from training.camera import captured
from training.scenes import before, scene, without_plain_background
from training.simulated_attacks import SPECIES, attack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training.camera import Box, Pixels

VIEWS = {"wide": (2.7, 96), "close": (1.2, 112)}
"""Each network's view: how many times the detector's box is enlarged, and the chip's side."""

PLAN = {
    "frll": {"raw": 1, "captured": 9, "attacks": 12},
    "lfw": {"raw": 1, "captured": 1, "attacks": 2},
    "nuaa": {"raw": 1, "captured": 1, "attacks": 3},
}
"""How many pictures are made of each bona fide one; a real attack is taken raw and captured."""

LFW_IMAGES = 1200
"""LFW is bona fide only and larger than the others: the first images of its people are enough."""


@dataclass(frozen=True, slots=True)
class Source:
    """One picture of the data folder: whose it is, and whether it is an attack already."""

    path: Path
    person: str
    species: str


def frll(data: Path) -> list[Source]:
    """Face Research Lab London, CC BY 4.0."""
    paths = sorted((data / "frll").glob("*_front/*.jpg"))
    return [Source(path, f"frll/{path.name[:3]}", "bona_fide") for path in paths]


def lfw(data: Path) -> list[Source]:
    """Labelled Faces in the Wild, development people: bona fide, research terms."""
    paths = sorted((data / "lfw_dev").glob("*/*.jpg"), key=lambda path: (path.stem[-4:], path.stem))
    paths = sorted(paths[:LFW_IMAGES])
    return [Source(path, f"lfw/{path.parent.name}", "bona_fide") for path in paths]


def nuaa(data: Path) -> list[Source]:
    """NUAA's training split: bona fide and photographs held to a webcam, research terms."""
    with (data / "nuaa_train" / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [
        Source(
            data / "nuaa_train" / row["file"],
            f"nuaa/{row['subject']}",
            "bona_fide" if row["label"] == "bonafide" else "nuaa_print",
        )
        for row in rows
    ]


SOURCES = {"frll": frll, "lfw": lfw, "nuaa": nuaa}


def finder() -> Callable[[Pixels], Box | None]:
    """Give what finds the face that counts, by the default pack."""
    pack = find_pack("default", store=default_store())
    models = load(pack, default=None)  # type: ignore[arg-type]
    network = models.detector()  # type: ignore[union-attr]

    def found(pixels: Pixels) -> Box | None:
        faces = detect(pixels, lambda chips: network(preprocess(chips, network.model)))  # type: ignore[operator,union-attr]
        return faces[0].box if faces else None

    return found


def made(
    source: Source, plan: dict[str, int], find: Callable[[Pixels], Box | None], number: int
) -> Iterator[tuple[Pixels, Box, str, str]]:
    """Give each picture made of one source: pixels, box, species and how it was made."""
    pixels = np.ascontiguousarray(cv2.imread(str(source.path))[..., ::-1])
    box = find(pixels)
    if box is None:
        return
    rng = np.random.default_rng([20261125, number])
    person = without_plain_background(pixels, box) if source.person.startswith("frll") else None
    for _ in range(plan["raw"]):
        yield pixels, _jittered(box, rng), source.species, "raw"
    for _ in range(plan["captured"]):
        yield (
            *_jitter_box(*captured(_somewhere(pixels, person, rng), box, rng), rng),
            source.species,
            "captured",
        )
    if source.species != "bona_fide":
        return
    first = int(rng.integers(0, len(SPECIES)))
    for turn in range(plan["attacks"]):
        # Screens twice: they are the species that anybody has at hand.
        species = (*SPECIES, "screen")[(first + turn) % (len(SPECIES) + 1)]
        shown = attack(species, _somewhere(pixels, person, rng), box, rng)
        yield *_jitter_box(*captured(*shown, rng), rng), species, "simulated"


def _somewhere(pixels: Pixels, person: np.ndarray | None, rng: np.random.Generator) -> Pixels:
    """Put a person who stands before a plain wall before a room, most times."""
    if person is None or rng.random() < 0.2:
        return pixels
    return before(pixels, person, scene(*pixels.shape[:2], rng))


def _jitter_box(pixels: Pixels, box: Box, rng: np.random.Generator) -> tuple[Pixels, Box]:
    return pixels, _jittered(box, rng)


def _jittered(box: Box, rng: np.random.Generator) -> Box:
    """Move a box as a detector's answer moves from picture to picture."""
    side = max(box[2] - box[0], box[3] - box[1])
    x, y, grow = rng.normal(0, 0.03, 3) * side
    return box[0] + x - grow, box[1] + y - grow, box[2] + x + grow, box[3] + y + grow


def main() -> None:
    """Make every source's pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", choices=sorted(SOURCES))
    parser.add_argument("--most", type=int, default=10**9, help="Pictures of a source, for a try.")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    find = finder()
    for name in [given.only] if given.only else SOURCES:
        chips: dict[str, list[Pixels]] = {view: [] for view in VIEWS}
        rows: list[tuple[str, str, str, str]] = []
        for number, source in enumerate(SOURCES[name](given.data)[: given.most]):
            for pixels, box, species, how in made(source, PLAN[name], find, number):
                for view, (box_scale, side) in VIEWS.items():
                    chips[view].append(
                        pad_chip(pixels, box, box_scale=box_scale, size=(side, side))
                    )
                rows.append((source.person, species, how, source.path.name))
        for view, stack in chips.items():
            np.save(given.out / f"{name}-{view}.npy", np.stack(stack))
        (given.out / f"{name}.json").write_text(json.dumps(rows))
        print(name, len(rows), "pictures")


if __name__ == "__main__":
    main()
