"""What an evaluation compares: images, who is in them, and which pairs."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from lineproof.domain.finding import Unmeasured

Progress: TypeAlias = "Callable[[int, int], None]"
"""Told how many are done, and of how many."""

Vector: TypeAlias = "NDArray[np.float32]"
"""An embedding, (d,)."""

Embedder: TypeAlias = "Callable[[Path], Vector | Unmeasured]"
"""Gives one image's embedding, or why there is none. Called from several threads."""

IMAGE_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"})
"""Files that are looked at. Anything else in a data set is counted as skipped, not as a failure
to acquire: a text file among photographs says nothing about an engine."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A data set or a setting that cannot be evaluated: a stable ``code``, and what to do."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class EveryPair:
    """Each image with each other image, once."""


@dataclass(frozen=True, slots=True)
class AcrossPairs:
    """Each image of ``left`` with each of ``right``: indices into the protocol's images."""

    left: tuple[int, ...]
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ListedPairs:
    """Exactly these pairs: ``left[k]`` with ``right[k]``, indices into the protocol's images."""

    left: tuple[int, ...]
    right: tuple[int, ...]


Pairing: TypeAlias = EveryPair | AcrossPairs | ListedPairs


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationProtocol:
    """Images, people and pairs of one evaluation.

    ``names`` are the images' names relative to the data set, with forward slashes, as label files
    and reports write them. ``person`` is an index into ``people`` for each image. A pair is
    genuine when both images have the same person, else impostor. ``notes`` are sentences about the
    data that a reader of the figures must know.
    """

    name: str
    images: tuple[Path, ...]
    names: tuple[str, ...]
    people: tuple[str, ...]
    person: tuple[int, ...]
    pairing: Pairing
    skipped: int
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse lists that do not belong together."""
        if not len(self.images) == len(self.names) == len(self.person):
            raise ValueError("each image has one name and one person")
        if set(self.person) != set(range(len(self.people))):
            raise ValueError("each person has an image, and each image a person")


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """One image with its name in the data set and its person."""

    path: Path
    name: str
    person: str


def assemble(
    name: str,
    labelled: Sequence[LabelledImage],
    pairing: Pairing,
    *,
    skipped: int,
    notes: Iterable[str],
) -> EvaluationProtocol:
    """Make the protocol; people are numbered in the order of their labels."""
    people = tuple(sorted({image.person for image in labelled}))
    number = {person: index for index, person in enumerate(people)}
    return EvaluationProtocol(
        name=name,
        images=tuple(image.path for image in labelled),
        names=tuple(image.name for image in labelled),
        people=people,
        person=tuple(number[image.person] for image in labelled),
        pairing=pairing,
        skipped=skipped,
        notes=tuple(notes),
    )


def shown(path: Path, below: Path) -> str:
    """Write a path as a name below a folder; bytes that are no UTF-8 become a replacement sign."""
    return os.fsencode(path.relative_to(below).as_posix()).decode("utf-8", "replace")


def single_image_note(labelled: Iterable[LabelledImage]) -> list[str]:
    """Say how many people have a single image, which makes no genuine pair."""
    singles = sum(1 for count in Counter(image.person for image in labelled).values() if count == 1)
    if not singles:
        return []
    have = "person has" if singles == 1 else "people have"
    return [f"{singles:,} {have} a single image, which gives impostor pairs only."]
