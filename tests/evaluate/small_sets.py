"""Small data sets of drawn numbers, and the plainest way to measure them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lineproof.evaluate.acquire import Embedded
from lineproof.evaluate.evaluation import EngineFacts, EngineResult, Resampling, evaluate
from lineproof.evaluate.protocol import (
    EvaluationProtocol,
    EveryPair,
    LabelledImage,
    Pairing,
    assemble,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from lineproof.evaluate.groups import GroupLabels

FACTS = EngineFacts(
    name="drawn engine",
    pack="drawn",
    grade="evaluation",
    pipeline="7",
    runtime="numpy",
    scorer="cosine",
)
FEW = Resampling(replicates=40, seed=5)


def protocol_of(person: Sequence[int], pairing: Pairing | None = None) -> EvaluationProtocol:
    """Make a protocol of drawn images; ``person`` numbers them from 0 without a gap."""
    labelled = [
        LabelledImage(
            Path(f"p{who:03}") / f"{index:04}.jpg", f"p{who:03}/{index:04}.jpg", f"p{who:03}"
        )
        for index, who in enumerate(person)
    ]
    return assemble("drawn", labelled, pairing or EveryPair(), skipped=0, notes=())


def vectors_of(
    person: Sequence[int], *, seed: int, length: int = 8, spread: float = 0.5, steps: int = 0
) -> NDArray[np.float32]:
    """Draw unit vectors in clusters; with ``steps`` from a coarse grid, so that scores tie."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((max(person) + 1, length))
    found = centres[np.array(person)] + spread * random.standard_normal((len(person), length))
    if steps:
        found = np.round(found * steps) / steps
        found[~found.any(axis=1), 0] = 1
    unit: NDArray[np.float32] = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(
        np.float32
    )
    return unit


def embedded_of(vectors: NDArray[np.float32], failed: Iterable[int] = ()) -> Embedded:
    """Embed every image but the failed ones, with its own vector."""
    lost = sorted(failed)
    row = np.full(len(vectors), -1, dtype=np.int64)
    kept = [index for index in range(len(vectors)) if index not in lost]
    row[kept] = np.arange(len(kept))
    return Embedded(vectors[kept], row, dict.fromkeys(lost, "no_face"))


def measure(  # noqa: PLR0913 - what a test may want to change
    person: Sequence[int],
    vectors: NDArray[np.float32],
    *,
    failed: Iterable[int] = (),
    thresholds: Mapping[float, float] | None = None,
    labels: GroupLabels | None = None,
    resampling: Resampling = FEW,
) -> EngineResult:
    """Evaluate drawn vectors with every pair."""
    return evaluate(
        protocol_of(person),
        embedded_of(vectors, failed),
        FACTS,
        thresholds=thresholds or {},
        labels=labels,
        resampling=resampling,
        progress=None,
    )


def plain_scores(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give all cosines the plain way: float64, one rounding, inside -1..1."""
    wide = vectors.astype(np.float64)
    found = [[np.clip(np.vecdot(one, other), -1, 1) for other in wide] for one in wide]
    return np.array(found).astype(np.float32)


def crowd(people: int, images: int) -> list[int]:
    """Give ``people`` people with ``images`` images each."""
    return [person for person in range(people) for _ in range(images)]
