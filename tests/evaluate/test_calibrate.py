from __future__ import annotations

import numpy as np

from lineproof.evaluate.calibrate import Provenance, calibrate
from lineproof.evaluate.protocol import Unusable
from lineproof.face.calibration import CalibrationTable, allowed_errors
from tests.evaluate.small_sets import FEW, crowd, embedded_of, plain_scores, protocol_of, vectors_of

FROM = Provenance(dataset="drawn numbers", pipeline="7", date="2026-01-31")
PERSON = crowd(130, 2)


def table_of(vectors: np.ndarray, failed: tuple[int, ...] = ()) -> CalibrationTable | Unusable:
    """Calibrate on 130 people with two images each."""
    return calibrate(
        protocol_of(PERSON), embedded_of(vectors, failed), FROM, resampling=FEW, progress=None
    )


def test_a_table_holds_what_its_scores_let_through() -> None:
    """Counted again from all scores: the false matches at each point, never over its rate."""
    vectors = vectors_of(PERSON, seed=1)
    table = table_of(vectors, failed=(9, 10))
    assert isinstance(table, CalibrationTable)
    assert [point.fmr for point in table.points] == [1e-2, 1e-3]
    assert (table.images, table.people, table.pipeline) == (258, 130, "7")
    left, right = np.triu_indices(260, 1)
    who = np.array(PERSON)
    impostor = (who[left] != who[right]) & ~np.isin(left, (9, 10)) & ~np.isin(right, (9, 10))
    scores = plain_scores(vectors)[left, right][impostor]
    assert table.impostor_pairs == len(scores)
    for point in table.points:
        assert point.false_matches == (scores >= point.score).sum()
        allowed = allowed_errors(point.fmr, len(scores))
        assert allowed - 2 <= point.false_matches <= allowed
        assert point.low < point.score < point.high
        assert point.score == round(point.score, 6)


def test_a_score_is_rounded_upwards() -> None:
    """Rounded down, a threshold would let more through than its rate says."""
    for seed in range(5):
        vectors = vectors_of(PERSON, seed=seed)
        table = table_of(vectors)
        assert isinstance(table, CalibrationTable)
        for point in table.points:
            assert point.false_matches <= allowed_errors(point.fmr, table.impostor_pairs)


def test_of_points_that_tie_the_strictest_is_kept() -> None:
    """When 1e-2 and 1e-3 need the same score, it stands for 1e-3, which holds for both."""
    alike = np.maximum(np.array(PERSON) - 2, 0)
    table = table_of(np.eye(130, dtype=np.float32)[alike])
    assert isinstance(table, CalibrationTable)
    (point,) = table.points
    assert (point.fmr, point.false_matches) == (1e-3, 12)
    assert 0 < point.score <= 1e-6


def test_too_few_pairs_give_no_table() -> None:
    """Ten people cannot calibrate even 1e-2, and the sentence says how many pairs it takes."""
    person = crowd(10, 2)
    found = calibrate(
        protocol_of(person),
        embedded_of(vectors_of(person, seed=1)),
        FROM,
        resampling=FEW,
        progress=None,
    )
    assert isinstance(found, Unusable)
    assert found.code == "too_few_impostor_pairs"
    assert "180 impostor pairs" in found.sentence
    assert "3,000" in found.sentence
