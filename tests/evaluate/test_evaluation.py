from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from lineproof.domain.finding import FMR_POINTS
from lineproof.evaluate.acquire import Embedded
from lineproof.evaluate.evaluation import (
    EngineResult,
    Point,
    Resampling,
    evaluate,
    fnmr_ratio,
)
from lineproof.evaluate.metrics import NotMeasurable, Rate
from lineproof.evaluate.protocol import AcrossPairs
from tests.evaluate.small_sets import (
    FACTS,
    FEW,
    crowd,
    embedded_of,
    measure,
    plain_scores,
    protocol_of,
    vectors_of,
)

PERSON = crowd(64, 4)
VECTORS = vectors_of(PERSON, seed=1, spread=0.9)


def point(result: EngineResult, fmr: float) -> Point:
    """Give a point that must have been measured."""
    found = result.points[fmr]
    assert isinstance(found, Point)
    return found


def value(rate: Rate | NotMeasurable) -> float:
    """Give the value of a rate that must have been measured."""
    assert isinstance(rate, Rate)
    return rate.value


def plain_counts(fmr: float, lost: set[int]) -> tuple[int, int]:
    """Give misses and false matches from the definition, losses counted as misses."""
    score = plain_scores(VECTORS)
    left, right = np.triu_indices(len(PERSON), 1)
    who = np.array(PERSON)
    same = who[left] == who[right]
    dead = np.isin(left, list(lost)) | np.isin(right, list(lost))
    impostors = np.sort(score[left, right][~same & ~dead])[::-1]
    allowed = int(Fraction(repr(fmr)) * len(impostors))
    hits = (score[left, right] > impostors[allowed]) & ~dead
    return int(same.sum() - (hits & same).sum()), int((hits & ~same).sum())


def test_fnmr_is_what_its_definition_says() -> None:
    """At each point that the impostor pairs can carry, with two images lost."""
    result = measure(PERSON, VECTORS, failed={3, 100})
    for fmr in (1e-2, 1e-3):
        found = point(result, fmr)
        assert (found.misses, found.false_matches) == plain_counts(fmr, {3, 100})
        assert value(found.fnmr) == found.misses / 384
    assert result.totals.failed_to_acquire == 2
    assert result.totals.genuine_pairs_lost == 6
    assert result.totals.impostor_pairs + result.totals.impostor_pairs_lost == 32_256


def test_points_that_the_pairs_cannot_carry_are_not_measurable() -> None:
    """Every point is answered, strict ones with a reason instead of a number."""
    result = measure(PERSON, VECTORS)
    assert list(result.points) == list(FMR_POINTS)
    measured = [fmr for fmr, found in result.points.items() if isinstance(found, Point)]
    assert measured == [1e-2, 1e-3]
    strict = result.points[1e-4]
    assert isinstance(strict, NotMeasurable)
    assert "rule of 30" in strict.reason


def test_a_person_with_many_images_does_not_hide_the_others() -> None:
    """FNMR by person is the mean of the people's own rates; by pair one person decides it."""
    person = [0] * 30 + [person for person in range(1, 41) for _ in range(2)]
    vectors = vectors_of(person, seed=2, spread=0.4)
    result = measure(person, vectors, failed=range(30))
    found = point(result, 1e-2)
    assert result.totals.largest_person_share == 435 / 475
    assert value(found.fnmr) >= 435 / 475
    assert value(found.fnmr_by_person) < 0.5


def test_intervals_hold_their_values_and_come_from_people() -> None:
    """One person with half of all pairs makes the interval wide; pairs alone would not."""
    result = measure(PERSON, VECTORS, resampling=Resampling(replicates=200, seed=1))
    fnmr = point(result, 1e-2).fnmr
    assert isinstance(fnmr, Rate)
    assert 0 <= fnmr.low < fnmr.value < fnmr.high <= 1
    uneven = [0] * 22 + crowd(60, 3)[3:]
    seen = measure(
        uneven,
        vectors_of(uneven, seed=7, spread=0.9),
        failed=range(12),
        resampling=Resampling(replicates=200, seed=1),
    )
    wide = point(seen, 1e-2).fnmr
    assert isinstance(wide, Rate)
    pairs = seen.totals.genuine_pairs
    by_pairs_alone = 2 * 1.96 * (wide.value * (1 - wide.value) / pairs) ** 0.5
    assert wide.high - wide.low > 2 * by_pairs_alone


def test_without_a_miss_the_upper_end_is_three_over_the_people() -> None:
    """All genuine pairs match: the interval is from nought to 3 / 64, not to nought."""
    result = measure(PERSON, vectors_of(PERSON, seed=3, spread=0.001))
    assert point(result, 1e-2).fnmr == Rate(0.0, 0.0, 3 / 64)
    assert result.fta == Rate(0.0, 0.0, 3 / 64)


def test_rates_at_a_calibrated_threshold_need_no_threshold_of_their_own() -> None:
    """A small set still shows what happens at a score that was calibrated elsewhere."""
    person = crowd(10, 2)
    vectors = vectors_of(person, seed=4)
    result = measure(person, vectors, thresholds={1e-4: 0.8, 1e-2: -0.2})
    score = plain_scores(vectors)
    left, right = np.triu_indices(20, 1)
    same = np.array(person)[left] == np.array(person)[right]
    assert all(isinstance(found, NotMeasurable) for found in result.points.values())
    assert list(result.at_thresholds) == [1e-2, 1e-4]
    for fmr, threshold in ((1e-4, 0.8), (1e-2, -0.2)):
        found = result.at_thresholds[fmr]
        assert found.threshold == threshold
        assert found.false_matches == int((score[left, right][~same] >= threshold).sum())
        assert found.misses == int((score[left, right][same] < threshold).sum())


