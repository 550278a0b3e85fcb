from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from lineproof.packs.install import Installed, Offer, accept, inspect
from lineproof.packs.refusal import PackRefused
from lineproof.packs.runtime import check
from lineproof.packs.store import Pack, Store, find_pack
from tests.packs import tiny

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NET = tiny.embedder()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Make an empty store."""
    return tiny.store_in(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a network as it was fetched, under a name of its own."""
    path = tmp_path / "fetched.bin"
    path.write_bytes(NET)
    return path


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Write the manifest for it."""
    path = tmp_path / "my.toml"
    path.write_text(tiny.manifest(NET))
    return path


def _offer(outcome: object) -> Offer:
    assert isinstance(outcome, Offer), outcome
    return outcome


def _code(outcome: object) -> str:
    assert isinstance(outcome, PackRefused), outcome
    assert outcome.sentence.isprintable()
    return outcome.code


def _left(store: Store) -> list[str]:
    assert store.user is not None
    return sorted(path.name for path in store.user.iterdir()) if store.user.exists() else []


def test_a_file_with_its_manifest_and_hash_becomes_a_pack(
    file: Path, manifest: Path, store: Store
) -> None:
    """Under the names that the manifest gives; the hash may be written in capitals."""
    offer = _offer(inspect(file, manifest=manifest, sha256=tiny.sha(NET).upper(), store=store))
    assert _left(store) == []
    installed = accept(offer, store=store)
    assert isinstance(installed, Installed)
    pack = find_pack("tiny", store=store)
    assert isinstance(pack, Pack)
    assert pack.files == {"tiny.onnx": NET}
    assert installed.folder == pack.folder
    assert (pack.folder / "pack.toml").read_bytes() == manifest.read_bytes()
    assert _left(store) == ["tiny"]


def test_licence_and_grade_are_known_before_anything_is_installed(
    file: Path, manifest: Path, store: Store
) -> None:
    """The notice has all that a person must be shown."""
    notice = _offer(inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store)).notice
    (part,) = notice.parts
    assert (part.licence, part.source, part.size) == ("Apache-2.0", "made here", len(NET))
    assert (notice.name, notice.grade) == ("tiny", "evaluation")
    assert notice.model_card == "Made for tests."
    assert any("evaluation grade" in caveat for caveat in notice.caveats)
    assert _left(store) == []


def test_a_folder_is_installed_by_the_hash_of_its_manifest(tmp_path: Path, store: Store) -> None:
    """Only what the manifest names is copied."""
    folder = tiny.put_tiny(tmp_path / "given")
    (folder / "extra.txt").write_text("not named")
    digest = tiny.sha((folder / "pack.toml").read_bytes())
    offer = _offer(inspect(folder, manifest=None, sha256=digest, store=store))
    installed = accept(offer, store=store)
    assert isinstance(installed, Installed)
    assert sorted(path.name for path in installed.folder.iterdir()) == ["pack.toml", "tiny.onnx"]


def test_the_hash_must_be_the_one_that_was_given(
    file: Path, manifest: Path, tmp_path: Path, store: Store
) -> None:
    """For a file the file's, for a folder its manifest's."""
    assert (
        _code(inspect(file, manifest=manifest, sha256="0" * 64, store=store)) == "pack_wrong_hash"
    )
    folder = tiny.put_tiny(tmp_path / "given")
    for wrong in ("0" * 64, tiny.sha(NET), ""):
        assert _code(inspect(folder, manifest=None, sha256=wrong, store=store)) == "pack_wrong_hash"


def test_the_file_must_be_the_one_that_the_manifest_names(
    file: Path, manifest: Path, store: Store
) -> None:
    """That the caller gave the hash of the wrong file does not help."""
    other = tiny.embedder(2)
    file.write_bytes(other)
    for given in (tiny.sha(other), tiny.sha(NET)):
        refused = inspect(file, manifest=manifest, sha256=given, store=store)
        assert _code(refused) == "pack_wrong_hash"


def test_what_is_installed_is_not_written_over(file: Path, manifest: Path, store: Store) -> None:
    """The refusal says how to remove it; an offer that came too late is refused as well."""
    offer = _offer(inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store))
    assert isinstance(accept(offer, store=store), Installed)
    assert _code(accept(offer, store=store)) == "pack_exists"
    refused = inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store)
    assert _code(refused) == "pack_exists"
    assert isinstance(refused, PackRefused)
    assert "lineproof packs remove tiny" in refused.sentence


def test_a_pack_that_appears_meanwhile_is_left_alone(
    file: Path, manifest: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two installations at once: the second finds the first at its rename."""
    offer = _offer(inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store))
    assert store.user is not None
    user = store.user

    def other_first(pack: Pack) -> tuple[PackRefused, ...]:
        tiny.put_tiny(user / "tiny", seed=9)
        return check(pack)

    monkeypatch.setattr("lineproof.packs.install.check", other_first)
    assert _code(accept(offer, store=store)) == "pack_exists"
    pack = find_pack("tiny", store=store)
    assert isinstance(pack, Pack)
    assert pack.files["tiny.onnx"] == tiny.embedder(9)
    assert _left(store) == ["tiny"]


