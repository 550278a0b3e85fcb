from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lineproof.evaluate.folders import folder_per_person, two_folders
from lineproof.evaluate.groups import GroupLabels, read_groups
from lineproof.evaluate.pairing import genuine_pairs
from lineproof.evaluate.protocol import AcrossPairs, EvaluationProtocol, EveryPair, Unusable

REPOSITORY = Path(__file__).parents[2]
LFW = Path(os.environ.get("LINEPROOF_SHARED", REPOSITORY.parent / "shared")) / "data" / "lfw_dev"


def fill(root: Path, *names: str) -> Path:
    """Make files of one byte."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def test_each_folder_is_a_person_and_each_image_is_theirs(tmp_path: Path) -> None:
    """Images in the order of their names; what is no image in place is skipped and counted."""
    fill(tmp_path, "ben/2.JPG", "ben/10.png", "ann/a.webp", "ann/notes.txt", "ann/old/b.jpg")
    fill(tmp_path, "loose.jpg", "readme.md", "ann/.hidden.jpg", ".cache/x.jpg.txt")
    (tmp_path / "empty").mkdir()
    found = folder_per_person(tmp_path)
    assert isinstance(found, EvaluationProtocol)
    assert found.names == ("ann/a.webp", "ben/10.png", "ben/2.JPG")
    assert found.people == ("ann", "ben")
    assert found.person == (0, 1, 1)
    assert found.pairing == EveryPair()
    assert found.images[0] == tmp_path / "ann" / "a.webp"
    assert found.skipped == 3
    said = " ".join(found.notes)
    assert "1 person has a single image" in said
    assert "3 entries were skipped" in said


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_names_that_are_no_text_are_still_read(tmp_path: Path) -> None:
    """A name in another encoding, or with a line break, is a file like any other."""
    for name in (b"\xff\xfe_1.jpg", b"two\nlines.jpg", "jos\u00e9.jpg".encode()):
        (tmp_path / "ann").mkdir(exist_ok=True)
        Path(os.fsdecode(os.fsencode(tmp_path / "ann") + b"/" + name)).write_bytes(b"x")
    fill(tmp_path, "ben/1.jpg")
    found = folder_per_person(tmp_path)
    assert isinstance(found, EvaluationProtocol)
    assert len(found.images) == 4
    assert all(path.is_file() for path in found.images)
    assert "\n".join(found.names).encode()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda root: root / "nowhere", "folder_missing"),
        (lambda root: fill(root, "file.jpg") / "file.jpg", "not_a_folder"),
        (lambda root: root, "no_images"),
        (lambda root: fill(root, "a.jpg", "b.jpg"), "no_images"),
        (lambda root: fill(root, "ann/a.jpg", "ann/b.jpg"), "one_person"),
    ],
)
def test_a_folder_without_two_people_is_answered(tmp_path: Path, make: object, code: str) -> None:
    """Each way in which a folder cannot be evaluated has its code and says what to do."""
    assert callable(make)
    found = folder_per_person(make(tmp_path))
    assert isinstance(found, Unusable)
    assert found.code == code
    assert len(found.sentence) > 30


def test_portraits_and_live_pictures_meet_by_the_start_of_their_names(tmp_path: Path) -> None:
    """001_03.jpg and 001_08.jpg are one person; who is on one side only is said."""
    fill(tmp_path / "p", "001_03.jpg", "002_03.jpg", "003.jpg")
    fill(tmp_path / "l", "001_08.jpg", "001_09_b.jpg", "002_08.jpg", "004_08.jpg")
    found = two_folders(tmp_path / "p", tmp_path / "l", people=None)
    assert isinstance(found, EvaluationProtocol)
    assert found.people == ("001", "002", "003", "004")
    assert found.pairing == AcrossPairs((0, 1, 2), (3, 4, 5, 6))
    assert found.names[0] == "portrait/001_03.jpg"
    assert found.names[3] == "live/001_08.jpg"
    left, right = genuine_pairs(found)
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 3), (0, 4), (1, 5)]
    said = " ".join(found.notes)
    assert "1 people have a portrait but no live picture" in said
    assert "1 people have a live picture but no portrait" in said


def test_a_table_can_say_who_is_who(tmp_path: Path) -> None:
    """Where names say nothing, a table does; an image that it leaves out is answered."""
    fill(tmp_path / "p", "x.jpg", "y.jpg")
    fill(tmp_path / "l", "x.jpg", "z.jpg")
    table = tmp_path / "people.csv"
    table.write_text("image,person\nportrait/x.jpg,1\nportrait/y.jpg,2\nlive/x.jpg,2\n")
    missing = two_folders(tmp_path / "p", tmp_path / "l", people=table)
    assert isinstance(missing, Unusable)
    assert missing.code == "person_missing"
    assert "live/z.jpg" in missing.sentence
    table.write_text(table.read_text() + "live/z.jpg,1\n")
    found = two_folders(tmp_path / "p", tmp_path / "l", people=table)
    assert isinstance(found, EvaluationProtocol)
    assert found.person == (0, 1, 1, 0)
    table.write_text(table.read_text() + "live/z.jpg,2\n")
    twice = two_folders(tmp_path / "p", tmp_path / "l", people=table)
    assert isinstance(twice, Unusable)
    assert "line 6" in twice.sentence


def test_two_folders_that_cannot_meet_are_answered(tmp_path: Path) -> None:
    """The same folder twice, one person only, an empty side."""
    both = fill(tmp_path / "p", "1_a.jpg")
    one = fill(tmp_path / "l", "1_b.jpg")
    (tmp_path / "none").mkdir()
    answers = [
        two_folders(both, both, people=None),
        two_folders(both, one, people=None),
        two_folders(both, tmp_path / "none", people=None),
        two_folders(both, tmp_path / "nowhere", people=None),
    ]
    codes = [answer.code for answer in answers if isinstance(answer, Unusable)]
    assert codes == ["same_folder", "one_person", "no_images", "folder_missing"]


def test_a_real_set_is_read_as_it_is_described() -> None:
    """LFW's development part: 2,814 images of 1,184 people, each image in one of two groups."""
    if not LFW.is_dir():
        pytest.skip("the shared data folder with lfw_dev is not here")
    found = folder_per_person(LFW)
    assert isinstance(found, EvaluationProtocol)
    assert (len(found.images), len(found.people)) == (2814, 1184)
    assert len(genuine_pairs(found)[0]) == 23_444
    labels = read_groups(LFW / "groups.csv", found)
    assert isinstance(labels, GroupLabels)
    assert [int(members.sum()) for members in labels.members] == [740, 2074]
    assert labels.notes == ()