def test_a_score_that_is_the_threshold_matches() -> None:
    """A genuine pair and an impostor pair at exactly the calibrated score both match."""
    person = crowd(10, 2)
    vectors = vectors_of(person, seed=4)
    score = plain_scores(vectors)
    for pair in ((0, 1), (0, 2)):
        at = float(score[pair])
        higher = float(np.nextafter(score[pair], np.float32(2)))
        found = [
            measure(person, vectors, thresholds={1e-4: threshold}).at_thresholds[1e-4]
            for threshold in (at, higher)
        ]
        assert found[1].misses - found[0].misses == (pair == (0, 1))
        assert found[0].false_matches - found[1].false_matches == (pair == (0, 2))


def test_without_a_false_match_the_upper_end_is_three_over_pairs_that_share_nobody() -> None:
    """180 impostor pairs of ten people are five independent ones at best."""
    person = crowd(10, 2)
    result = measure(person, vectors_of(person, seed=4), thresholds={1e-6: 1.0})
    assert result.at_thresholds[1e-6].fmr == Rate(0.0, 0.0, 3 / 5)


def test_two_engines_are_compared_on_the_same_draws() -> None:
    """An engine against itself is 1 in every draw; a worse one is worse in every draw."""
    good = measure(PERSON, VECTORS)
    again = measure(PERSON, VECTORS)
    assert fnmr_ratio(good, again, 1e-2) == Rate(1.0, 1.0, 1.0)
    worse = measure(PERSON, vectors_of(PERSON, seed=1, spread=1.2))
    ratio = fnmr_ratio(good, worse, 1e-2)
    assert isinstance(ratio, Rate)
    assert ratio.value == value(point(good, 1e-2).fnmr) / value(point(worse, 1e-2).fnmr)
    assert ratio.low <= ratio.value <= ratio.high < 1
    assert isinstance(fnmr_ratio(good, worse, 1e-6), NotMeasurable)


def test_a_ratio_to_an_engine_without_errors_is_not_measurable() -> None:
    """Nothing divided by nothing is not an improvement."""
    perfect = measure(PERSON, vectors_of(PERSON, seed=3, spread=0.001))
    assert isinstance(fnmr_ratio(measure(PERSON, VECTORS), perfect, 1e-2), NotMeasurable)


def test_single_images_alone_give_no_genuine_pair() -> None:
    """Every point says so, and nothing breaks on the way."""
    result = measure(list(range(90)), vectors_of(range(90), seed=5))
    assert {type(found) for found in result.points.values()} == {NotMeasurable}
    assert result.totals.genuine_pairs == 0
    assert len(result.curve) == 0


def test_an_engine_that_acquires_nothing_is_measured_as_such() -> None:
    """All images lost: FTA is 1, every genuine pair is lost, no rate is made up."""
    protocol = protocol_of(PERSON)
    row = np.full(len(PERSON), -1, dtype=np.int64)
    nothing = Embedded(
        np.empty((0, 1), np.float32), row, dict.fromkeys(range(len(PERSON)), "no_face")
    )
    result = evaluate(
        protocol,
        nothing,
        FACTS,
        thresholds={1e-3: 0.5},
        labels=None,
        resampling=FEW,
        progress=None,
    )
    assert isinstance(result.fta, Rate)
    assert result.fta.value == 1.0
    assert result.totals.genuine_pairs_lost == result.totals.genuine_pairs == 384
    assert {type(found) for found in result.points.values()} == {NotMeasurable}
    at = result.at_thresholds[1e-3]
    assert isinstance(at.fmr, NotMeasurable)
    assert value(at.fnmr) == 1.0


def test_the_det_curve_falls_and_stays_where_the_data_carries_it() -> None:
    """FNMR never rises with FMR, and the curve passes through the points of the table."""
    result = measure(PERSON, VECTORS)
    fmr, fnmr = result.curve.T
    assert (np.diff(fmr) > 0).all()
    assert (np.diff(fnmr) <= 0).all()
    assert fmr.min() >= 30 / result.totals.impostor_pairs * 0.99
    near = int(np.argmin(np.abs(fmr - 1e-2)))
    assert abs(fnmr[near] - value(point(result, 1e-2).fnmr)) < 0.02


def test_portraits_against_live_pictures_are_measured_across_only() -> None:
    """64 people with one portrait and three live pictures: each portrait with each of those."""
    portraits = tuple(range(0, 256, 4))
    live = tuple(image for image in range(256) if image % 4)
    result = evaluate(
        protocol_of(PERSON, AcrossPairs(portraits, live)),
        embedded_of(VECTORS),
        replace(FACTS, name="across"),
        thresholds={},
        labels=None,
        resampling=FEW,
        progress=None,
    )
    assert result.totals.genuine_pairs == 192
    assert result.totals.impostor_pairs == 64 * 192 - 192