@pytest.mark.parametrize("name", ["default", "carried"])
def test_the_products_own_names_are_taken(
    name: str, file: Path, manifest: Path, store: Store
) -> None:
    """``default`` even where no default pack was built yet."""
    tiny.put_tiny(store.carried / "carried", name="carried")
    manifest.write_text(tiny.manifest(NET).replace('"tiny"', f'"{name}"'))
    refused = inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store)
    assert _code(refused) == "pack_name_reserved"


def test_what_is_missing_is_said(file: Path, manifest: Path, tmp_path: Path, store: Store) -> None:
    """No file, no manifest, a manifest that is not there, two manifests, a file of the folder."""
    given = {"sha256": tiny.sha(NET), "store": store}
    nowhere = tmp_path / "nowhere"
    folder = tiny.put_tiny(tmp_path / "given")
    cases: list[tuple[Path, Path | None, str]] = [
        (nowhere, None, "pack_file_missing"),
        (nowhere, manifest, "pack_file_missing"),
        (file, None, "pack_manifest_missing"),
        (file, nowhere, "pack_manifest_missing"),
        (file, tmp_path, "pack_file_unreadable"),
        (folder, manifest, "pack_manifest_invalid"),
    ]
    for path, its_manifest, code in cases:
        assert _code(inspect(path, manifest=its_manifest, **given)) == code  # type: ignore[arg-type]
    digest = tiny.sha((folder / "pack.toml").read_bytes())
    (folder / "tiny.onnx").unlink()
    refused = inspect(folder, manifest=None, sha256=digest, store=store)
    assert _code(refused) == "pack_file_missing"
    assert isinstance(refused, PackRefused)
    assert "tiny.onnx" in refused.sentence


def test_a_single_file_cannot_be_a_pack_of_two(file: Path, manifest: Path, store: Store) -> None:
    """The refusal says to make a folder."""
    text = tiny.manifest(NET) + tiny.network(
        "pad", "p", NET, file="p.onnx", more="box_scale = 2.7\nbona_fide = 1"
    )
    manifest.write_text(text)
    refused = inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store)
    assert _code(refused) == "pack_manifest_invalid"
    assert isinstance(refused, PackRefused)
    assert "folder" in refused.sentence


def test_a_file_that_changes_after_it_was_offered_is_not_installed(
    file: Path, manifest: Path, store: Store
) -> None:
    """What is copied is hashed as it is copied."""
    offer = _offer(inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store))
    file.write_bytes(tiny.embedder(2))
    assert _code(accept(offer, store=store)) == "pack_wrong_hash"
    file.unlink()
    assert _code(accept(offer, store=store)) == "pack_file_missing"
    assert _left(store) == []


def test_a_network_that_does_not_run_is_not_installed(tmp_path: Path, store: Store) -> None:
    """Nor one that does not fit its manifest."""
    folder = tiny.put(tmp_path / "junk", tiny.manifest(b"junk"), {"tiny.onnx": b"junk"})
    digest = tiny.sha((folder / "pack.toml").read_bytes())
    offer = _offer(inspect(folder, manifest=None, sha256=digest, store=store))
    assert _code(accept(offer, store=store)) == "pack_model_broken"
    large = tiny.embedder(side=32)
    folder = tiny.put(tmp_path / "large", tiny.manifest(large), {"tiny.onnx": large})
    digest = tiny.sha((folder / "pack.toml").read_bytes())
    offer = _offer(inspect(folder, manifest=None, sha256=digest, store=store))
    assert _code(accept(offer, store=store)) == "pack_model_mismatch"
    assert _left(store) == []


