from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src" / "lineproof").rglob("*.py"))
LONGEST_FILE = 400


@pytest.mark.house
@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "format", "--check", "src", "tests", "benchmarks"],
        ["ruff", "check", "src", "tests", "benchmarks"],
        ["mypy"],
        ["lint-imports"],
    ],
    ids=["format", "lint", "types", "floors"],
)
def test_the_house_is_in_order(command: list[str]) -> None:
    """Format, lint, types and floors are part of the tests, so that nothing lands without them."""
    program = shutil.which(command[0], path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip(f"{command[0]} is not installed beside this Python; `make test` installs it")
    done = subprocess.run(
        [program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_name_is_used_twice() -> None:
    """A name says which file is meant, wherever it is read."""
    names = Counter(path.name for path in SOURCES if path.name != "__init__.py")
    assert [name for name, times in names.items() if times > 1] == []


def test_no_file_grows_beyond_reading() -> None:
    """A file is read in one sitting."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_nothing_of_this_machine_is_in_the_tree() -> None:
    """No path of a developer's machine and no photograph of a person is committed."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    files = [ROOT / name for name in listed.stdout.splitlines()]
    texts = [path for path in files if path.suffix in {".py", ".md", ".toml", ".json", ".mjs"}]
    needles = ("/" + "work/", "/" + "root/", "/" + "home/")
    assert [
        p for p in texts if p.is_file() and any(n in p.read_text("utf-8") for n in needles)
    ] == []
    assert [
        path
        for path in files
        if path.suffix.lower() in {".jpg", ".jpeg", ".onnx", ".npz"}
        and "tests/" not in str(path.relative_to(ROOT))
        # The product's own networks are its own work, small, and held to their hashes.
        and path.parent != ROOT / "src" / "lineproof" / "packs" / "own" / "texture"
    ] == []
