from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineproof.evaluate.crossing import Grid, Keep, Tail, across_grid, cross_tail, every_pair_grid
from lineproof.evaluate.scoring import Scorer, exact_scores
from tests.evaluate.small_sets import vectors_of

BLOCKS = (1, 37, 256, 1 << 22)


def brute(vectors: np.ndarray, person: np.ndarray, scorer: Scorer) -> np.ndarray:
    """Give every impostor score, best first, from the definition."""
    left, right = np.triu_indices(len(person), 1)
    other = person[left] != person[right]
    return np.sort(exact_scores(vectors, left[other], right[other], scorer))[::-1]


def pairs_of(tail: Tail) -> set[frozenset[int]]:
    """Give the tail's pairs without their sides."""
    return {frozenset(pair) for pair in zip(tail.left.tolist(), tail.right.tolist(), strict=True)}


@settings(deadline=None)
@given(
    person=st.lists(st.integers(0, 6), min_size=2, max_size=25),
    seed=st.integers(0, 1000),
    steps=st.sampled_from([0, 1]),
    keep=st.integers(1, 120),
    scorer=st.sampled_from(["cosine", "euclidean"]),
)
def test_the_kept_scores_are_the_best_ones_with_all_their_ties(
    person: list[int], seed: int, steps: int, keep: int, scorer: Scorer
) -> None:
    """Against brute force, with ties, for people in any order and any number of pairs kept."""
    who = np.array(person)
    vectors = vectors_of(person, seed=seed, length=3, steps=steps)
    every = brute(vectors, who, scorer)
    tail = cross_tail(vectors, every_pair_grid(who), scorer, Keep(keep, None), block_elements=50)
    assert tail.total == len(every)
    expected = every[every >= every[keep - 1]] if keep < len(every) else every
    np.testing.assert_array_equal(tail.score, expected)
    assert len(pairs_of(tail)) == len(tail.score)
    assert (who[tail.left] != who[tail.right]).all()
    again = exact_scores(vectors, tail.left.astype(np.int64), tail.right.astype(np.int64), scorer)
    np.testing.assert_array_equal(again, tail.score)


@pytest.mark.parametrize("scorer", ["cosine", "euclidean"])
@pytest.mark.parametrize("steps", [0, 2])
def test_block_size_changes_nothing(scorer: Scorer, steps: int) -> None:
    """Float32 products differ with the block's shape; what is kept, and its order, does not."""
    person = np.random.default_rng(3).integers(0, 60, 150)
    vectors = vectors_of(person.tolist(), seed=4, length=129, steps=steps)
    tails = [
        cross_tail(vectors, every_pair_grid(person), scorer, Keep(400, None), block_elements=size)
        for size in BLOCKS
    ]
    for tail in tails[1:]:
        for field in ("left", "right", "score"):
            assert getattr(tail, field).tobytes() == getattr(tails[0], field).tobytes()
    assert len(tails[0].score) >= 400


def test_the_tail_reaches_down_to_an_asked_score() -> None:
    """Rates at a threshold set elsewhere need every pair above it, however many there are."""
    person = np.arange(40)
    vectors = vectors_of(person.tolist(), seed=5)
    every = brute(vectors, person, "cosine")
    down_to = float(every[300])
    tail = cross_tail(vectors, every_pair_grid(person), "cosine", Keep(10, down_to))
    assert len(tail.score) == 301
    higher = cross_tail(vectors, every_pair_grid(person), "cosine", Keep(10, float(every[2])))
    assert len(higher.score) == 10


def test_two_sides_meet_each_other_only() -> None:
    """Portraits are compared with live pictures, never with portraits, never with themselves."""
    person = np.array([0, 1, 2, 2, 0, 1, 1, 3])
    left, right = np.array([0, 1, 2]), np.array([3, 4, 5, 6, 7])
    vectors = vectors_of(person.tolist(), seed=6)
    tail = cross_tail(vectors, across_grid(person, left, right), "cosine", Keep(99, None))
    expected = {
        frozenset((int(one), int(other)))
        for one in left
        for other in right
        if person[one] != person[other]
    }
    assert pairs_of(tail) == expected
    assert tail.total == len(expected)
    assert tail.complete


@pytest.mark.parametrize("person", [[], [0], [0, 0, 0]])
def test_where_nobody_else_is_there_is_nothing_to_keep(person: list[int]) -> None:
    """An engine that acquired nothing, or one person only, gives an empty tail and no fault."""
    who = np.array(person, dtype=np.int64)
    vectors = np.ones((len(person), 1), dtype=np.float32)
    tail = cross_tail(vectors, every_pair_grid(who), "cosine", Keep(5, None), block_elements=1)
    assert tail.total == len(tail.score) == 0


def test_a_grid_counts_its_pairs() -> None:
    """Three people with 1, 2 and 3 images give 2 + 3 + 6 pairs."""
    grid: Grid = every_pair_grid(np.array([2, 1, 0, 2, 1, 2]))
    assert grid.pairs == 11
