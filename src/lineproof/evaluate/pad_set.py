"""Presentations with their labels: who is really there, and which species of attack is not."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lineproof.evaluate.protocol import IMAGE_SUFFIXES, Unusable, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BONA_FIDE: Final = frozenset({"bona_fide", "bonafide", "bona fide", "live", "real", "genuine"})
ATTACK: Final = frozenset({"attack", "spoof", "fake"})
"""Labels that say no more than this; any other label names the attack's species itself."""

UNNAMED: Final = "attack"
LABELS: Final = "labels.csv"


@dataclass(frozen=True, slots=True)
class Presentation:
    """One picture of a set; ``species`` is None for a bona fide one (ISO/IEC 30107-3)."""

    path: Path
    name: str
    species: str | None


@dataclass(frozen=True, slots=True)
class PadSet:
    """A set's presentations in its own order; ``notes`` are sentences that its reader must know."""

    name: str
    presentations: tuple[Presentation, ...]
    notes: tuple[str, ...]


def read_pad_set(path: Path) -> PadSet | Unusable:
    """Read a CSV file, a folder with ``labels.csv``, or a folder with one folder a species."""
    if path.is_dir():
        labels = path / LABELS
        return _table(labels) if labels.is_file() else _folders(path)
    if not path.is_file():
        return Unusable("pad_set_missing", f"There is no file or folder {path}; check the path.")
    return _table(path)


def species_of(label: str, species: str) -> str | None:
    """Give the species that a line's label and species mean, None for a bona fide presentation."""
    if label.lower() in BONA_FIDE:
        return None
    if species:
        return species
    return UNNAMED if label.lower() in ATTACK else label


def _table(file: Path) -> PadSet | Unusable:
    """Read ``file,label`` and perhaps ``species``; other columns are the set's own affair."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            names = tuple(reader.fieldnames or ())
            rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        return Unusable("pad_set_not_csv", f"{file} is not a CSV file in UTF-8: {error}.")
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        return Unusable("pad_set_unreadable", f"{file} cannot be read: {reason}.")
    if not {"file", "label"} <= set(names):
        return Unusable(
            "pad_set_header", f"{file.name}: the first line must name the columns file and label."
        )
    found = []
    for line, row in rows:
        one = _line(file, row)
        if isinstance(one, str):
            return Unusable(
                "pad_set_line", f"{file.name}, line {line}: it {one}. Correct or remove this line."
            )
        found.append(one)
    return _made(file.resolve().parent.name or file.name, found, ())


def _line(file: Path, row: dict[str, str]) -> Presentation | str:
    """Read one line, or say what is wrong with it."""
    # A line that is too short holds None, one that is too long a list under None.
    if None in row or None in row.values():
        return "has another number of values than the header"
    name, label = row["file"].strip(), row["label"].strip()
    if not name or not label:
        return "names no file or no label"
    if label.lower().startswith(("bona", "genu")) and label.lower() not in BONA_FIDE:
        return f"has the label {label[:40]!r}, which is neither bona fide nor an attack"
    try:
        known = (file.parent / name).is_file()
    except (OSError, ValueError):
        known = False
    if not known:
        return f"names {name[:200]}, which is not a file"
    return Presentation(
        file.parent / name, name, species_of(label, (row.get("species") or "").strip())
    )


def _folders(root: Path) -> PadSet | Unusable:
    found: list[Presentation] = []
    skipped = 0
    try:
        for folder in sorted(root.iterdir()):
            if not folder.is_dir():
                skipped += folder.suffix.lower() in IMAGE_SUFFIXES
                continue
            species = species_of(folder.name, "")
            found += [
                Presentation(path, shown(path, root), species)
                for path in sorted(folder.rglob("*"))
                if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()
            ]
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        return Unusable("pad_set_unreadable", f"{root} cannot be read: {reason}.")
    notes = [f"{skipped:,} images that lie in no folder of a species were skipped."]
    return _made(root.resolve().name, found, notes if skipped else ())


def _made(name: str, found: Sequence[Presentation], notes: Sequence[str]) -> PadSet | Unusable:
    if not found:
        return Unusable(
            "pad_set_empty",
            f"{name} holds no presentations: give a CSV file with the columns file and label, or a "
            "folder with a folder bona_fide and one for each attack species.",
        )
    return PadSet(name, tuple(found), tuple(notes))
