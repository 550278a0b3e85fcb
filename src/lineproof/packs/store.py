"""Where packs lie, and how one is opened: every byte that is used was hashed first.

Three places hold packs. Two are inside the installed package, and what is in them is *carried*:
``packs/built`` (the default pack) and ``packs/own`` (networks trained here); nobody installs into
them. The *user* one is ``LINEPROOF_HOME/packs``, or the system's own folder for
application data. A carried pack always wins: a user pack of the same name is listed as hidden and
is never opened, so that no folder in a home directory can stand in for ``default`` unseen.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lineproof.packs.manifest import MANIFEST_FILE, is_pack_name
from lineproof.packs.read_manifest import MAX_MANIFEST_BYTES, read_manifest
from lineproof.packs.refusal import PackRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lineproof.packs.manifest import Manifest

MAX_FILE_BYTES = 512 * 1024 * 1024
"""No network used for faces comes near; a larger file is refused before it is read."""

DEFAULT_PACK = "default"
TEXTURE_PACK = "texture"
"""Our own networks for presentation attack detection; used where a pack has none."""

STAGING = ".staging-"
"""What is not finished lies in folders whose names begin so; no pack name can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The folders that hold packs; ``user`` is None where the system names no home folder.

    ``own`` holds the product's own networks, carried as what is in ``carried`` is.
    """

    carried: Path
    user: Path | None
    own: Path | None = None

    @property
    def inside(self) -> tuple[Path, ...]:
        """The folders inside the installed package, in which nobody installs."""
        return (self.carried,) if self.own is None else (self.carried, self.own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack whose files were hashed as they were read: ``files`` maps their names to their bytes.

    ``manifest_sha256`` is of ``pack.toml`` as it lies on the disk, and so names the whole pack.
    """

    manifest: Manifest
    manifest_sha256: str
    folder: Path
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One folder of the store; ``hidden`` says that a carried pack of this name is used instead."""

    name: str
    folder: Path
    origin: Literal["carried", "user"]
    hidden: bool
    manifest: Manifest | PackRefused


def default_store() -> Store:
    """Give the store of this installation and this user, as the environment says."""
    here = Path(__file__).parent
    return Store(carried=here / "built", user=_user_folder(), own=here / "own")


def _user_folder() -> Path | None:
    """Give ``LINEPROOF_HOME/packs``, else the packs folder of the platform's data folder."""
    if chosen := os.environ.get("LINEPROOF_HOME"):
        return Path(chosen).absolute() / "packs"
    try:
        return _data_folder() / "lineproof" / "packs"
    except RuntimeError:  # no home folder, as in some containers
        return None


def _data_folder() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    chosen = Path(os.environ.get("XDG_DATA_HOME") or "")
    # The XDG base directory specification: a relative path must be ignored.
    return chosen if chosen.is_absolute() else Path.home() / ".local" / "share"


def list_packs(store: Store) -> tuple[Listed, ...]:
    """Give every pack, carried ones first, then by name. Manifests are read, no file is hashed."""
    carried = tuple(folder for place in store.inside for folder in _folders(place))
    names = {folder.name for folder in carried}
    user = () if store.user is None else tuple(_folders(store.user))
    return tuple(
        Listed(
            name=folder.name,
            folder=folder,
            origin="carried" if folder in carried else "user",
            hidden=folder not in carried and folder.name in names,
            manifest=_named(_manifest_of(folder)[0], folder),
        )
        for folder in (*carried, *user)
    )


def _folders(parent: Path) -> Iterator[Path]:
    try:
        entries = sorted(parent.iterdir())
    except OSError:  # not there, or not ours to look into: no packs
        return
    yield from (entry for entry in entries if is_pack_name(entry.name) and entry.is_dir())


def folder_of(name: str, *, store: Store) -> Path | PackRefused:
    """Give the folder of the pack that ``name`` means: the carried one before the user's."""
    places = store.inside if store.user is None else (*store.inside, store.user)
    if is_pack_name(name):
        for place in places:
            if (place / name).is_dir():
                return place / name
    hint = (
        "build it with: lineproof packs build"
        if name == DEFAULT_PACK
        else "see those that are with: lineproof packs list"
    )
    return PackRefused("pack_missing", f"There is no pack {_quoted(name)} here; {hint}.")


def find_pack(name: str, *, store: Store) -> Pack | PackRefused:
    """Open the pack that ``name`` means, every file's SHA-256 checked."""
    folder = folder_of(name, store=store)
    if isinstance(folder, PackRefused):
        return folder
    pack = open_pack(folder)
    if isinstance(pack, PackRefused):
        return pack
    named = _named(pack.manifest, folder)
    return named if isinstance(named, PackRefused) else pack


