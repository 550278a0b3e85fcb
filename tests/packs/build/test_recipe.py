from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lineproof.packs.build import recipe
from lineproof.packs.build.clients import Tools
from lineproof.packs.build.dlib_shapes import forests_npz, read_forests
from lineproof.packs.build.fault import BuildFault
from lineproof.packs.build.lock import Lock, read_lock, sha256
from lineproof.packs.build.recipe import build_default, check_hashes
from lineproof.packs.build.source_answers import check_outputs
from tests.packs.build.pinned import cached_sources, converted, source

NO_TOOLS = Tools(npm=None, pip=None)


def _silent(_step: str, _done: int, _total: int | None) -> None:
    return None


def _content(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()) for path in sorted(folder.iterdir())}


def test_the_pack_comes_out_as_committed_twice(tmp_path: Path) -> None:
    """A build from the cache gives the pinned bytes, also over an older pack; no rest stays."""
    converted()
    out = tmp_path / "packs" / "default"
    for _ in range(2):
        assert build_default(out, cache=cached_sources(), progress=_silent, tools=NO_TOOLS) == out
        found = _content(out)
        found.pop("pack.toml", None)
        assert found == dict(sorted(read_lock().outputs.items()))
        assert [path.name for path in out.parent.iterdir()] == ["default"]
        (out / "older").write_bytes(b"")


def test_a_missing_client_leaves_the_old_pack_alone(tmp_path: Path) -> None:
    """Nothing is touched before everything is made and checked."""
    out = tmp_path / "default"
    out.mkdir()
    (out / "old").write_bytes(b"old")
    with pytest.raises(BuildFault, match=r"Install Node\.js"):
        build_default(out, cache=tmp_path / "cache", progress=_silent, tools=NO_TOOLS)
    assert [path.name for path in out.iterdir()] == ["old"]


def test_a_failed_swap_brings_the_old_pack_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the new folder cannot take its place the old one is there again."""
    out = tmp_path / "default"
    out.mkdir()
    (out / "old").write_bytes(b"old")
    real = Path.replace

    def full(self: Path, target: Path) -> Path:
        if self.name == "fresh":
            raise OSError(28, "No space left on device", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", full)
    monkeypatch.setattr(recipe, "fetch_sources", lambda *_args, **_options: {})
    monkeypatch.setattr(recipe, "convert_sources", lambda *_args, **_options: {"a": b"new"})
    for check in ("check_hashes", "check_outputs"):
        monkeypatch.setattr(recipe, check, lambda *_args, **_options: None)
    with pytest.raises(BuildFault, match="could not be written: No space left"):
        build_default(out, cache=tmp_path / "cache", progress=_silent, tools=NO_TOOLS)
    assert _content(out) == {"old": sha256(b"old")}
    assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == ["default"]


def test_a_file_that_came_out_otherwise_is_named() -> None:
    """One changed byte, a missing file and a file too many are refused."""
    lock = Lock(archives=(), outputs={"a": sha256(b"a"), "b": sha256(b"b")})
    check_hashes({"a": b"a", "b": b"b"}, lock)
    with pytest.raises(BuildFault, match=r"^b did not come out as committed"):
        check_hashes({"a": b"a", "b": b"c"}, lock)
    for files in ({"a": b"a"}, {"a": b"a", "b": b"b", "c": b"c"}):
        with pytest.raises(BuildFault, match="The build made"):
            check_hashes(files, lock)


@pytest.mark.parametrize("name", read_lock().outputs)
def test_a_model_that_answers_otherwise_is_refused_by_name(name: str) -> None:
    """A weight changed in the middle of any file shows when the file is run."""
    files = dict(converted())
    check_outputs(files, rooted=recipe.ROOTED)
    content = bytearray(files[name])
    # Large numbers over a stretch of weights: a file that loads and answers nonsense.
    start = len(content) // 2 // 4 * 4
    patch = np.full(4000, 0x3F3F3F3F, "<u4").tobytes()
    content[start : start + len(patch)] = patch
    words = "run here" if name.endswith(".npz") else "answer as its source"
    with pytest.raises(BuildFault, match=f"^{name} does not {words}"):
        check_outputs({**files, name: bytes(content)}, rooted=recipe.ROOTED)


@pytest.mark.parametrize("name", read_lock().outputs)
def test_a_file_that_does_not_load_is_refused_by_name(name: str) -> None:
    """Half a file is a fault in one sentence."""
    half = converted()[name][:5000]
    with pytest.raises(BuildFault, match=f"^{name} does not run here"):
        check_outputs({name: half}, rooted=recipe.ROOTED)


def test_a_predictor_that_answers_otherwise_is_refused() -> None:
    """Points that dlib does not find are seen, though the file is sound."""
    dat = "shape_predictor_5_face_landmarks.dat"
    forests = read_forests(dat, source(dat))
    changed = forests_npz(replace(forests, leaves=forests.leaves * np.float32(1.1)))
    with pytest.raises(BuildFault, match=r"^five-point\.npz does not answer"):
        check_outputs({"five-point.npz": changed}, rooted=recipe.ROOTED)


def test_the_roots_are_expected_in_the_answer() -> None:
    """Features that leave as roots are accepted as roots, and as nothing else."""
    rooted = {"faceres.onnx": converted()["faceres.onnx"]}
    check_outputs(rooted, rooted=recipe.ROOTED)
    with pytest.raises(BuildFault, match=r"^faceres\.onnx does not answer"):
        check_outputs(rooted, rooted=frozenset())
