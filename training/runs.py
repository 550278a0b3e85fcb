"""The runs: what each is trained on, and which people it never sees."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

KEPT_APART = 5
"""One person in so many of FRLL and LFW is never trained on: what is calibrated and shown is on
people of neither run."""

FRLL_TRAINED = 3
"""Of FRLL's other people only one in so many is trained on: fusion is calibrated on captures that
are simulated of the rest."""

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


def kept_apart(person: str, run: Run) -> bool:
    """Tell whether a person (``frll/001``) is never trained on, by name alone: nobody chooses."""
    source, _, name = person.partition("/")
    if source == "nuaa":
        return name in run.nuaa_apart
    if source == "frll" and _number(person) % FRLL_TRAINED != 1:
        return True
    return _number(person) % KEPT_APART == 0


def kept_apart_by_all(person: str) -> bool:
    """Tell whether no run is trained on a person; ``frll/001`` names FRLL's person 001."""
    return all(kept_apart(person, run) for run in RUNS.values())


def kept_apart_by_version_1(person: str) -> bool:
    """Tell whether the pack's version 1, for which more of FRLL was trained on, kept one apart."""
    if person.startswith("nuaa/"):
        return kept_apart(person, RUNS["full"])
    return _number(person) % KEPT_APART == 0


def _number(person: str) -> int:
    return int(hashlib.sha256(person.encode()).hexdigest(), 16)
