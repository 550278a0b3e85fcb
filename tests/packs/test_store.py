from __future__ import annotations

import os
import pathlib
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from lineproof.packs import store as store_module
from lineproof.packs.refusal import PackRefused
from lineproof.packs.store import (
    Pack,
    default_store,
    find_pack,
    list_packs,
    open_pack,
    remove_pack,
)
from tests.packs import tiny

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.packs.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Make a store with one user pack, ``tiny``."""
    made = tiny.store_in(tmp_path)
    assert made.user is not None
    tiny.put_tiny(made.user / "tiny")
    return made


def _user(store: Store) -> Path:
    assert store.user is not None
    return store.user


def _code(outcome: object) -> str:
    assert isinstance(outcome, PackRefused), outcome
    return outcome.code


def test_a_pack_is_opened_with_the_bytes_that_were_hashed(store: Store) -> None:
    """What is handed on is what lay there, whatever happens to the file afterwards."""
    pack = find_pack("tiny", store=store)
    assert isinstance(pack, Pack)
    (_user(store) / "tiny" / "tiny.onnx").write_bytes(b"something else")
    assert tiny.sha(pack.files["tiny.onnx"]) == pack.manifest.models[0].sha256
    raw = (_user(store) / "tiny" / "pack.toml").read_bytes()
    assert pack.manifest_sha256 == tiny.sha(raw)


def test_a_flipped_bit_anywhere_in_a_file_is_refused_with_its_name(store: Store) -> None:
    """The first, the last and a byte between."""
    path = _user(store) / "tiny" / "tiny.onnx"
    whole = path.read_bytes()
    for place in (0, len(whole) // 2, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        refused = find_pack("tiny", store=store)
        assert _code(refused) == "pack_file_changed"
        assert isinstance(refused, PackRefused)
        assert "tiny.onnx" in refused.sentence
    path.write_bytes(whole)
    assert isinstance(find_pack("tiny", store=store), Pack)


def test_each_load_hashes_anew(store: Store) -> None:
    """A file that is changed between two loads is found on the second."""
    assert isinstance(find_pack("tiny", store=store), Pack)
    (_user(store) / "tiny" / "tiny.onnx").write_bytes(b"")
    assert _code(find_pack("tiny", store=store)) == "pack_file_changed"


def test_a_missing_file_is_refused_with_its_name(store: Store) -> None:
    """So is a folder without a manifest, under another code."""
    (_user(store) / "tiny" / "tiny.onnx").unlink()
    refused = find_pack("tiny", store=store)
    assert _code(refused) == "pack_file_missing"
    assert isinstance(refused, PackRefused)
    assert "tiny.onnx" in refused.sentence
    (_user(store) / "tiny" / "pack.toml").unlink()
    assert _code(find_pack("tiny", store=store)) == "pack_manifest_missing"


def test_a_file_that_is_too_large_is_not_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size is looked at first."""
    monkeypatch.setattr(store_module, "MAX_FILE_BYTES", 10)
    assert _code(find_pack("tiny", store=store)) == "pack_too_large"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["tiny.onnx", "pack.toml"])
def test_a_named_pipe_is_refused_and_never_waited_for(store: Store, name: str) -> None:
    """Opening a pipe without a writer would hang for ever."""
    path = _user(store) / "tiny" / name
    path.unlink()
    os.mkfifo(path)
    assert _code(find_pack("tiny", store=store)) == "pack_file_unreadable"


def test_a_folder_in_a_files_place_is_refused(store: Store) -> None:
    """It is no regular file."""
    path = _user(store) / "tiny" / "tiny.onnx"
    path.unlink()
    path.mkdir()
    assert _code(find_pack("tiny", store=store)) == "pack_file_unreadable"


@pytest.mark.parametrize("name", ["nothing", "../tiny", "", ".", "TINY", "tiny/", "/etc"])
def test_only_a_name_finds_a_pack(store: Store, name: str) -> None:
    """A path never does."""
    assert _code(find_pack(name, store=store)) == "pack_missing"


def test_a_missing_default_pack_says_how_to_get_it(store: Store) -> None:
    """It is built, not installed."""
    refused = find_pack("default", store=store)
    assert isinstance(refused, PackRefused)
    assert "lineproof packs build" in refused.sentence


