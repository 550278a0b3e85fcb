"""A chip's files as readers' apps name them, and folders that are no chip's."""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING

import pytest

from lineproof.domain.finding import Unreadable
from lineproof.reading.chip_files import file_name, read_chip_files
from lineproof.reading.der import MOST_BYTES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("EF.SOD.bin", "SOD"),
        ("EF_DG1.bin", "DG1"),
        ("DG14", "DG14"),
        ("dg02.dat", "DG2"),
        ("Datagroup11.bin", "DG11"),
        ("AT_EF.SOD.bin", "SOD"),
        ("AA.bin", "AA"),
        ("CA.bin", "CA"),
        ("ef.com", "COM"),
        ("DG17.bin", None),
        ("DG0.bin", None),
        ("DG1.bin.txt", None),
        ("photo.jpg", None),
        ("CA.cer", None),
    ],
)
def test_names_are_taken_as_apps_write_them(written: str, name: str | None) -> None:
    """One name for each file of a chip, and none for others."""
    assert file_name(written) == name


def code(path: Path) -> str:
    """Give the code of the refusal that there must be."""
    found = read_chip_files(path)
    assert isinstance(found, Unreadable)
    return found.code


def test_a_folder_and_one_json_say_the_same(tmp_path: Path) -> None:
    """Other files in the folder, and other names in the object, are left alone."""
    folder, single = tmp_path / "chip", tmp_path / "chip.json"
    folder.mkdir()
    (folder / "EF.SOD.bin").write_bytes(b"sod")
    (folder / "notes.txt").write_bytes(b"x")
    single.write_text(json.dumps({"SOD": base64.b64encode(b"sod").decode(), "model": 7}))
    assert read_chip_files(folder) == read_chip_files(single) == {"SOD": b"sod"}


def test_what_is_no_chip_gets_a_code(tmp_path: Path) -> None:
    """Nothing there, two for one name, and too much."""
    assert code(tmp_path / "nowhere") == "chip_missing"
    assert code(tmp_path) == "chip_no_files"
    (tmp_path / "DG1.bin").write_bytes(b"one")
    (tmp_path / "EF.DG1.bin").write_bytes(b"two")
    assert code(tmp_path) == "chip_twice"
    (tmp_path / "EF.DG1.bin").unlink()
    with (tmp_path / "DG1.bin").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert code(tmp_path) == "chip_too_large"


def test_what_never_ends_is_not_opened(tmp_path: Path) -> None:
    """A pipe, a device and a link to itself under a chip's name are no files."""
    os.mkfifo(tmp_path / "EF.SOD.bin")
    (tmp_path / "DG1.bin").symlink_to("/dev/zero")
    (tmp_path / "DG2.bin").symlink_to(tmp_path / "DG2.bin")
    assert code(tmp_path) == "chip_no_files"


@pytest.mark.parametrize(
    "told",
    [b"", b"[]", b"{", b"\xff", b"NaN", b'{"SOD": 5}', b'{"SOD": "_-"}', b"[" * 10_000, b'"' * 99],
)
def test_json_that_is_none_gets_a_code(told: bytes, tmp_path: Path) -> None:
    """Whatever is off in it."""
    (tmp_path / "chip.json").write_bytes(told)
    assert code(tmp_path / "chip.json") == "chip_json"
