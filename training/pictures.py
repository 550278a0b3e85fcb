"""Training pictures: every face of the data folder, captured as it is and as simulated attacks.

    python -m training.pictures --data ../shared/data --out .cache/training

Writes, for each source, two arrays of chips (uint8 RGB) and a table of what they show. Nothing
of it belongs into the repository or the product: the folder holds faces under their own terms.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lineproof.face.liveness.pad_chip import pad_chip
from training.camera import captured
from training.runs import RUNS, kept_apart, kept_apart_by_all
from training.scenes import before, scene, without_plain_background
from training.simulated_attacks import SPECIES, attack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training.camera import Box, Pixels

SEED = 20261128

VIEWS = {"wide": (2.7, 96), "close": (1.2, 112)}
"""Each network's view: how many times the detector's box is enlarged, and the chip's side."""

PLAN = {
    "frll": {"raw": 1, "captured": 29, "attacks": 42},
    "lfw": {"raw": 1, "captured": 1, "attacks": 2},
    "nuaa": {"raw": 1, "captured": 2, "attacks": 5},
}
"""How many pictures are made of each bona fide one; a real attack is taken raw and captured. FRLL's
are many, for few of its people are trained on."""

ATTACKS_APART = {"frll": 6, "lfw": 2}
"""The same of people whom no run is trained on: they are only scored, so not captured as they are,
and no source outnumbers the others where a pack is calibrated."""


LFW_IMAGES = 1200
"""LFW is bona fide only and larger than the others: the first images of its people are enough for
training."""


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
    sources = [Source(path, f"lfw/{path.parent.name}", "bona_fide") for path in paths]
    first, rest = sources[:LFW_IMAGES], sources[LFW_IMAGES:]
    # Of those who are kept apart every picture counts.
    first += [one for one in rest if kept_apart(one.person, RUNS["full"])]
    return sorted(first, key=lambda one: one.path)


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
    # Not needed where boxes are given, and a machine for training need not have it.
    from lineproof.face.detect import detect  # noqa: PLC0415
    from lineproof.packs.runtime import load, preprocess  # noqa: PLC0415
    from lineproof.packs.store import default_store, find_pack  # noqa: PLC0415

    pack = find_pack("default", store=default_store())
    models = load(pack, default=None)  # type: ignore[arg-type]
    network = models.detector()  # type: ignore[union-attr]

    def found(pixels: Pixels) -> Box | None:
        faces = detect(pixels, lambda chips: network(preprocess(chips, network.model)))  # type: ignore[operator,union-attr]
        return faces[0].box if faces else None

    return found


def made(
    pixels: Pixels, box: Box, source: Source, plan: dict[str, int], rng: np.random.Generator
) -> Iterator[tuple[Pixels, Box, str, str]]:
    """Give each picture made of one source: pixels, box, species and how it was made."""
    person = without_plain_background(pixels, box) if source.person.startswith("frll") else None
    for _ in range(plan["raw"]):
        yield pixels, _jittered(box, rng), source.species, "raw"
    for _ in range(plan["captured"]):
        seen, where = captured(_somewhere(pixels, person, rng), box, rng)
        yield seen, _jittered(where, rng), source.species, "captured"
    if source.species != "bona_fide":
        return
    first = int(rng.integers(0, len(SPECIES)))
    for turn in range(plan["attacks"]):
        # Screens twice: they are the species that anybody has at hand.
        species = (*SPECIES, "screen")[(first + turn) % (len(SPECIES) + 1)]
        seen, where = captured(*attack(species, _somewhere(pixels, person, rng), box, rng), rng)
        yield seen, _jittered(where, rng), species, "simulated"


def _somewhere(pixels: Pixels, person: np.ndarray | None, rng: np.random.Generator) -> Pixels:
    """Put a person who stands before a plain wall before a room, most times."""
    if person is None or rng.random() < 0.2:
        return pixels
    return before(pixels, person, scene(*pixels.shape[:2], rng))


def _jittered(box: Box, rng: np.random.Generator) -> Box:
    """Move a box as a detector's answer moves from picture to picture."""
    side = max(box[2] - box[0], box[3] - box[1])
    x, y, grow = rng.normal(0, 0.03, 3) * side
    return box[0] + x - grow, box[1] + y - grow, box[2] + x + grow, box[3] + y + grow


Row = tuple[str, str, str, str]
"""Person, species, how it was made, file."""


@dataclass(frozen=True, slots=True)
class Job:
    """One source's turn: its number seeds what is drawn; ``box`` is None until it is found."""

    number: int
    source: Source
    plan: dict[str, int]
    box: Box | None


def rows_of(job: Job) -> list[tuple[Row, dict[str, Pixels]]]:
    """Make one source's pictures as chips of every view; none where no face is found."""
    cv2.setNumThreads(1)
    source = job.source
    pixels = np.ascontiguousarray(cv2.imread(str(source.path))[..., ::-1])
    box = job.box or _finder()(pixels)
    if box is None:
        return []
    rng = np.random.default_rng([SEED, job.number])
    return [
        (
            (source.person, species, how, source.path.name),
            {
                view: pad_chip(seen, where, box_scale=box_scale, size=(side, side))
                for view, (box_scale, side) in VIEWS.items()
            },
        )
        for seen, where, species, how in made(pixels, box, source, job.plan, rng)
    ]


@cache
def _finder() -> Callable[[Pixels], Box | None]:
    """Start the detector once in each process."""
    return finder()


def plan_of(name: str, person: str, given: argparse.Namespace) -> dict[str, int]:
    """Say how many pictures are made of one of a person."""
    plan = {how: count * (1 if how == "raw" else given.times) for how, count in PLAN[name].items()}
    if kept_apart_by_all(person):
        plan["attacks"] = ATTACKS_APART[name] * given.times
    if given.apart or kept_apart_by_all(person):
        plan["captured"] = 0
    return plan


def jobs_of(name: str, given: argparse.Namespace, boxes: dict[str, Box]) -> list[Job]:
    """List a source's jobs; of ``boxes`` (file: box), if any, only the files that it names."""
    data: Path = given.data
    sources = SOURCES[name](data)
    if given.apart:
        sources = [one for one in sources if any(kept_apart(one.person, r) for r in RUNS.values())]
    if boxes:
        sources = [one for one in sources if one.path.relative_to(data).as_posix() in boxes]
    return [
        Job(
            number,
            one,
            plan_of(name, one.person, given),
            boxes.get(one.path.relative_to(data).as_posix()),
        )
        for number, one in enumerate(sources[:: max(1, len(sources) // given.most)])
    ]


def main() -> None:
    """Make every source's pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--boxes", type=Path, help="JSON, file: box; where no detector is at hand")
    parser.add_argument("--times", type=int, default=1, help="So many times the plan's pictures.")
    parser.add_argument("--most", type=int, default=10**9, help="Pictures of a source, for a try.")
    parser.add_argument("--apart", action="store_true", help="Only whom some run keeps apart.")
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    boxes = json.loads(given.boxes.read_text()) if given.boxes else {}
    with multiprocessing.get_context("spawn").Pool(given.workers) as pool:
        for name in SOURCES:
            jobs = jobs_of(name, given, boxes)
            every = [one for made in pool.imap(rows_of, jobs, chunksize=4) for one in made]
            for view in VIEWS:
                np.save(given.out / f"{name}-{view}.npy", np.stack([c[view] for _, c in every]))
            (given.out / f"{name}.json").write_text(json.dumps([row for row, _ in every]))
            print(name, len(every), "pictures", flush=True)


if __name__ == "__main__":
    main()