def test_old_staging_folders_are_swept_and_young_ones_are_not(
    file: Path, manifest: Path, store: Store
) -> None:
    """A young one may be another installation at work; a link is nobody's staging folder."""
    assert store.user is not None
    for name in (".staging-old", ".staging-young"):
        tiny.put_tiny(store.user / name)
    (store.user / ".staging-link").symlink_to(store.user / ".staging-young")
    os.utime(store.user / ".staging-old", (0, 0))
    offer = _offer(inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store))
    assert isinstance(accept(offer, store=store), Installed)
    assert _left(store) == [".staging-link", ".staging-young", "tiny"]


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_everyone_may_read_a_pack_and_only_the_owner_write(
    file: Path, manifest: Path, store: Store
) -> None:
    """As the umask allows; nothing is executable."""
    before = os.umask(0o022)
    try:
        offer = _offer(inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store))
        installed = accept(offer, store=store)
    finally:
        os.umask(before)
    assert isinstance(installed, Installed)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in installed.folder.iterdir()}
    assert modes == {"pack.toml": 0o644, "tiny.onnx": 0o644}
    assert stat.S_IMODE(installed.folder.stat().st_mode) == 0o755


def test_without_a_home_folder_nothing_is_installed(file: Path, manifest: Path) -> None:
    """The refusal names the setting that helps."""
    homeless = Store(carried=file.parent / "built", user=None)
    offer = _offer(inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=homeless))
    refused = accept(offer, store=homeless)
    assert _code(refused) == "pack_not_writable"
    assert isinstance(refused, PackRefused)
    assert "LINEPROOF_HOME" in refused.sentence


def test_a_home_that_cannot_be_written_is_refused(
    file: Path, manifest: Path, tmp_path: Path
) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "home").write_text("")
    store = tiny.store_in(tmp_path)
    offer = _offer(inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store))
    refused = accept(offer, store=store)
    assert _code(refused) == "pack_not_writable"


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
def test_a_disk_that_is_full_leaves_nothing(file: Path, manifest: Path, store: Store) -> None:
    """A real limit of the system: no file may grow beyond 100 bytes."""
    import resource  # noqa: PLC0415 - POSIX only
    import signal  # noqa: PLC0415

    offer = _offer(inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        refused = accept(offer, store=store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert _code(refused) == "pack_disk_full"
    assert _left(store) == []


CALLS = ("open", "write", "fsync", "close", "mkdir", "rename", "read", "fstat")


class _KilledError(BaseException):
    """Stands for the process that is no more."""


class _Breaker:
    """Lets ``allowed`` calls to the file system through; then breaks one, or all that follow."""

    def __init__(self, allowed: int, error: Callable[[], BaseException], *, for_good: bool) -> None:
        self.left = allowed
        self.error = error
        self.for_good = for_good

    def wrap(self, name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def call(*args: object, **kwargs: object) -> object:
            self.left -= 1
            broken = self.left < 0 if self.for_good else self.left == -1
            if broken and name == "close":
                real(*args, **kwargs)  # the system closes what a dead process had open
            if broken:
                raise self.error()
            return real(*args, **kwargs)

        return call


def _full() -> OSError:
    return OSError(28, "No space left on device")


@pytest.mark.parametrize("for_good", [False, True], ids=["error", "killed"])
def test_at_whatever_call_it_stops_no_half_pack_can_be_loaded(
    *,
    for_good: bool,
    file: Path,
    manifest: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each call to the file system fails once, or is the last: the pack is whole or not there."""
    whole = (NET, manifest.read_bytes())
    refused, complete = 0, 0
    for allowed in range(1000):
        store = tiny.store_in(tmp_path / f"{allowed}")
        offer = _offer(inspect(file, manifest=manifest, sha256=tiny.sha(NET), store=store))
        breaker = _Breaker(allowed, _KilledError if for_good else _full, for_good=for_good)
        with monkeypatch.context() as patched:
            for name in (*CALLS, "unlink", "rmdir"):
                patched.setattr(os, name, breaker.wrap(name))
            try:
                outcome = accept(offer, store=store)
            except _KilledError:
                outcome = None
        if breaker.left >= 0:
            assert isinstance(outcome, Installed)
            break
        found = find_pack("tiny", store=store)
        if isinstance(found, Pack):
            complete += 1
            assert (found.files["tiny.onnx"], (found.folder / "pack.toml").read_bytes()) == whole
        else:
            refused += 1
            assert found.code == "pack_missing"
            if not for_good and outcome is not None:
                assert isinstance(outcome, PackRefused)
    else:
        pytest.fail("the installation never came to its end")
    # The rename is between: most stops are before it and a few behind it.
    assert refused > 10
    assert complete > 0
