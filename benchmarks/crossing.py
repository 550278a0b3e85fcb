"""Measures the full cross product: ``python -m benchmarks.crossing``.

Draws 10,000 embeddings of 4,000 people in 1,152 dimensions, compares every pair, finds every
threshold and resamples people 1,000 times. Prints wall time, processor time and peak memory as
JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np

from lineproof.evaluate.acquire import Embedded
from lineproof.evaluate.comparing import compare
from lineproof.evaluate.evaluation import EngineFacts, Point, Resampling, evaluate
from lineproof.evaluate.protocol import EvaluationProtocol, EveryPair, LabelledImage, assemble

IMAGES: Final = 10_000
PEOPLE: Final = 4_000
LENGTH: Final = 1_152
SPREAD: Final = 0.9
FACTS: Final = EngineFacts(
    name="drawn numbers",
    pack="none",
    grade="none",
    pipeline="none",
    runtime="none",
    scorer="cosine",
)


def drawn(images: int, people: int, length: int) -> tuple[EvaluationProtocol, Embedded]:
    """Draw unit vectors that lie in clusters, one for each person; the same in each run."""
    random = np.random.default_rng(20260101)
    person = np.concatenate([np.arange(people), random.integers(0, people, images - people)])
    labelled = [
        LabelledImage(Path(f"{index}"), f"{index}", f"{one:06}") for index, one in enumerate(person)
    ]
    centres = random.standard_normal((people, length), dtype=np.float32)
    vectors = random.standard_normal((images, length), dtype=np.float32)
    vectors *= np.float32(SPREAD)
    vectors += centres[person]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    protocol = assemble("every pair", labelled, EveryPair(), skipped=0, notes=())
    return protocol, Embedded(vectors, np.arange(images), {})


def main() -> None:
    """Run once and print what it took."""
    protocol, embedded = drawn(IMAGES, PEOPLE, LENGTH)
    before = _peak_mib()
    wall, cpu = time.perf_counter(), time.process_time()
    scores = compare(protocol, embedded, "cosine", thresholds=())
    cross_wall, cross_cpu = time.perf_counter() - wall, time.process_time() - cpu
    result = evaluate(
        protocol,
        embedded,
        FACTS,
        thresholds={},
        labels=None,
        resampling=Resampling(replicates=1000, seed=1),
        progress=None,
    )
    whole_wall = time.perf_counter() - wall - cross_wall
    found = {
        "images": IMAGES,
        "length": LENGTH,
        "impostor_pairs": scores.tail.total,
        "kept_scores": len(scores.tail.score),
        "cross_product_wall_s": round(cross_wall, 2),
        "cross_product_cpu_s": round(cross_cpu, 2),
        "whole_evaluation_wall_s": round(whole_wall, 2),
        "peak_memory_before_mib": round(before),
        "peak_memory_mib": round(_peak_mib()),
        "thresholds": {
            str(fmr): point.threshold
            for fmr, point in result.points.items()
            if isinstance(point, Point)
        },
    }
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


def _peak_mib() -> float:
    """Give the process's peak memory; Linux counts kibibytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
