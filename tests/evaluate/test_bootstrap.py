from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineproof.evaluate import bootstrap
from lineproof.evaluate.bootstrap import Cell, Scales, Setting, Weighed, cell_of, resample
from lineproof.evaluate.comparing import Scores, compare
from tests.evaluate.small_sets import crowd, embedded_of, plain_scores, protocol_of, vectors_of


def everyone(scores: Scores) -> Cell:
    """Take all images as one cell."""
    return cell_of(scores, np.ones(len(scores.protocol.images), dtype=bool))


def weigh_by_copies(
    person: list[int], score: np.ndarray, drawn: list[int], lost: set[int], fmr: float
) -> tuple[float, float, float, float]:
    """Measure a draw from the definition: copy the people that were drawn and list all pairs.

    Gives the threshold, FMR, FNMR, and the mean of the people's own FNMR.
    """
    copies = [
        (copy, who, image)
        for copy, who in enumerate(drawn)
        for image, owner in enumerate(person)
        if owner == who
    ]
    impostors, genuine = [], []
    for (copy_a, who_a, a), (copy_b, who_b, b) in combinations(copies, 2):
        alive = a not in lost and b not in lost
        if copy_a == copy_b:
            genuine.append((copy_a, score[a, b] if alive else -np.inf))
        elif who_a != who_b and alive:
            impostors.append(score[a, b])
    ordered = np.sort(np.array(impostors))[::-1]
    allowed = int(Fraction(repr(fmr)) * len(ordered))
    threshold = float(np.nextafter(ordered[allowed], np.float32(np.inf)))
    missed = [one < threshold for _, one in genuine]
    own = [
        np.mean([one < threshold for owner, one in genuine if owner == copy])
        for copy in sorted({owner for owner, _ in genuine})
    ]
    return threshold, float(np.mean(ordered >= threshold)), np.mean(missed), np.mean(own)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from([0, 1]), st.sampled_from([0.01, 0.1, 0.3]))
def test_a_draw_weighs_what_copying_its_people_gives(seed: int, steps: int, fmr: float) -> None:
    """Threshold, FMR, FNMR and FNMR by person equal those of a data set made of the copies."""
    random = np.random.default_rng(seed)
    person = [0, 0, 0, 1, 1, 2, 3, 3, 4]
    vectors = vectors_of(person, seed=seed, length=3, spread=1.0, steps=steps)
    lost = {int(random.integers(9))}
    scores = compare(protocol_of(person), embedded_of(vectors, lost), "cosine", thresholds=())
    scales = Scales(scores, (everyone(scores),), (Setting(fmr, None),))
    drawn = [0, 1, *random.integers(0, 5, 3).tolist()]
    weighed: Weighed = scales.weigh(np.bincount(drawn, minlength=5))
    threshold, share, fnmr, by_person = weigh_by_copies(
        person, plain_scores(vectors), drawn, lost, fmr
    )
    (cell,) = weighed.cells
    assert weighed.threshold[0] == threshold
    assert cell.false_matches[0] / cell.impostor_pairs == pytest.approx(share)
    assert cell.misses[0] / cell.genuine_pairs == pytest.approx(fnmr)
    assert cell.misses_by_person[0] / cell.genuine_people == pytest.approx(by_person)


def test_a_fixed_threshold_stays_where_it_is() -> None:
    """A calibrated score is the same in every draw; only the rates at it move."""
    person = crowd(12, 3)
    scores = compare(
        protocol_of(person), embedded_of(vectors_of(person, seed=1)), "cosine", thresholds=(0.5,)
    )
    scales = Scales(scores, (everyone(scores),), (Setting(1e-2, 0.5),))
    found = resample(scales, replicates=20, seed=3, progress=None)
    assert (found.threshold == 0.5).all()
    assert np.ptp(found.fmr) > 0
    assert np.ptp(found.fnmr) > 0


def test_the_same_seed_gives_the_same_draws_and_another_one_does_not() -> None:
    """A report can be made again to the last digit."""
    person = crowd(15, 3)
    scores = compare(
        protocol_of(person), embedded_of(vectors_of(person, seed=2)), "cosine", thresholds=()
    )
    scales = Scales(scores, (everyone(scores),), (Setting(0.1, None),))
    one, same, other = (
        resample(scales, replicates=10, seed=seed, progress=None).fnmr for seed in (1, 1, 2)
    )
    assert one.tobytes() == same.tobytes()
    assert one.tobytes() != other.tobytes()


def test_a_tail_too_short_for_a_draw_makes_the_fnmr_higher_never_lower() -> None:
    """Where a draw's threshold lies below the kept scores, the lowest kept score stands in."""
    person = crowd(10, 3)
    whole = compare(
        protocol_of(person), embedded_of(vectors_of(person, seed=3)), "cosine", thresholds=()
    )
    cut = Scores(
        whole.protocol,
        whole.acquired,
        whole.genuine,
        type(whole.tail)(
            whole.tail.left[:5], whole.tail.right[:5], whole.tail.score[:5], whole.tail.total
        ),
        whole.impostors,
    )
    once = np.ones(10, dtype=np.int64)
    full, short = (
        Scales(scores, (everyone(scores),), (Setting(0.3, None),)).weigh(once)
        for scores in (whole, cut)
    )
    assert short.threshold[0] == cut.tail.score[-1] > full.threshold[0]
    assert short.cells[0].misses[0] >= full.cells[0].misses[0]


def test_a_draw_that_needs_more_of_the_tail_than_usual_gets_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the first scores are weighed as a rule, which must never show in a result."""
    person = crowd(12, 3)
    # Persons 0, 1 and 2 look alike: the best scores are all theirs.
    vectors = vectors_of([max(0, who - 2) for who in person], seed=4, spread=0.2)
    scores = compare(protocol_of(person), embedded_of(vectors), "cosine", thresholds=())
    settings = (Setting(0.02, None),)
    every = Scales(scores, (everyone(scores),), settings)
    monkeypatch.setattr(bootstrap, "SPARE", 0)
    few = Scales(scores, (everyone(scores),), settings)
    assert few.usual < 27 < every.usual == scores.tail.total
    without = np.array([0, 0, 0, *[1] * 9])
    assert few.weigh(without).threshold[0] == every.weigh(without).threshold[0]
    assert few.weigh(without).cells[0].false_matches[0] > 0


def test_progress_is_told_for_each_draw() -> None:
    """A bar over a thousand draws must move and end."""
    person = crowd(4, 2)
    scores = compare(
        protocol_of(person), embedded_of(vectors_of(person, seed=2)), "cosine", thresholds=()
    )
    told: list[tuple[int, int]] = []
    resample(Scales(scores, (), ()), replicates=3, seed=1, progress=lambda *at: told.append(at))
    assert told == [(1, 3), (2, 3), (3, 3)]