def test_a_pack_under_another_name_is_refused(store: Store) -> None:
    """Results would otherwise name the wrong pack."""
    (_user(store) / "tiny").rename(_user(store) / "other")
    assert _code(find_pack("other", store=store)) == "pack_manifest_invalid"


def test_a_user_pack_never_stands_in_for_a_carried_one(store: Store) -> None:
    """The carried one is opened; the user's is listed as hidden."""
    tiny.put_tiny(store.carried / "tiny", seed=2)
    pack = find_pack("tiny", store=store)
    assert isinstance(pack, Pack)
    assert pack.folder == store.carried / "tiny"
    assert [(each.origin, each.hidden) for each in list_packs(store)] == [
        ("carried", False),
        ("user", True),
    ]


def test_the_list_shows_broken_packs_and_passes_over_what_is_no_pack(store: Store) -> None:
    """A person must see what is there and why it cannot be used."""
    tiny.put(_user(store) / "broken", "format = 1", {})
    tiny.put_tiny(_user(store) / ".staging-1234")
    (_user(store) / "a-file").write_text("")
    listed = {each.name: each.manifest for each in list_packs(store)}
    assert set(listed) == {"broken", "tiny"}
    assert _code(listed["broken"]) == "pack_manifest_invalid"


def test_an_empty_store_lists_nothing(tmp_path: Path) -> None:
    """Before anything is built or installed."""
    assert list_packs(tiny.store_in(tmp_path)) == ()


def test_removing_a_pack_removes_it_and_nothing_else(store: Store) -> None:
    """Nothing is left over, and a second time there is nothing to remove."""
    tiny.put_tiny(_user(store) / "other", name="other")
    assert remove_pack("tiny", store=store) == _user(store) / "tiny"
    assert [path.name for path in _user(store).iterdir()] == ["other"]
    assert _code(remove_pack("tiny", store=store)) == "pack_missing"


def test_a_link_is_removed_and_not_what_it_points_to(store: Store, tmp_path: Path) -> None:
    """Neither as the pack nor inside one."""
    outside = tiny.put_tiny(tmp_path / "outside" / "linked", name="linked")
    (_user(store) / "linked").symlink_to(outside)
    (_user(store) / "tiny" / "inside").symlink_to(outside)
    assert remove_pack("linked", store=store) == _user(store) / "linked"
    assert remove_pack("tiny", store=store) == _user(store) / "tiny"
    assert list(_user(store).iterdir()) == []
    assert isinstance(open_pack(outside), Pack)


@pytest.mark.parametrize("name", ["..", "../../outside", ".", ""])
def test_a_path_removes_nothing(store: Store, name: str) -> None:
    """Only a name does."""
    assert _code(remove_pack(name, store=store)) == "pack_missing"
    assert isinstance(find_pack("tiny", store=store), Pack)


def test_a_carried_pack_is_not_removed(store: Store) -> None:
    """It belongs to the installed package."""
    tiny.put_tiny(store.carried / "default", name="default")
    assert _code(remove_pack("default", store=store)) == "pack_carried"
    assert isinstance(find_pack("default", store=store), Pack)


def test_a_removal_that_stops_half_way_leaves_no_half_pack(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder leaves its name before anything in it is deleted."""

    def stop(_: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(shutil, "rmtree", stop)
    assert _code(remove_pack("tiny", store=store)) == "pack_not_writable"
    assert _code(find_pack("tiny", store=store)) == "pack_missing"


def test_packs_lie_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LINEPROOF_HOME, else the platform's folder; an empty value is none."""
    monkeypatch.setenv("LINEPROOF_HOME", str(tmp_path / "home"))
    assert default_store().user == tmp_path / "home" / "packs"
    monkeypatch.setenv("LINEPROOF_HOME", "")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_store().user == tmp_path / "data" / "lineproof" / "packs"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_store().user == tmp_path / ".local" / "share" / "lineproof" / "packs"


def test_without_a_home_folder_only_carried_packs_are_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may run as a user that has none."""

    def none() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("LINEPROOF_HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(pathlib.Path, "home", none)
    assert default_store().user is None
    homeless = store_module.Store(carried=store.carried, user=None)
    assert list_packs(homeless) == ()
    assert _code(find_pack("tiny", store=homeless)) == "pack_missing"
    assert _code(remove_pack("tiny", store=homeless)) == "pack_missing"
