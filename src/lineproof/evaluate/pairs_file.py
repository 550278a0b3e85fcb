"""A data set that lists its pairs in a CSV file.

    image_a,image_b,same
    ann/1.jpg,ann/2.jpg,1
    ann/1.jpg,ben/1.jpg,0

Paths are relative to the file. ``same`` is 1 for a genuine pair and 0 for an impostor pair. Two
further columns, ``person_a,person_b``, may name the people. Without them images are taken for one
person when genuine pairs join them, which cannot see that two such chains show the same person: the
intervals, made over people, are then too narrow, and the report says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lineproof.evaluate.protocol import (
    EvaluationProtocol,
    LabelledImage,
    ListedPairs,
    Unusable,
    assemble,
)
from lineproof.evaluate.tables import Table, read_table

if TYPE_CHECKING:
    from pathlib import Path

PAIR_HEADER: Final = ("image_a", "image_b", "same")
NAMED_PAIR_HEADER: Final = (*PAIR_HEADER, "person_a", "person_b")
SAME: Final = {"1": True, "0": False}
CHAINED: Final = (
    "The pairs file names no people: images joined by genuine pairs were taken for one person, so "
    "the intervals may be too narrow."
)


def pairs_file(file: Path) -> EvaluationProtocol | Unusable:
    """Read a pairs file; the pairs are compared exactly as they are listed."""
    table = read_table(file, (PAIR_HEADER, NAMED_PAIR_HEADER), what="pairs")
    if isinstance(table, Unusable):
        return table
    pairs = _pairs(table, file.parent)
    if isinstance(pairs, Unusable):
        return pairs
    named = table.header == NAMED_PAIR_HEADER
    people = _named_people(table) if named else _chains(pairs)
    if isinstance(people, Unusable):
        return people
    contradiction = next((pair for pair in pairs if _contradicts(pair, people)), None)
    if contradiction:
        return table.wrong(
            contradiction.line,
            "contradicts other lines about whether these two images show the same person",
        )
    if all(pair.same for pair in pairs):
        return Unusable(
            "no_impostor_pairs",
            f"{file.name} lists genuine pairs only, and no false match rate can come from them; "
            "add pairs of different people.",
        )
    return _protocol(pairs, people, file.parent, () if named else (CHAINED,))


@dataclass(frozen=True, slots=True)
class _Pair:
    line: int
    left: str
    right: str
    same: bool


@dataclass(slots=True)
class _Chains:
    """Images that were joined: each points at another of its chain, the last at itself."""

    parent: dict[str, str] = field(default_factory=dict)

    def end(self, image: str) -> str:
        """Give the one image that stands for the chain, and shorten the way to it."""
        way = []
        while (onward := self.parent.setdefault(image, image)) != image:
            way.append(image)
            image = onward
        for passed in way:
            self.parent[passed] = image
        return image

    def join(self, one: str, other: str) -> None:
        """Make one chain of two; the name that sorts first stands for it."""
        first, second = sorted((self.end(one), self.end(other)))
        self.parent[second] = first


def _pairs(table: Table, folder: Path) -> list[_Pair] | Unusable:
    pairs: list[_Pair] = []
    seen: set[frozenset[str]] = set()
    known: dict[str, bool] = {}
    for line, (left, right, same, *_) in table.lines:
        if same not in SAME:
            return table.wrong(line, f"says '{same}' for same, where 1 or 0 is expected")
        if left == right:
            return table.wrong(line, "compares an image with itself")
        if frozenset((left, right)) in seen:
            return table.wrong(line, "lists a pair that was listed before")
        for name in (left, right):
            if not known.setdefault(name, _is_file(folder / name)):
                return table.wrong(line, f"names {name or 'an image'}, which is not a file")
        seen.add(frozenset((left, right)))
        pairs.append(_Pair(line, left, right, SAME[same]))
    return pairs


def _is_file(path: Path) -> bool:
    """Say whether there is such a file; a name that no file can have is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _chains(pairs: list[_Pair]) -> dict[str, str]:
    chains = _Chains()
    for pair in pairs:
        if pair.same:
            chains.join(pair.left, pair.right)
    return {name: chains.end(name) for pair in pairs for name in (pair.left, pair.right)}


def _named_people(table: Table) -> dict[str, str] | Unusable:
    people: dict[str, str] = {}
    for line, (left, right, _, person_a, person_b) in table.lines:
        for image, person in ((left, person_a), (right, person_b)):
            if not person or people.setdefault(image, person) != person:
                return table.wrong(line, f"gives {image} no person, or another one than before")
    return people


def _contradicts(pair: _Pair, people: dict[str, str]) -> bool:
    return pair.same != (people[pair.left] == people[pair.right])


def _protocol(
    pairs: list[_Pair], people: dict[str, str], folder: Path, notes: tuple[str, ...]
) -> EvaluationProtocol:
    number = {name: index for index, name in enumerate(sorted(people))}
    labelled = [LabelledImage(folder / name, name, people[name]) for name in number]
    pairing = ListedPairs(
        tuple(number[pair.left] for pair in pairs), tuple(number[pair.right] for pair in pairs)
    )
    return assemble("listed pairs", labelled, pairing, skipped=0, notes=notes)
