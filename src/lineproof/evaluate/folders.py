"""Data sets that are folders: a folder per person, or portraits beside live pictures."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Final

from lineproof.evaluate.protocol import (
    IMAGE_SUFFIXES,
    AcrossPairs,
    EvaluationProtocol,
    EveryPair,
    LabelledImage,
    Unusable,
    assemble,
    shown,
    single_image_note,
)
from lineproof.evaluate.tables import Table, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FEWEST_PEOPLE: Final = 2
PEOPLE_HEADER: Final = ("image", "person")


def folder_per_person(root: Path) -> EvaluationProtocol | Unusable:
    """Read a folder that holds one folder of images for each person: every pair is compared.

    Images are read one level deep, in the order of their names. Files that are no images and
    folders below a person's are counted as skipped; an image that cannot be opened counts later
    as not acquired.
    """
    if isinstance(refused := _no_folder(root), Unusable):
        return refused
    labelled: list[LabelledImage] = []
    skipped = 0
    empty = 0
    for entry in _ordered(root):
        if not entry.is_dir():
            skipped += _is_image(entry)
            continue
        images, others = _images_in(entry)
        skipped += others
        empty += not images
        labelled += [LabelledImage(path, shown(path, root), shown(entry, root)) for path in images]
    people = len({image.person for image in labelled})
    if people < FEWEST_PEOPLE:
        return _too_few(root, people)
    notes = [*single_image_note(labelled), *_skipped_notes(skipped, empty)]
    return assemble("folder per person", labelled, EveryPair(), skipped=skipped, notes=notes)


def two_folders(
    portraits: Path, live: Path, *, people: Path | None
) -> EvaluationProtocol | Unusable:
    """Read portraits and live pictures: each portrait is compared with each live picture.

    A picture's person is its file name up to the first underscore (``017_smile.jpg`` is person
    017). Where names do not say it, ``people`` is a CSV file with the header ``image,person`` whose
    images are written ``portrait/FILE`` and ``live/FILE``.
    """
    for folder in (portraits, live):
        if isinstance(refused := _no_folder(folder), Unusable):
            return refused
    if portraits.resolve() == live.resolve():
        return Unusable(
            "same_folder",
            "The portraits and the live pictures are one folder; give two different folders.",
        )
    sides = [_side(portraits, "portrait"), _side(live, "live")]
    for folder, (found, _) in zip((portraits, live), sides, strict=True):
        if not found:
            return _too_few(folder, 0)
    labels = _people_of([name for found, _ in sides for _, name in found], people)
    if isinstance(labels, Unusable):
        return labels
    return _across(sides, labels)


def _across(
    sides: Sequence[tuple[list[tuple[Path, str]], int]], labels: dict[str, str]
) -> EvaluationProtocol | Unusable:
    left, right = (
        [LabelledImage(path, name, labels[name]) for path, name in found] for found, _ in sides
    )
    skipped = sum(others for _, others in sides)
    portrait_people = {image.person for image in left}
    live_people = {image.person for image in right}
    if len(portrait_people | live_people) < FEWEST_PEOPLE:
        return Unusable(
            "one_person",
            "Both folders show one and the same person, so there is no impostor pair; "
            "add pictures of other people.",
        )
    pairing = AcrossPairs(tuple(range(len(left))), tuple(range(len(left), len(left) + len(right))))
    notes = _one_sided_notes(portrait_people, live_people) + _skipped_notes(skipped, 0)
    return assemble(
        "portraits against live pictures", [*left, *right], pairing, skipped=skipped, notes=notes
    )


def _side(folder: Path, side: str) -> tuple[list[tuple[Path, str]], int]:
    images, skipped = _images_in(folder)
    return [(path, f"{side}/{shown(path, folder)}") for path in images], skipped


def _people_of(names: Iterable[str], table: Path | None) -> dict[str, str] | Unusable:
    """Give each image's person, from its name or from the table."""
    if table is None:
        return {name: _stem_person(name) for name in names}
    rows = read_table(table, (PEOPLE_HEADER,), what="people")
    if isinstance(rows, Unusable):
        return rows
    labels: dict[str, str] = {}
    for line, (image, person) in rows.lines:
        if not person or labels.setdefault(image, person) != person:
            return _bad_label(rows, line, image)
    for name in names:
        if name not in labels:
            return Unusable(
                "person_missing",
                f"{table.name} names no person for {name}; add a line for it.",
            )
    return labels


def _bad_label(rows: Table, line: int, image: str) -> Unusable:
    return rows.wrong(line, f"gives {image or 'an image'} no person, or a second one")


def _stem_person(name: str) -> str:
    stem = name.rpartition("/")[2].rpartition(".")[0]
    return stem.partition("_")[0] or stem


def _no_folder(folder: Path) -> Unusable | None:
    if not folder.exists():
        return Unusable("folder_missing", f"There is no folder {folder}; check the path.")
    if not folder.is_dir():
        return Unusable("not_a_folder", f"{folder} is a file; give the folder that holds images.")
    if not os.access(folder, os.R_OK | os.X_OK):
        return Unusable("folder_unreadable", f"{folder} cannot be read; check its permissions.")
    return None


def _too_few(folder: Path, people: int) -> Unusable:
    if people:
        return Unusable(
            "one_person",
            f"{folder} holds images of one person only, so there is no impostor pair; "
            "add a folder for each other person.",
        )
    return Unusable(
        "no_images",
        f"{folder} holds no images ({', '.join(sorted(IMAGE_SUFFIXES))}) where they are expected; "
        "see the evaluation guide for how a data set is laid out.",
    )


def _ordered(folder: Path) -> list[Path]:
    """List a folder by name; hidden entries are the file system's own affair."""
    seen = (entry for entry in folder.iterdir() if not entry.name.startswith("."))
    return sorted(seen, key=lambda entry: os.fsencode(entry.name))


def _is_image(entry: Path) -> bool:
    return entry.suffix.lower() in IMAGE_SUFFIXES


def _images_in(folder: Path) -> tuple[list[Path], int]:
    """Give a folder's images in order, and how many other entries it has."""
    if not os.access(folder, os.R_OK | os.X_OK):
        return [], 1
    entries = _ordered(folder)
    images = [entry for entry in entries if _is_image(entry) and not entry.is_dir()]
    return images, len(entries) - len(images)


def _skipped_notes(skipped: int, empty: int) -> list[str]:
    notes = []
    if skipped:
        notes.append(f"{skipped:,} entries were skipped because they are not images in place.")
    if empty:
        notes.append(f"{empty:,} folders hold no image and count as no person.")
    return notes


def _one_sided_notes(portrait_people: set[str], live_people: set[str]) -> list[str]:
    counts = Counter(
        {
            "have a portrait but no live picture": len(portrait_people - live_people),
            "have a live picture but no portrait": len(live_people - portrait_people),
        }
    )
    return [
        f"{count:,} people {have}; they give impostor pairs only."
        for have, count in counts.items()
        if count
    ]
