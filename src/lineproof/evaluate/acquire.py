"""Embeddings of a data set's images, from an engine given as one narrow callable."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lineproof.domain.finding import Unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from lineproof.evaluate.cache import EmbeddingCache
    from lineproof.evaluate.protocol import Embedder, Progress, Vector


@dataclass(frozen=True, slots=True)
class Embedded:
    """Embeddings of a protocol's images, in memory only.

    ``vectors`` is (acquired, d) float32. ``row`` is (images,) int64: the image's row in
    ``vectors``, -1 where it was not acquired. ``failures`` gives the code for each image that was
    not acquired, by its index in the protocol.
    """

    vectors: NDArray[np.float32] = field(repr=False)
    row: NDArray[np.int64]
    failures: Mapping[int, str]

    def __post_init__(self) -> None:
        """Refuse vectors, rows and failures that do not account for each image once."""
        acquired = np.flatnonzero(self.row >= 0)
        if sorted(self.row[acquired].tolist()) != list(range(len(self.vectors))):
            raise ValueError("each embedding belongs to one image")
        if set(np.flatnonzero(self.row < 0).tolist()) != set(self.failures):
            raise ValueError("an image has either an embedding or a reason why there is none")
        if not np.isfinite(self.vectors).all():
            raise ValueError("an embedding holds a value that is not a finite number")

    @property
    def acquired(self) -> NDArray[np.bool_]:
        """Whether each image was acquired, (images,)."""
        return self.row >= 0

    def reasons(self) -> dict[str, int]:
        """How many images were not acquired for each reason, most frequent first."""
        return dict(Counter(self.failures.values()).most_common())


def acquire(
    images: Sequence[Path],
    embedder: Embedder,
    *,
    workers: int,
    progress: Progress | None,
    cache: EmbeddingCache | None,
) -> Embedded:
    """Embed each image, in ``workers`` threads; the order of the results is that of ``images``.

    Nothing is written to disk unless a ``cache`` is given. An exception of the embedder is a fault
    and ends the run. Raises ValueError when embeddings are not finite or differ in length.
    """
    one = cache.through(embedder) if cache else embedder
    found: list[Vector | Unmeasured] = []
    for answer in _in_order(images, one, workers):
        found.append(answer)
        if progress:
            progress(len(found), len(images))
    return gather(found)


def gather(found: Sequence[Vector | Unmeasured]) -> Embedded:
    """Put the answers for all images, in order, together."""
    row = np.full(len(found), -1, dtype=np.int64)
    failures: dict[int, str] = {}
    vectors: list[Vector] = []
    for index, answer in enumerate(found):
        if isinstance(answer, Unmeasured):
            failures[index] = answer.why
        else:
            row[index] = len(vectors)
            vectors.append(answer)
    if len({vector.shape for vector in vectors}) > 1 or any(v.ndim != 1 for v in vectors):
        raise ValueError("the embedder gave embeddings of different shapes")
    stacked = np.stack(vectors).astype(np.float32) if vectors else np.empty((0, 1), np.float32)
    return Embedded(stacked, row, failures)


def _in_order(
    images: Sequence[Path], embedder: Embedder, workers: int
) -> Iterator[Vector | Unmeasured]:
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        yield from pool.map(embedder, images)
    finally:
        # After a fault or Ctrl-C the images not yet begun are not worth waiting for.
        pool.shutdown(cancel_futures=True)
