from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.domain.finding import Unmeasured
from lineproof.evaluate.acquire import Embedded, acquire, gather

if TYPE_CHECKING:
    from lineproof.evaluate.protocol import Vector

IMAGES = [Path(f"{index}.jpg") for index in range(20)]


def numbered(image: Path) -> Vector | Unmeasured:
    """Give an embedding that tells which image it came from; every fifth image has no face."""
    index = int(image.stem)
    return Unmeasured("no_face") if index % 5 == 0 else np.array([index, 1], dtype=np.float32)


@pytest.mark.parametrize("workers", [1, 4])
def test_each_image_keeps_its_own_embedding(workers: int) -> None:
    """However many threads work and in whatever order they end."""
    told: list[tuple[int, int]] = []
    found = acquire(
        IMAGES, numbered, workers=workers, progress=lambda *at: told.append(at), cache=None
    )
    assert {i: int(found.vectors[row][0]) for i, row in enumerate(found.row) if row >= 0} == {
        index: index for index in range(20) if index % 5
    }
    assert found.failures == dict.fromkeys((0, 5, 10, 15), "no_face")
    assert found.reasons() == {"no_face": 4}
    assert told == [(done, 20) for done in range(1, 21)]


def test_several_workers_work_at_once() -> None:
    """Two images must be under way together, or the barrier would break."""
    meeting = threading.Barrier(2, timeout=30)

    def meets(image: Path) -> Vector | Unmeasured:
        meeting.wait()
        return numbered(image)

    acquire(IMAGES[:4], meets, workers=2, progress=None, cache=None)


def test_a_fault_of_the_engine_ends_the_run() -> None:
    """A broken engine is not a set of images that were not acquired."""

    def broken(image: Path) -> Vector | Unmeasured:
        if image.stem == "3":
            raise RuntimeError("the engine fell over")
        return numbered(image)

    with pytest.raises(RuntimeError, match="fell over"):
        acquire(IMAGES, broken, workers=2, progress=None, cache=None)


@pytest.mark.parametrize(
    "answers",
    [
        [np.ones(2, np.float32), np.ones(3, np.float32)],
        [np.ones((2, 2), np.float32)],
        [np.array([np.nan, 1], np.float32)],
    ],
)
def test_embeddings_that_cannot_be_compared_are_a_fault(answers: list[Vector]) -> None:
    """Different lengths, a matrix, or a value that is no number."""
    with pytest.raises(ValueError, match=r"shapes|finite"):
        gather(answers)


def test_an_image_is_either_embedded_or_has_a_reason() -> None:
    """Neither both nor none, and no embedding twice."""
    vectors = np.ones((2, 3), np.float32)
    with pytest.raises(ValueError, match="either"):
        Embedded(vectors, np.array([0, 1, -1]), {})
    with pytest.raises(ValueError, match="belongs to one"):
        Embedded(vectors, np.array([0, 0, 1]), {})
