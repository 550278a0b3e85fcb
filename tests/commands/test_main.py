"""How the program itself ends, whatever it is given and wherever its output goes."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from lineproof import cli
from lineproof.commands.answers import Exit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAIN = [sys.executable, "-c", "from lineproof.cli import main; main()"]
FULL = Path("/dev/full")
MISSING = ["verify", "--document", "no.jpg", "--live", "no.jpg"]


def run(
    words: Sequence[str | bytes], *, env: Mapping[str, str] | None = None, stdout: int | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the program in a process of its own, and expect no traceback."""
    done = subprocess.run(
        [*MAIN, *words],
        stdout=subprocess.PIPE if stdout is None else stdout,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    return done


@pytest.mark.parametrize(
    "words",
    [
        ["verify"],
        ["verify", "--nonsense"],
        ["no-such-command"],
        [*MISSING, "--attempt", "0"],
        [*MISSING, "--max-fmr", "much"],
        [*MISSING, "--max-fmr", "nan"],
        [*MISSING, *["--live", "no.jpg"] * 24],
    ],
)
def test_wrong_usage_is_one_object_too(words: list[str]) -> None:
    """A program that calls with --json gets JSON also when it calls wrongly."""
    done = run([*words, "--json"])
    assert done.returncode == Exit.USAGE
    error = json.loads(done.stdout)["error"]
    assert error["code"].startswith("usage")
    assert error["sentence"]


@pytest.mark.parametrize(
    "words",
    [
        ["verify", "--live", "{}", "--document"],
        ["inspect"],
        ["bench", "--live", "{}", "--document"],
        ["evaluate", "faces"],
        ["calibrate", "--dataset", "x"],
    ],
)
def test_a_path_without_permission_is_bad_input_and_not_wrong_usage(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only our own reading, with its codes, says what is wrong with a path that was given."""
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    told = [word.format(tmp_path) for word in (*words, "{}", "--json")]
    done = CliRunner().invoke(cli.app, told)
    assert done.exit_code == Exit.BAD_INPUT
    code = json.loads(done.stdout)["error"]["code"]
    assert code in {"image_is_folder", "folder_unreadable", "no_images"}


def test_a_terminal_without_our_signs_changes_no_outcome() -> None:
    """In an ASCII locale the sentence and the exit code are the same."""
    done = run(MISSING, env={"PYTHONIOENCODING": "ascii", "TERM": "dumb"})
    assert done.returncode == Exit.BAD_INPUT
    assert done.stderr.startswith(b"x no.jpg: There is no file")


@pytest.mark.parametrize("encoding", ["ascii", "utf-8:strict", "latin-1"])
def test_json_is_json_whatever_a_file_is_called(encoding: str) -> None:
    """A name that is no UTF-8, or that the locale cannot write, makes neither crash nor no JSON."""
    for name in ("ünï.jpg".encode(), b"inv\xff\xfe.jpg"):
        words = ["verify", "--json", "--live", "no.jpg", "--document"]
        done = run([*words, name], env={"PYTHONIOENCODING": encoding})
        assert done.returncode == Exit.BAD_INPUT
        assert json.loads(done.stdout.decode("ascii"))["error"]["code"] == "image_missing"


def test_a_file_name_commands_no_terminal() -> None:
    """Escape sequences and markup in a name are shown, not obeyed."""
    done = run(["verify", "--document", "a\x1b[2J[/][bold].jpg", "--live", "b"])
    assert b"\x1b" not in done.stderr
    assert b"a?[2J[/][bold].jpg" in done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_went_away_leaves_no_noise_and_no_approval(unbuffered: str) -> None:
    """`| head` ends quietly; what is no approval never becomes exit code 0 by it."""
    env = {"PYTHONUNBUFFERED": unbuffered}
    reading, writing = os.pipe()
    os.close(reading)
    try:
        refused = run([*MISSING, "--json"], stdout=writing, env=env)
        assert refused.returncode in {Exit.BAD_INPUT, Exit.FAULT}
        for words in (["version", "--json"], ["packs", "list"]):
            assert run(words, stdout=writing, env=env).stderr == b""
    finally:
        os.close(writing)


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
def test_an_answer_that_cannot_be_written_is_told() -> None:
    """A full disk under standard output is said on standard error, with its own exit code."""
    with FULL.open("wb") as full:
        for words in (["packs", "list"], ["version", "--json"], [*MISSING, "--json"]):
            done = run(words, stdout=full.fileno())
            assert done.returncode == Exit.BAD_INPUT
            assert b"output_not_written" in done.stderr


@pytest.mark.parametrize(
    ("raised", "exit_code", "code"),
    [
        (KeyboardInterrupt(), Exit.INTERRUPTED, "interrupted"),
        (typer.Abort(), Exit.INTERRUPTED, "interrupted"),
        (MemoryError(), Exit.NOT_READY, "out_of_memory"),
        (ZeroDivisionError(), Exit.FAULT, "internal_fault"),
        (OSError(errno.EIO, "disk"), Exit.FAULT, "internal_fault"),
    ],
)
def test_whatever_is_raised_ends_in_one_sentence(
    raised: BaseException,
    exit_code: Exit,
    code: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every way out has its code, and none of them a traceback."""

    def app(**_: object) -> None:
        raise raised

    monkeypatch.setattr(cli, "app", app)
    monkeypatch.setattr(sys, "argv", ["lineproof", "verify", "--json"])
    monkeypatch.delenv("LINEPROOF_DEBUG", raising=False)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == exit_code
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code
