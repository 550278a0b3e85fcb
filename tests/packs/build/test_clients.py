from __future__ import annotations

import importlib.util
import sys
import sysconfig
from typing import TYPE_CHECKING

import pytest

from lineproof.packs.build.clients import Tools, download, find_tools
from lineproof.packs.build.fault import BuildFault
from tests.packs.build.shelf import calls, client, delivers, pinned

if TYPE_CHECKING:
    from pathlib import Path


def _download(tmp_path: Path, tools: Tools, kind: str = "npm") -> Path:
    work = tmp_path / "work"
    work.mkdir()
    (archive,) = pinned(b"content", client=kind).archives
    return download(archive, work=work, tools=tools, progress=lambda _s, _d, _t: None)


def test_npm_fetches_one_package_of_one_version_and_runs_no_script(tmp_path: Path) -> None:
    """The package is asked for by name and version; its scripts and dependencies stay out."""
    assert _download(tmp_path, delivers(tmp_path, b"content")).read_bytes() == b"content"
    (words,) = calls(tmp_path)
    assert words.startswith("['pack', '@some/models@1.2.3', '--ignore-scripts', ")
    assert "install" not in words


def test_pip_is_told_the_hash_and_fetches_no_dependency(tmp_path: Path) -> None:
    """Pip itself refuses another file before anything of it is run."""
    body = (
        "required = pathlib.Path(words[words.index('-r') + 1]).read_text()\n"
        "(target / 'x.tar.gz').write_text(required)\n"
    )
    file = _download(tmp_path, client(tmp_path, body), kind="pip")
    (archive,) = pinned(b"content", client="pip").archives
    assert file.read_text() == f"some-models==1.2.3 --hash=sha256:{archive.digest.hex()}\n"
    (words,) = calls(tmp_path)
    assert words.startswith("['download', '--no-deps', '--no-binary', ':all:', '--require-hashes'")


@pytest.mark.parametrize(("kind", "words"), [("npm", "Install Node.js"), ("pip", "ensurepip")])
def test_a_missing_client_is_named_with_what_to_do(tmp_path: Path, kind: str, words: str) -> None:
    """Without npm or pip the sentence says what to install."""
    with pytest.raises(BuildFault, match=words):
        _download(tmp_path, Tools(npm=None, pip=None), kind)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("print('fine'); print('npm error code ENOTFOUND'); print('see log'); sys.exit(1)",
         r"npm could not fetch @some/models 1\.2\.3: npm error code ENOTFOUND\. .*network"),
        ("print('just stopped.'); sys.exit(3)", r"1\.2\.3: just stopped\. This needs"),
        ("sys.exit(3)", "it ended with 3"),
        ("print('x' * 5000); sys.exit(1)", r"x{300}\. This needs"),
        ("sys.stdout.buffer.write(bytes([255, 10])); sys.exit(1)", "could not fetch"),
        ("pass", "left no archive"),
        ("[(target / n).write_text('') for n in ('a.tgz', 'b.tgz')]", "left no archive"),
        ("(target / 'package.zip').write_text('')", "left no archive"),
    ],
)  # fmt: skip
def test_a_failing_client_is_quoted(tmp_path: Path, body: str, words: str) -> None:
    """The client's own error stands in the sentence, and what a build needs behind it."""
    with pytest.raises(BuildFault, match=words):
        _download(tmp_path, client(tmp_path, body))


def test_a_client_that_cannot_start_is_a_fault(tmp_path: Path) -> None:
    """A command that is not there after all is named, not a traceback."""
    with pytest.raises(BuildFault, match="npm could not be started: No such file"):
        _download(tmp_path, Tools(npm=(str(tmp_path / "nowhere"),), pip=None))


def test_the_client_gets_no_questions_and_a_folder_of_its_own(tmp_path: Path) -> None:
    """Standard input is closed; the working folder and TMPDIR lie inside the given one."""
    body = (
        "import os\n"
        "assert sys.stdin.read() == ''\n"
        "(target / 'x.tgz').write_text(os.getcwd() + '|' + os.environ['TMPDIR'])\n"
    )
    inside = _download(tmp_path, client(tmp_path, body)).read_text()
    assert all(folder.startswith(str(tmp_path / "work")) for folder in inside.split("|"))


def test_npm_is_looked_for_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an empty path there is no npm, and no stray exception."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_tools().npm is None


def _without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in missing else real(name)
    )


def test_an_environment_without_pip_uses_the_one_that_python_carries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel that ensurepip would install is run as it lies there."""
    bundled = tmp_path / "ensurepip" / "_bundled"
    bundled.mkdir(parents=True)
    (tmp_path / "ensurepip" / "__init__.py").write_text("", "utf-8")
    (bundled / "pip-24.0-py3-none-any.whl").write_bytes(b"")
    spec = importlib.util.spec_from_file_location(
        "ensurepip", tmp_path / "ensurepip" / "__init__.py"
    )
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: spec if name == "ensurepip" else None
    )
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _name: None)
    wheel = bundled / "pip-24.0-py3-none-any.whl"
    assert find_tools().pip == (sys.executable, str(wheel / "pip"))


def test_where_there_is_no_pip_at_all_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian leaves ensurepip out as well: that is a missing tool, not a stray exception."""
    _without(monkeypatch, "pip", "ensurepip")
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _name: None)
    assert find_tools().pip is None


def test_an_installed_pip_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's own pip knows its own settings."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    assert find_tools().pip == (sys.executable, "-m", "pip")
