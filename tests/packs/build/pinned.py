"""The default pack's real sources where they were fetched, for tests that need them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from lineproof.packs.build.lock import Member, read_lock, sha256
from lineproof.packs.build.recipe import convert_sources

_ROOT = Path(__file__).parents[3]


def cached_sources() -> Path:
    """Return the folder that a build of the pack keeps its downloads in."""
    return Path(os.environ.get("LINEPROOF_CACHE", _ROOT / ".cache"))


def source(name: str) -> bytes:
    """Return one pinned source file; skip the test where the pack was never built."""
    (member,) = (m for archive in read_lock().archives for m in archive.members if m.name == name)
    return _read(member)


def source_path(name: str) -> Path:
    """Return the path of one pinned source file; skip the test where it is not there."""
    (member,) = (m for archive in read_lock().archives for m in archive.members if m.name == name)
    _read(member)
    return _place(member)


def shared_data(name: str) -> Path:
    """Return one folder of the shared test data; skip the test where it is not there."""
    shared = Path(os.environ.get("LINEPROOF_SHARED", _ROOT.parent / "shared"))
    if not (shared / "data" / name).is_dir():
        pytest.skip(f"{shared / 'data' / name} is not there")
    return shared / "data" / name


@cache
def converted() -> dict[str, bytes]:
    """Return the pack's model files, converted once; skip where the pack was never built."""
    members = [member for archive in read_lock().archives for member in archive.members]
    sources = {member.name: _read(member) for member in members}
    return convert_sources(sources, progress=lambda _step, _done, _total: None)


def _place(member: Member) -> Path:
    return cached_sources() / f"{member.sha256[:16]}-{member.name}"


def _read(member: Member) -> bytes:
    path = _place(member)
    if not path.is_file():
        pytest.skip(f"{member.name} is not in {cached_sources()}: build the default pack first")
    content = path.read_bytes()
    assert sha256(content) == member.sha256
    return content
