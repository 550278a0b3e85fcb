"""What quality components say of real pictures, and whether frames of one person agree."""

from __future__ import annotations

import csv
import sys
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import open_engine, write_figures
from benchmarks.places import DATA
from lineproof.adapters.local_engine import SeenFace
from lineproof.domain.finding import Measured

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from lineproof.adapters.local_engine import LocalEngine

MIXES = 60_000
A_SESSION = 9
"""Frames taken of each session of NUAA's training split."""


def quality() -> None:
    """Percentiles 5, 50 and 95 of every component's value on FRLL neutral and on lfw_dev."""
    engine = open_engine(None)
    figures = {
        name: _percentiles(engine, sorted(folder.rglob("*.jpg")))
        for name, folder in (("frll", DATA / "frll" / "neutral_front"), ("lfw", DATA / "lfw_dev"))
    }
    write_figures("quality", figures)


def _percentiles(engine: LocalEngine, pictures: Sequence[Path]) -> dict[str, list[float]]:
    values: dict[str, list[int]] = {}
    for path in pictures:
        seen = engine.look(path.read_bytes())
        if isinstance(seen, SeenFace) and isinstance(seen.finding, Measured):
            for name, found in seen.finding.value.quality.items():
                if isinstance(found, Measured):
                    values.setdefault(name, []).append(found.value.value)
    return {n: [round(float(x)) for x in np.percentile(v, (5, 50, 95))] for n, v in values.items()}


def frames() -> None:
    """How often honest frames disagree at 1e-4, and how often a mix of two people passes."""
    engine = open_engine(None)
    if engine.calibration is None:
        sys.exit("the pack is not calibrated")
    score = {point.fmr: point.score for point in engine.calibration.points}[1e-4]
    rows = list(
        csv.DictReader((DATA / "nuaa_train" / "labels.csv").read_text("utf-8").splitlines())
    )
    sessions: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row["label"] == "bonafide":
            sessions.setdefault((row["subject"], row["session"]), []).append(row["file"])
    files = {path.name: path for path in (DATA / "nuaa_train").rglob("*.jpg")}
    by_session = {
        key: _embeddings(engine, [files[name] for name in sorted(names)[:A_SESSION]])
        for key, names in sorted(sessions.items())
    }
    same = [float(a @ b) for found in by_session.values() for a, b in combinations(found, 2)]
    other = [
        float(a @ b)
        for one, two in combinations(by_session, 2)
        if one[0] == two[0]
        for a in by_session[one]
        for b in by_session[two]
    ]
    people = {
        folder.name: _embeddings(engine, sorted(folder.glob("*.jpg")))
        for folder in sorted((DATA / "lfw_dev").iterdir())
        if folder.is_dir()
    }
    write_figures(
        "frames",
        {
            "nuaa_same_session": _disagreeing(same, score),
            "nuaa_other_session": _disagreeing(other, score),
            "lfw_genuine": _disagreeing(
                [float(a @ b) for found in people.values() for a, b in combinations(found, 2)],
                score,
            ),
            **_mixes(people, score),
        },
    )


def _mixes(people: dict[str, list[NDArray[np.float32]]], score: float) -> dict[str, float]:
    """Mix one right frame with one of a random stranger; simulated with lfw_dev's embeddings.

    The plain mean of the two embeddings stands for the engine's, which weighs each network.
    """
    draw = np.random.default_rng(0)
    several = [found for found in people.values() if len(found) > 1]
    everyone = [each for found in people.values() for each in found]
    passed = passed_agreeing = 0
    for _ in range(MIXES):
        own = several[draw.integers(len(several))]
        document, right = (own[at] for at in draw.choice(len(own), 2, replace=False))
        stranger = everyone[draw.integers(len(everyone))]
        if any(stranger is each for each in own):
            continue
        mean = right + stranger
        if float(mean @ document) / float(np.linalg.norm(mean)) >= score:
            passed += 1
            passed_agreeing += float(right @ stranger) >= score
    return {
        "mixes_approved_without_agreement": passed / MIXES,
        "mixes_approved_with_agreement": passed_agreeing / MIXES,
    }


def _disagreeing(scores: Sequence[float], threshold: float) -> dict[str, float]:
    below = sum(score < threshold for score in scores)
    return {"pairs": len(scores), "disagree": below / max(1, len(scores))}


def _embeddings(engine: LocalEngine, paths: Iterable[Path]) -> list[NDArray[np.float32]]:
    found = (engine.embedding_of_file(path) for path in paths)
    return [each for each in found if isinstance(each, np.ndarray)]
