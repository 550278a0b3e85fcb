from __future__ import annotations

import json
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from lineproof.cli import app
from lineproof.commands.answers import Exit
from tests.samples import document, engine, photograph, stored

RUNNER = CliRunner()
PROMISED = {"outcome", "reasons", "fmr_band", "pack", "pipeline", "attempt"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Write the demonstration's pictures; skip where the pack or the samples are not here."""
    engine()
    contents = {
        "document": document(),
        "right": photograph("obama2.jpg"),
        "wrong": photograph("biden.jpg"),
    }
    paths = {name: tmp_path / f"{name}.jpg" for name in contents}
    for name, path in paths.items():
        path.write_bytes(contents[name])
    return paths


def run(*words: object) -> tuple[int, dict[str, Any]]:
    """Run a command with --json; give its exit code and the one object that it prints."""
    done = RUNNER.invoke(app, [*(str(word) for word in words), "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stdout
    answer: dict[str, Any] = json.loads(lines[0])
    return done.exit_code, answer


def verify(document: Path, live: Path, *more: object) -> tuple[int, dict[str, Any]]:
    """Run `lineproof verify` on two files."""
    return run("verify", "--document", document, "--live", live, *more)


def test_the_right_person_is_accepted_or_referred(files: dict[str, Path]) -> None:
    """The person on the document gets on, and the answer holds what callers are promised."""
    code, answer = verify(files["document"], files["right"])
    assert (code, answer["outcome"]) in {(Exit.APPROVE, "approve"), (Exit.REFER, "refer")}
    assert set(answer) >= PROMISED
    assert re.fullmatch(r"<=1e-[2-6]", answer["fmr_band"])


def test_the_wrong_person_is_not_approved(files: dict[str, Path]) -> None:
    """Somebody else is asked again, then referred; never approved, never refused by the face."""
    outcomes = []
    for attempt in (1, 2, 3):
        code, answer = verify(files["document"], files["wrong"], "--attempt", attempt)
        outcomes.append(answer["outcome"])
        assert code in {Exit.RETRY, Exit.REFER}
        assert answer["attempt"] == attempt
    assert outcomes[-1] == "refer"


def test_no_score_is_in_any_answer(files: dict[str, Path]) -> None:
    """Nothing in the answer is a score: no number but the attempt."""
    _, answer = verify(files["document"], files["right"])
    numbers = {key for key, value in answer.items() if isinstance(value, float | int)}
    assert numbers == {"attempt"}


def test_research_warns_and_prints_one(files: dict[str, Path]) -> None:
    """A bare score is only given when asked for by name, with the warning beside it."""
    words = ["verify", "--document", files["document"], "--live", files["right"]]
    done = RUNNER.invoke(app, [*map(str, words), "--research", "--json"])
    assert -1 <= json.loads(done.stdout)["score"] <= 1
    assert "Warning" in done.stderr


def test_fast_and_standard_say_which_they_were(files: dict[str, Path]) -> None:
    """The setting stands in the answer."""
    settings = [
        verify(files["document"], files["right"], *more)[1]["setting"] for more in ((), ("--fast",))
    ]
    assert settings == ["standard", "fast"]


def png_of(width: int, height: int) -> bytes:
    """Give a PNG that only says its size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    ending = b"IEND"
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 0)
        + ending
        + struct.pack(">I", zlib.crc32(ending))
    )


BAD = {
    "image_empty": b"",
    "image_not_an_image": b"a letter and not a picture" * 40,
    "image_format_unsupported": b"GIF89a" + bytes(60),
    "image_too_large": png_of(60_000, 60_000),
    "image_too_small": png_of(0, 0),
}


@pytest.mark.parametrize("code", BAD)
@pytest.mark.parametrize("role", ["document", "live"])
def test_a_file_that_is_no_picture_is_refused_by_code(code: str, role: str, tmp_path: Path) -> None:
    """One sentence that names the file and says what to do; exit code 3; no traceback."""
    engine()
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    good.write_bytes(stored(Image.new("RGB", (320, 320)), "PNG"))
    bad.write_bytes(BAD[code])
    pair = (bad, good) if role == "document" else (good, bad)
    exit_code, answer = verify(*pair)
    assert exit_code == Exit.BAD_INPUT
    assert answer["error"]["code"] == code
    assert str(bad) in answer["error"]["sentence"]


def test_missing_files_and_folders_are_refused_by_code(tmp_path: Path) -> None:
    """A name without a file, and a folder, are told apart."""
    for path, code in ((tmp_path / "none.jpg", "image_missing"), (tmp_path, "image_is_folder")):
        exit_code, answer = verify(path, path)
        assert (exit_code, answer["error"]["code"]) == (Exit.BAD_INPUT, code)


def test_a_picture_without_a_face_asks_for_another(tmp_path: Path, files: dict[str, Path]) -> None:
    """No face is no error of the program: it is a retry that says what to change."""
    empty = tmp_path / "empty.png"
    empty.write_bytes(stored(Image.new("RGB", (640, 480), (128, 128, 128)), "PNG"))
    code, answer = verify(files["document"], empty)
    assert (code, answer["outcome"]) == (Exit.RETRY, "retry")
    assert answer["reasons"] == ["live_face_unmeasured.no_face"]
    assert answer["fmr_band"] is None
    assert "face" in answer["advice"]


def test_an_unknown_pack_is_not_ready(files: dict[str, Path]) -> None:
    """A pack that is not here is exit code 4 and says how to get it."""
    code, answer = verify(files["document"], files["right"], "--pack", "no-such-pack")
    assert code == Exit.NOT_READY
    assert answer["error"]["code"].startswith("pack_")


@pytest.mark.parametrize("words", [["--max-fmr", "0.5"], ["--attempt", "0"], ["--nonsense"]])
def test_wrong_usage_is_exit_code_2(words: list[str], tmp_path: Path) -> None:
    """A policy that would accept almost anybody, and words that are not known, are usage errors."""
    command = ["verify", "--document", str(tmp_path), "--live", str(tmp_path), *words]
    assert RUNNER.invoke(app, command).exit_code == Exit.USAGE


def test_inspect_writes_a_picture_and_every_component(
    files: dict[str, Path], tmp_path: Path
) -> None:
    """What was seen is given as numbers and drawn."""
    out = tmp_path / "overlay.png"
    code, answer = run("inspect", files["right"], "--out", out)
    assert code == 0
    assert len(answer["faces"]) == 1
    assert answer["landmarks"] == 468
    assert len(answer["quality"]) == 19
    with Image.open(out) as overlay:
        assert overlay.width > 900


def test_the_document_given_twice_is_referred(files: dict[str, Path]) -> None:
    """A careless slip, or a lazy lie: the document's own file shows nobody."""
    code, answer = verify(files["document"], files["document"])
    assert (code, answer["fmr_band"]) == (Exit.REFER, None)
    assert answer["reasons"] == ["comparison_unmeasured.same_picture"]


def test_another_person_among_the_live_pictures_is_referred(files: dict[str, Path]) -> None:
    """One right picture does not carry a wrong one."""
    code, answer = verify(files["document"], files["right"], "--live", files["wrong"])
    assert (code, answer["fmr_band"]) == (Exit.REFER, None)
    assert answer["reasons"] == ["comparison_unmeasured.live_frames_disagree"]


def test_bars_are_not_read_out(files: dict[str, Path]) -> None:
    """Where no eyes look, as in a pipe, the numbers stand without the drawn bars."""
    done = RUNNER.invoke(app, ["inspect", str(files["right"])])
    assert re.search(r"sharpness +\d+$", done.stdout, re.MULTILINE)
    assert "█" not in done.stdout


def test_inspect_says_when_it_cannot_write(files: dict[str, Path], tmp_path: Path) -> None:
    """A folder that is not there is told, not traced."""
    code, answer = run("inspect", files["right"], "--out", tmp_path / "none" / "overlay.png")
    assert (code, answer["error"]["code"]) == (Exit.BAD_INPUT, "output_not_written")
