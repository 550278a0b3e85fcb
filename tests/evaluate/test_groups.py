from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from lineproof.evaluate.groups import (
    GroupLabels,
    GroupPoint,
    GroupResult,
    NoClaim,
    Worst,
    read_groups,
    thin,
    worst,
)
from lineproof.evaluate.metrics import Rate
from lineproof.evaluate.protocol import Unusable
from tests.evaluate.small_sets import crowd, measure, plain_scores, protocol_of, vectors_of

if TYPE_CHECKING:
    from pathlib import Path

PERSON = crowd(120, 3)
WHO = np.array(PERSON)
LABELS = GroupLabels(("even", "odd", "tiny"), (WHO % 2 == 0, WHO % 2 == 1, WHO < 5), ())


def spread_by_group() -> np.ndarray:
    """Draw people whose pictures vary more when their number is odd."""
    calm, wild = (vectors_of(PERSON, seed=1, spread=spread) for spread in (0.6, 1.1))
    return np.where((WHO % 2 == 0)[:, None], calm, wild)


def test_a_group_is_measured_inside_itself_at_the_overall_threshold() -> None:
    """FMR and FNMR of a group equal a count over its own pairs at the overall threshold."""
    vectors = spread_by_group()
    result = measure(PERSON, vectors, labels=LABELS, failed=[7])
    threshold = result.points[1e-2].threshold  # type: ignore[union-attr] # measured by its size
    score = plain_scores(vectors)
    left, right = np.triu_indices(len(PERSON), 1)
    for group, members in zip(result.groups[:2], LABELS.members[:2], strict=True):
        inside = members[left] & members[right]
        same = WHO[left] == WHO[right]
        dead = (left == 7) | (right == 7)
        hit = (score[left, right] >= threshold) & ~dead
        found = group.points[1e-2]
        assert isinstance(found.fmr, Rate)
        assert isinstance(found.fnmr, Rate)
        assert found.fmr.value == hit[inside & ~same].sum() / (inside & ~same & ~dead).sum()
        assert found.fnmr.value == (~hit[inside & same]).sum() / (inside & same).sum()
        assert found.fnmr.low <= found.fnmr.value <= found.fnmr.high


def test_the_worst_group_is_named_with_its_ratio() -> None:
    """People whose pictures vary more are missed more, and the ratio's interval says it is real."""
    result = measure(PERSON, spread_by_group(), labels=LABELS)
    found = worst(result.groups, 1e-2, "fnmr")
    assert isinstance(found, Worst)
    assert found.group == "odd"
    assert 1 < found.ratio.low <= found.ratio.value <= found.ratio.high


def test_a_thin_cell_makes_no_claim() -> None:
    """Five people say nothing, however clear their figures look."""
    tiny = measure(PERSON, spread_by_group(), labels=LABELS).groups[2]
    assert tiny.people == 5
    for found in tiny.points.values():
        for claim in (found.fmr, found.fnmr, found.fmr_ratio, found.fnmr_ratio):
            assert isinstance(claim, NoClaim)
            assert "5 people" in claim.reason


@pytest.mark.parametrize(
    ("people", "expected", "claims"),
    [(30, 30.0, True), (29, 900.0, False), (900, 29.9, False)],
)
def test_thirty_people_and_thirty_expected_errors_make_a_claim(
    people: int,
    expected: float,
    claims: bool,  # noqa: FBT001 - the expected answer
) -> None:
    """Both floors hold, each by itself."""
    assert (thin(people, expected) is None) is claims


def group(name: str, fnmr: Rate | NoClaim, ratio: Rate | NoClaim) -> GroupResult:
    """Make a group with one point."""
    nothing = NoClaim("thin")
    found = GroupPoint(fmr=nothing, fnmr=fnmr, fmr_ratio=nothing, fnmr_ratio=ratio)
    return GroupResult(
        name=name,
        images=9,
        people=9,
        failed_to_acquire=0,
        genuine_pairs=9,
        impostor_pairs=9,
        points={1e-2: found},
    )


def test_one_group_alone_is_not_the_worst() -> None:
    """Where the others make no claim there is nothing to be worse than."""
    high = group("a", Rate(0.5, 0.4, 0.6), Rate(2.0, 1.5, 2.5))
    low = group("b", Rate(0.1, 0.0, 0.2), Rate(0.4, 0.1, 0.9))
    silent = group("c", NoClaim("thin"), NoClaim("thin"))
    assert isinstance(worst([high, silent], 1e-2, "fnmr"), NoClaim)
    assert worst([low, high, silent], 1e-2, "fnmr") == Worst("a", Rate(2.0, 1.5, 2.5))


def read(tmp_path: Path, text: str) -> GroupLabels | Unusable:
    """Read labels for three people with two images each."""
    (tmp_path / "groups.csv").write_text(text, encoding="utf-8")
    return read_groups(tmp_path / "groups.csv", protocol_of([0, 0, 1, 1, 2, 2]))


def test_labels_come_for_people_or_for_images(tmp_path: Path) -> None:
    """Both headers are read; what has no label is in no group, and is counted."""
    by_person = read(tmp_path, "person,group\np000,x\np001,y\np002,x\np999,y\n")
    assert isinstance(by_person, GroupLabels)
    assert by_person.names == ("x", "y")
    assert by_person.members[0].tolist() == [True, True, False, False, True, True]
    assert "1 labels belong to nothing" in by_person.notes[0]
    by_image = read(tmp_path, 'image,group\np000/0000.jpg,"x, y"\np002/0005.jpg,\n')
    assert isinstance(by_image, GroupLabels)
    assert by_image.names == ("x, y",)
    assert by_image.members[0].tolist() == [True, False, False, False, False, False]
    assert "5 images have no group" in by_image.notes[0]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("face,group\n1,x\n", "groups_header", "image,group"),
        ("person,group\np000,x\np000,y\n", "groups_line", "line 3"),
        ("person,group\np000,x,y\n", "groups_line", "line 2"),
        ("person,group\nnobody,x\n", "groups_number", "0 groups"),
        ("person,group\n", "groups_empty", "no lines"),
    ],
)
def test_labels_that_cannot_be_used_are_answered(
    tmp_path: Path, text: str, code: str, said: str
) -> None:
    """The line, or what is wrong with the whole file, and nothing is guessed."""
    found = read(tmp_path, text)
    assert isinstance(found, Unusable)
    assert found.code == code
    assert said in found.sentence
