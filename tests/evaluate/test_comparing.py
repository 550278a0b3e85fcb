from __future__ import annotations

import numpy as np
import pytest

from lineproof.evaluate.acquire import Embedded
from lineproof.evaluate.comparing import compare
from lineproof.evaluate.protocol import AcrossPairs, ListedPairs
from tests.evaluate.small_sets import embedded_of, plain_scores, protocol_of, vectors_of

PERSON = [0, 0, 1, 1, 2, 2, 2]
VECTORS = vectors_of(PERSON, seed=1)
SCORES = plain_scores(VECTORS)


def test_a_pair_with_a_lost_image_is_missed_and_its_impostor_pairs_are_left_out() -> None:
    """Losing image 4 costs its two genuine pairs and its four impostor pairs."""
    scores = compare(protocol_of(PERSON), embedded_of(VECTORS, [4]), "cosine", thresholds=())
    assert len(scores.genuine.score) == 5
    lost = np.isneginf(scores.genuine.score)
    assert {tuple(p) for p in np.stack([scores.genuine.left, scores.genuine.right], 1)[lost]} == {
        (4, 5),
        (4, 6),
    }
    assert scores.tail.total == 16 - 4
    assert 4 not in scores.tail.left
    assert 4 not in scores.tail.right


def test_pairs_name_images_of_the_protocol_and_not_rows_of_the_embeddings() -> None:
    """After a lost image rows and images differ by one; each score must still be its pair's."""
    scores = compare(protocol_of(PERSON), embedded_of(VECTORS, [0]), "cosine", thresholds=())
    for left, right, score in zip(
        scores.tail.left, scores.tail.right, scores.tail.score, strict=True
    ):
        assert score == SCORES[left, right]
    alive = ~np.isneginf(scores.genuine.score)
    for left, right, score in zip(
        scores.genuine.left[alive],
        scores.genuine.right[alive],
        scores.genuine.score[alive],
        strict=True,
    ):
        assert score == SCORES[left, right]


def test_rows_may_stand_in_any_order() -> None:
    """Which row an image's embedding stands in is the caller's affair."""
    order = np.array([6, 0, 5, 1, 4, 2, 3])
    row = np.argsort(order)
    shuffled = compare(
        protocol_of(PERSON), Embedded(VECTORS[order], row, {}), "cosine", thresholds=()
    )
    for left, right, score in zip(
        shuffled.tail.left, shuffled.tail.right, shuffled.tail.score, strict=True
    ):
        assert score == SCORES[left, right]
        assert PERSON[left] != PERSON[right]


def test_listed_pairs_are_compared_as_listed() -> None:
    """Nothing but the listed pairs is compared, and lost ones are handled like everywhere."""
    pairing = ListedPairs((0, 0, 2, 4, 5), (1, 2, 4, 6, 1))
    scores = compare(
        protocol_of(PERSON, pairing), embedded_of(VECTORS, [6]), "cosine", thresholds=()
    )
    assert scores.genuine.score.tolist() == [-np.inf, SCORES[0, 1]]
    assert sorted(scores.tail.score.tolist()) == sorted([SCORES[0, 2], SCORES[2, 4], SCORES[5, 1]])


def test_two_sided_pairs_lose_what_either_side_lost() -> None:
    """A lost portrait takes all its pairs with it, a lost live picture too."""
    pairing = AcrossPairs((0, 2, 4), (1, 3, 5, 6))
    scores = compare(
        protocol_of(PERSON, pairing), embedded_of(VECTORS, [2, 6]), "cosine", thresholds=()
    )
    assert int(np.isneginf(scores.genuine.score).sum()) == 2
    assert len(scores.genuine.score) == 4
    expected = sorted(SCORES[a, b] for a, b in [(0, 3), (0, 5), (4, 1), (4, 3)])
    assert sorted(scores.tail.score.tolist()) == expected


def test_embeddings_of_another_data_set_are_a_fault() -> None:
    """Embeddings that belong to other images would give rates of nothing."""
    with pytest.raises(ValueError, match="another protocol"):
        compare(protocol_of(PERSON), embedded_of(VECTORS[:-1]), "cosine", thresholds=())
