from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lineproof.cli import app
from lineproof.commands.answers import Exit
from lineproof.packs.store import default_store
from tests.samples import SHARED, engine

if TYPE_CHECKING:
    from pathlib import Path

RUNNER = CliRunner()
Y1 = "c0ffbdd9f5b9b295216cac3dd764778c1b76a3aa199e7db4a8f9a1c212d29fd5"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEPROOF_HOME", str(tmp_path / "home"))


def test_a_single_file_is_installed_used_and_removed() -> None:
    """The promised command takes an ONNX file with a manifest, shows its terms, and it verifies."""
    file = SHARED / "packs" / "mobilefacenet-y1.onnx"
    if not file.is_file():
        pytest.skip(f"{file} is not here")
    engine()
    manifest = default_store().carried.parent / "examples" / "mobilefacenet-y1.toml"
    command = ["packs", "install", str(file), "--manifest", str(manifest), "--sha256", Y1]
    installed = RUNNER.invoke(app, command)
    assert installed.exit_code == 0, installed.output
    assert "evaluation grade" in installed.stderr
    verified = RUNNER.invoke(app, ["packs", "verify", "mobilefacenet-y1", "--json"])
    assert json.loads(verified.stdout)["verified"] is True
    assert RUNNER.invoke(app, command).exit_code == Exit.NOT_READY
    assert RUNNER.invoke(app, ["packs", "remove", "mobilefacenet-y1"]).exit_code == 0
    assert RUNNER.invoke(app, ["packs", "show", "mobilefacenet-y1"]).exit_code == Exit.NOT_READY


def test_a_flipped_byte_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pack whose file changed by one bit is refused with that file's name."""
    engine()
    carried = tmp_path / "built"
    shutil.copytree(default_store().carried / "default", carried / "default")
    file = carried / "default" / "dlib-resnet.onnx"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    monkeypatch.setattr("lineproof.packs.store.__file__", str(tmp_path / "store.py"))
    done = RUNNER.invoke(app, ["packs", "verify", "default", "--json"])
    assert done.exit_code == Exit.NOT_READY
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "pack_file_changed"
    assert "dlib-resnet.onnx" in error["sentence"]


def test_pulling_an_unknown_name_lists_the_known() -> None:
    """A misspelt name is answered with the names there are."""
    done = RUNNER.invoke(app, ["packs", "pull", "sfase", "--json"])
    assert done.exit_code == Exit.NOT_READY
    assert "sface" in json.loads(done.stdout)["error"]["sentence"]
