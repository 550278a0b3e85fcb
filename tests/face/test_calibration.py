from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineproof.domain.finding import FMR_POINTS, FmrBand
from lineproof.face.calibration import (
    CalibrationPoint,
    CalibrationTable,
    allowed_errors,
    band,
)

PAIRS = 40_000_000


def point(fmr: float, score: float, false_matches: int = 3) -> CalibrationPoint:
    """Draw a point with an interval of 0.01 to both sides."""
    return CalibrationPoint(
        fmr=fmr, score=score, low=score - 0.01, high=score + 0.01, false_matches=false_matches
    )


def table(*points: CalibrationPoint) -> CalibrationTable:
    """Draw a table over 40 million impostor pairs."""
    return CalibrationTable(
        points=points,
        dataset="drawn numbers",
        images=9000,
        people=3000,
        impostor_pairs=PAIRS,
        pipeline="1",
        date="2026-01-31",
    )


THREE = table(point(1e-2, 0.3), point(1e-3, 0.5), point(1e-4, 0.7))

tables = st.builds(
    lambda fmrs, scores: table(
        *(
            point(fmr, score)
            for fmr, score in zip(sorted(fmrs, reverse=True), sorted(scores), strict=False)
        )
    ),
    st.sets(st.sampled_from(FMR_POINTS), min_size=1),
    st.sets(st.floats(-0.9, 0.9), min_size=5, max_size=5),
)
scores = st.floats(-1, 1)


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (-1.0, FmrBand(above=1e-2, at_most=1.0)),
        (math.nextafter(0.3, 0), FmrBand(above=1e-2, at_most=1.0)),
        (0.3, FmrBand(above=1e-3, at_most=1e-2)),
        (0.5, FmrBand(above=1e-4, at_most=1e-3)),
        (math.nextafter(0.7, 0), FmrBand(above=1e-4, at_most=1e-3)),
        (0.7, FmrBand(above=0.0, at_most=1e-4)),
        (1.0, FmrBand(above=0.0, at_most=1e-4)),
    ],
)
def test_a_score_falls_in_the_band_it_reaches(score: float, expected: FmrBand) -> None:
    """The threshold itself matches; a hair below it does not."""
    assert band(score, THREE) == expected


@given(tables, scores, scores)
def test_a_higher_score_never_falls_in_a_looser_band(
    drawn: CalibrationTable, one: float, other: float
) -> None:
    """Over any table, the band only gets stricter as the score rises."""
    low, high = sorted((one, other))
    worse, better = band(low, drawn), band(high, drawn)
    assert better.at_most <= worse.at_most
    assert better.above <= worse.above


@given(tables, scores)
def test_bands_lie_side_by_side(drawn: CalibrationTable, score: float) -> None:
    """A band's two ends are neighbours in the table, so no rate is skipped or counted twice."""
    ends = [1.0, *(point.fmr for point in drawn.points), 0.0]
    found = band(score, drawn)
    assert (found.at_most, found.above) in list(pairwise(ends))


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_no_number_is_a_fault(score: float) -> None:
    """A broken comparison must never come out as a band, least of all as a strict one."""
    with pytest.raises(ValueError, match="finite"):
        band(score, THREE)


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ((), "at least one point"),
        ((point(1e-3, 0.5), point(1e-2, 0.6)), "loosest rate to the strictest"),
        ((point(1e-2, 0.5), point(1e-2, 0.6)), "loosest rate to the strictest"),
        ((point(1e-2, 0.5), point(1e-3, 0.5)), "higher score"),
        ((point(1e-2, 0.5), point(1e-3, 0.4)), "higher score"),
        ((point(1e-2, 0.5, PAIRS // 100 + 1),), "more than an FMR of 1e-2"),
    ],
)
def test_a_table_in_the_wrong_order_is_refused(
    points: tuple[CalibrationPoint, ...], sentence: str
) -> None:
    """A table in which a higher score is easier to reach would turn the decision round."""
    with pytest.raises(ValueError, match=sentence):
        table(*points)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("dataset", " ", "names its data set"),
        ("pipeline", "", "names its data set"),
        ("people", 1, "two people"),
        ("images", 2999, "two people"),
        ("date", "31 January", "isoformat"),
    ],
)
def test_a_table_says_where_it_comes_from(field: str, value: object, sentence: str) -> None:
    """A threshold without its data set, people and date cannot be judged."""
    with pytest.raises(ValueError, match=sentence):
        replace(THREE, **{field: value})  # type: ignore[arg-type] # one field at a time


def test_a_rate_that_the_sample_cannot_carry_is_refused() -> None:
    """1e-4 of 299,999 pairs expects fewer than 30 false matches; of 300,000 exactly 30."""
    assert replace(THREE, impostor_pairs=300_000).points == THREE.points
    with pytest.raises(ValueError, match="cannot measure an FMR of 1e-4"):
        replace(THREE, impostor_pairs=299_999)


@pytest.mark.parametrize(
    "change",
    [
        {"fmr": 2e-3},
        {"score": math.nan},
        {"high": math.inf},
        {"score": 0.52},
        {"low": -1.2},
        {"false_matches": -1},
    ],
)
def test_a_point_that_was_never_measured_is_refused(change: dict[str, float]) -> None:
    """Each field alone can spoil a point."""
    with pytest.raises(ValueError, match=r"calibrat|false matches"):
        replace(point(1e-3, 0.5), **change)  # type: ignore[arg-type] # one field at a time


@pytest.mark.parametrize(
    ("rate", "comparisons", "expected"),
    [(0.01, 300, 3), (0.01, 299, 2), (1e-6, 30_000_000, 30), (0.29, 100, 29), (1e-5, 0, 0)],
)
def test_allowed_errors_are_exact(rate: float, comparisons: int, expected: int) -> None:
    """0.29 * 100 is 28.999999999999996 in binary; the decimal that was written counts."""
    assert allowed_errors(rate, comparisons) == expected
