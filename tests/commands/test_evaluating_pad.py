from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from typer.testing import CliRunner, Result

from lineproof.cli import app
from lineproof.commands.answers import Exit
from tests.samples import engine, photograph

if TYPE_CHECKING:
    from pathlib import Path


def run(*words: object) -> Result:
    """Run `lineproof evaluate pad`."""
    return CliRunner().invoke(app, ["evaluate", "pad", *(str(word) for word in words)])


def small_set(folder: Path) -> Path:
    """Make a set of one photograph and one picture without a face."""
    (folder / "person.jpg").write_bytes(photograph("obama.jpg"))
    Image.fromarray(np.full((200, 200, 3), 90, np.uint8)).save(folder / "wall.png")
    rows = ("person.jpg,bonafide,", "person.jpg,attack,claimed", "wall.png,attack,wall")
    (folder / "labels.csv").write_text("\n".join(("file,label,species", *rows)), "utf-8")
    return folder / "labels.csv"


def test_a_set_is_measured_at_the_packs_own_threshold(tmp_path: Path) -> None:
    """The keys that callers go by, and the report beside them."""
    engine()
    done = run(small_set(tmp_path), "--json", "--out", tmp_path / "report")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["threshold_from"] == "the pack"
    assert 0 < found["threshold"] < 1
    # One and the same picture: stopped as bona fide or passed as an attack, never both.
    assert found["apcer"]["claimed"] == 1 - found["bpcer"]
    assert found["not_acquired"] == 1
    assert found["not_acquired_by"] == {"wall": {"no_face": 1}}
    assert "claimed" in (tmp_path / "report" / "report.html").read_text("utf-8")


def test_a_given_threshold_is_used_as_it_is(tmp_path: Path) -> None:
    """At 0 everything passes, at 1 all but a certainty is stopped."""
    engine()
    file = small_set(tmp_path)
    loosest = json.loads(run(file, "--json", "--threshold", 0).stdout)
    assert (loosest["bpcer"], loosest["apcer"]["claimed"]) == (0.0, 1.0)
    assert loosest["threshold_from"] == "given"
    strictest = json.loads(run(file, "--json", "--threshold", 1).stdout)
    assert (strictest["bpcer"], strictest["apcer"]["claimed"]) == (1.0, 0.0)


def test_what_cannot_be_measured_ends_with_its_code(tmp_path: Path) -> None:
    """A set that is not there, and more paths than one."""
    done = run(tmp_path / "none.csv", "--json")
    assert done.exit_code == Exit.BAD_INPUT
    assert json.loads(done.stdout)["error"]["code"] == "pad_set_missing"
    assert run(tmp_path, tmp_path, "--json").exit_code == Exit.USAGE