def open_pack(folder: Path) -> Pack | PackRefused:
    """Open the pack in ``folder``.

    Each file is read once and the bytes that were hashed are the bytes that are handed on, so a
    file that is exchanged afterwards changes nothing.
    """
    manifest, digest = _manifest_of(folder)
    if isinstance(manifest, PackRefused):
        return manifest
    files: dict[str, bytes] = {}
    for model in manifest.models:
        content = _content(folder / model.file, expected=model.sha256, pack=manifest.name)
        if isinstance(content, PackRefused):
            return content
        files[model.file] = content
    return Pack(manifest=manifest, manifest_sha256=digest, folder=folder, files=files)


def _manifest_of(folder: Path) -> tuple[Manifest | PackRefused, str]:
    """Read the manifest in ``folder`` and its SHA-256."""
    raw = read_file(folder / MANIFEST_FILE, limit=MAX_MANIFEST_BYTES)
    if isinstance(raw, PackRefused):
        if raw.code == "pack_file_missing":
            sentence = f"{folder} holds no {MANIFEST_FILE}, so it is not a pack."
            raw = PackRefused("pack_manifest_missing", sentence)
        return raw, ""
    return read_manifest(raw, where=str(folder / MANIFEST_FILE)), hashlib.sha256(raw).hexdigest()


def _named(manifest: Manifest | PackRefused, folder: Path) -> Manifest | PackRefused:
    """Refuse a pack that lies under another name than its own: results would name the wrong one."""
    if isinstance(manifest, PackRefused) or manifest.name == folder.name:
        return manifest
    return PackRefused(
        "pack_manifest_invalid",
        f"{folder / MANIFEST_FILE} names pack {manifest.name}; the folder must have that name.",
    )


def _content(path: Path, *, expected: str, pack: str) -> bytes | PackRefused:
    content = read_file(path, limit=MAX_FILE_BYTES)
    if isinstance(content, bytes) and hashlib.sha256(content).hexdigest() != expected:
        return PackRefused(
            "pack_file_changed",
            f"{path.name} of pack {pack} is not the file that its manifest names (SHA-256 differs);"
            f" remove the pack and install it again: lineproof packs remove {pack}.",
        )
    return content


def read_file(path: Path, *, limit: int) -> bytes | PackRefused:
    """Read a regular file of at most ``limit`` bytes; a pipe or a device is never waited for."""
    try:
        with open_regular(path) as descriptor:
            if os.fstat(descriptor).st_size > limit:
                return too_large(path, limit)
            with os.fdopen(os.dup(descriptor), "rb") as file:
                content = file.read(limit + 1)
    except FileNotFoundError:
        return PackRefused(
            "pack_file_missing", f"{path.name} is missing from {path.parent}; install it again."
        )
    except OSError as error:
        return unreadable(path, error)
    return content if len(content) <= limit else too_large(path, limit)


def too_large(path: Path, limit: int) -> PackRefused:
    """Refuse a file that is larger than any of its kind needs to be."""
    return PackRefused(
        "pack_too_large", f"{path.name} is larger than {limit} bytes, more than such a file needs."
    )


def unreadable(path: Path, error: OSError) -> PackRefused:
    """Refuse a file that the system will not read, with the system's reason."""
    reason = error.strerror or type(error).__name__
    return PackRefused("pack_file_unreadable", f"{path} cannot be read: {reason}.")


@contextlib.contextmanager
def open_regular(path: Path) -> Iterator[int]:
    """Open a regular file for reading as a descriptor; OSError for anything else.

    Opened without blocking, because the open call itself would wait for the other end of a pipe.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        yield descriptor
    finally:
        os.close(descriptor)


def remove_pack(name: str, *, store: Store) -> Path | PackRefused:
    """Remove a user pack and give the folder it was in; a carried pack stays.

    A link is removed, never what it points to. The folder is renamed away first: a removal that is
    stopped half way leaves no half pack under the pack's name.
    """
    if store.user is None or not is_pack_name(name) or not os.path.lexists(store.user / name):
        return _not_removable(name, store=store)
    folder = store.user / name
    try:
        if folder.is_symlink() or not folder.is_dir():
            folder.unlink()
        else:
            doomed = store.user / f"{STAGING}{secrets.token_hex(8)}"
            folder.rename(doomed)
            shutil.rmtree(doomed)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        sentence = f"{folder} could not be removed: {reason}."
        return PackRefused("pack_not_writable", sentence)
    return folder


def _not_removable(name: str, *, store: Store) -> PackRefused:
    found = folder_of(name, store=store)
    if isinstance(found, PackRefused):
        return found
    sentence = f"Pack {name} is part of the installed package and goes only with it."
    return PackRefused("pack_carried", sentence)


def _quoted(name: str) -> str:
    return repr(name[:60])
