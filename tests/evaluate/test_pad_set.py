from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.evaluate.pad_set import PadSet, read_pad_set
from lineproof.evaluate.protocol import Unusable

if TYPE_CHECKING:
    from pathlib import Path


def listed(folder: Path, lines: str) -> Path:
    """Write a CSV file beside pictures a.jpg and b.jpg."""
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(b"")
    (folder / "set.csv").write_text(lines, "utf-8")
    return folder / "set.csv"


def species(found: PadSet | Unusable) -> list[str | None]:
    """Give the species of a set that must be usable."""
    assert isinstance(found, PadSet)
    return [one.species for one in found.presentations]


def test_labels_and_species_are_read_and_other_columns_are_left(tmp_path: Path) -> None:
    """The documented columns, in any order, beside whatever else a set brings."""
    lines = (
        "file,session,label,species\na.jpg,1,bonafide,\nb.jpg,2,attack,screen\nb.jpg,3,attack,\n"
    )
    assert species(read_pad_set(listed(tmp_path, lines))) == [None, "screen", "attack"]


def test_a_label_may_name_the_species_itself(tmp_path: Path) -> None:
    """As NUAA's own labels do."""
    assert species(read_pad_set(listed(tmp_path, "file,label\na.jpg,Bonafide\nb.jpg,print\n"))) == [
        None,
        "print",
    ]


def test_a_folder_has_a_folder_for_each_species(tmp_path: Path) -> None:
    """Or labels.csv; pictures beside the folders are counted as skipped."""
    for name in ("bona_fide/1.jpg", "print/deep/2.png", "3.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = read_pad_set(tmp_path)
    assert species(found) == [None, "print"]
    assert isinstance(found, PadSet)
    assert "1 images" in found.notes[0]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("name,label\na.jpg,attack\n", "pad_set_header"),
        ("", "pad_set_header"),
        ("file,label\n", "pad_set_empty"),
        ("file,label\nc.jpg,attack\n", "pad_set_line"),
        ("file,label\na.jpg,\n", "pad_set_line"),
        ("file,label\na.jpg\n", "pad_set_line"),
        ("file,label\na.jpg,attack,more\n", "pad_set_line"),
        # A misspelt label must not become an attack species of its own.
        ("file,label\na.jpg,bonafied\n", "pad_set_line"),
        ('file,label\n"a.jpg\n', "pad_set_not_csv"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, lines: str, code: str) -> None:
    """With a code, and the line where it is one."""
    found = read_pad_set(listed(tmp_path, lines))
    assert isinstance(found, Unusable)
    assert found.code == code


def test_no_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    """Neither is an empty result."""
    missing = read_pad_set(tmp_path / "none.csv")
    empty = read_pad_set(tmp_path)
    assert isinstance(missing, Unusable)
    assert isinstance(empty, Unusable)
    assert (missing.code, empty.code) == ("pad_set_missing", "pad_set_empty")
