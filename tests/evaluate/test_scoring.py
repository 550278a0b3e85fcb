from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.evaluate.scoring import Scorer, check_vectors, exact_scores, make_keys
from tests.evaluate.small_sets import plain_scores, vectors_of


def test_a_score_does_not_depend_on_which_other_pairs_are_scored() -> None:
    """The same pair gives the same bits alone, first, last and in the middle of a long list."""
    vectors = vectors_of(range(60), seed=1, length=1152)
    left, right = np.triu_indices(60, 1)
    together = exact_scores(vectors, left, right, "cosine")
    alone = [
        exact_scores(vectors, left[k : k + 1], right[k : k + 1], "cosine") for k in range(1770)
    ]
    assert together.tobytes() == np.concatenate(alone).tobytes()


def test_scores_are_cosines_and_distances() -> None:
    """A cosine is a dot product inside -1..1, and a distance counts downwards."""
    vectors = vectors_of(range(20), seed=2)
    left, right = np.triu_indices(20)
    assert (
        exact_scores(vectors, left, right, "cosine") == plain_scores(vectors)[left, right]
    ).all()
    apart = exact_scores(vectors * 3, left, right, "euclidean")
    expected = -np.linalg.norm(3 * vectors[left] - 3 * vectors[right], axis=1)
    np.testing.assert_allclose(apart, expected, atol=1e-6)


@pytest.mark.parametrize("bad", [np.full((2, 3), 0.9), np.array([[1.0, 0, 0], [1.1, 0, 0]])])
def test_a_cosine_of_vectors_that_are_not_units_is_a_fault(bad: np.ndarray) -> None:
    """A dot product of long vectors is no cosine: a threshold found for it would mean nothing."""
    with pytest.raises(ValueError, match="unit vectors"):
        check_vectors(bad.astype(np.float32), "cosine")
    check_vectors(bad.astype(np.float32), "euclidean")


def test_a_vector_of_zeros_is_taken_as_an_embedding_of_nothing() -> None:
    """An engine gives zeros for a face in which it saw nothing; they match nobody."""
    vectors = np.array([[0, 0], [1, 0]], dtype=np.float32)
    check_vectors(vectors, "cosine")
    assert exact_scores(vectors, np.array([0]), np.array([1]), "cosine")[0] == 0


@given(
    st.integers(0, 10_000), st.sampled_from([2, 129, 700]), st.sampled_from(["cosine", "euclidean"])
)
def test_a_fast_key_is_never_further_from_the_score_than_its_slack(
    seed: int, length: int, scorer: Scorer
) -> None:
    """The bound decides which pairs are looked at again; one too small would lose a pair."""
    vectors = vectors_of([0, 0, 0, 1, 2, 3], seed=seed, length=length, spread=1e-3)
    if scorer == "euclidean":
        vectors = vectors * np.float32(7)
    keys = make_keys(vectors, scorer)
    every = np.arange(6)
    left, right = (side.ravel() for side in np.meshgrid(every, every, indexing="ij"))
    exact = exact_scores(vectors, left, right, scorer).astype(np.float64)
    meant = np.array([keys.of_score(float(score)) for score in exact])
    off = np.abs(keys.block(every, every).ravel() - meant)
    assert off.max() <= keys.slack
    assert np.abs(meant).max() <= keys.bound * (1 + 1e-6)
