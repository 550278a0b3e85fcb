"""A protocol's pairs as arrays: the genuine ones, and how many impostor ones there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from lineproof.evaluate.protocol import AcrossPairs, EvaluationProtocol, EveryPair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Pairs: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class EveryCount:
    """Impostor pairs where every image meets every other: ``images`` of each person (people,)."""

    images: NDArray[np.int64]

    def weight(self, people: NDArray[np.int64]) -> int:
        """Give the number of impostor pairs when person p counts ``people[p]`` times."""
        each = people * self.images
        return (int(each.sum()) ** 2 - int((each * each).sum())) // 2


@dataclass(frozen=True, slots=True)
class AcrossCount:
    """Impostor pairs between two sides: images of each person on the left and on the right."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]

    def weight(self, people: NDArray[np.int64]) -> int:
        """Give the number of impostor pairs when person p counts ``people[p]`` times."""
        left, right = people * self.left, people * self.right
        return int(left.sum()) * int(right.sum()) - int((left * right).sum())


@dataclass(frozen=True, slots=True)
class ListedCount:
    """Listed impostor pairs: the persons of each pair (pairs,)."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]

    def weight(self, people: NDArray[np.int64]) -> int:
        """Give the number of impostor pairs when person p counts ``people[p]`` times."""
        return int((people[self.left] * people[self.right]).sum())


ImpostorCount: TypeAlias = EveryCount | AcrossCount | ListedCount


def persons(protocol: EvaluationProtocol) -> NDArray[np.int64]:
    """Give each image's person, (images,)."""
    return np.array(protocol.person, dtype=np.int64)


def impostor_count(protocol: EvaluationProtocol, usable: NDArray[np.bool_]) -> ImpostorCount:
    """Count the impostor pairs of which both images are ``usable`` (images,)."""
    person, pairing, people = persons(protocol), protocol.pairing, len(protocol.people)
    if isinstance(pairing, EveryPair):
        return EveryCount(np.bincount(person[usable], minlength=people))
    left, right = np.array(pairing.left, dtype=np.int64), np.array(pairing.right, dtype=np.int64)
    if isinstance(pairing, AcrossPairs):
        left, right = left[usable[left]], right[usable[right]]
        return AcrossCount(
            np.bincount(person[left], minlength=people),
            np.bincount(person[right], minlength=people),
        )
    left, right = listed_impostors(protocol, usable)
    return ListedCount(person[left], person[right])


def listed_impostors(protocol: EvaluationProtocol, usable: NDArray[np.bool_]) -> Pairs:
    """Give the listed impostor pairs of which both images are usable, as image indices."""
    person = persons(protocol)
    left, right = _listed(protocol)
    stays = (person[left] != person[right]) & usable[left] & usable[right]
    return left[stays], right[stays]


def genuine_pairs(protocol: EvaluationProtocol) -> Pairs:
    """Give all genuine pairs as image indices, acquired or not."""
    person = persons(protocol)
    if isinstance(protocol.pairing, EveryPair):
        return _joined(_within(person))
    if isinstance(protocol.pairing, AcrossPairs):
        return _joined(_between(person, protocol.pairing))
    left, right = _listed(protocol)
    same = person[left] == person[right]
    return left[same], right[same]


def _listed(protocol: EvaluationProtocol) -> Pairs:
    pairing = protocol.pairing
    if isinstance(pairing, EveryPair):
        raise TypeError("only two-sided protocols list images")
    return np.array(pairing.left, dtype=np.int64), np.array(pairing.right, dtype=np.int64)


def _within(person: NDArray[np.int64]) -> Iterator[Pairs]:
    for images in _by_person(np.arange(len(person)), person):
        one, other = np.triu_indices(len(images), 1)
        yield images[one], images[other]


def _between(person: NDArray[np.int64], pairing: AcrossPairs) -> Iterator[Pairs]:
    right = np.array(pairing.right, dtype=np.int64)
    by_person = {int(person[group[0]]): group for group in _by_person(right, person[right])}
    for image in pairing.left:
        group = by_person.get(int(person[image]))
        if group is not None:
            yield np.full(len(group), image, dtype=np.int64), group


def _by_person(images: NDArray[np.int64], person: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Give the images of each person in turn; nothing where there are no images."""
    order = np.argsort(person, kind="stable")
    ends = np.flatnonzero(np.diff(person[order])) + 1
    yield from (part for part in np.split(images[order], ends) if len(part))


def _joined(parts: Iterator[Pairs]) -> Pairs:
    nothing = np.empty(0, dtype=np.int64)
    lefts, rights = [nothing], [nothing]
    for left, right in parts:
        lefts.append(left)
        rights.append(right)
    return np.concatenate(lefts), np.concatenate(rights)
