"""Installs a pack from the disk, without a network, in two steps.

``inspect`` reads and checks everything and gives an Offer, whose notice (licences, grade, what to
know) is shown to a person; ``accept`` then installs it. A pack is put together in a folder whose
name no pack can have, on the same file system, and appears under its own name in one rename: at
whatever point this stops, a pack of that name is either whole or not there.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lineproof.packs.manifest import MANIFEST_FILE
from lineproof.packs.read_manifest import MAX_MANIFEST_BYTES, read_manifest
from lineproof.packs.refusal import PackRefused
from lineproof.packs.runtime import check, not_runnable
from lineproof.packs.store import DEFAULT_PACK, STAGING, open_pack, read_file
from lineproof.packs.writing import copy_hashed, new_file, not_written, sync_folder, write_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lineproof.packs.manifest import Manifest
    from lineproof.packs.store import Store

STALE_SECONDS = 24 * 3600
"""No installation takes a day: a staging folder that old was left by one that was stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of an offered pack; ``size`` in bytes is None where it is not known beforehand."""

    role: str
    file: str
    size: int | None
    licence: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a person must be shown before a pack is installed. ``caveats`` are whole sentences."""

    name: str
    version: str
    grade: str
    summary: str
    model_card: str
    parts: tuple[Part, ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A pack that was read and found in order; ``sources`` maps its files to where they lie."""

    manifest: Manifest
    raw_manifest: bytes
    sources: Mapping[str, Path]
    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A pack that is now in the store, complete."""

    name: str
    version: str
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A manifest that was read, where its files lie, and the hash that must have been given.

    ``hashed`` names the file that this hash is of.
    """

    manifest: Manifest
    raw: bytes
    sources: Mapping[str, Path]
    sha256: str
    hashed: str


def inspect(path: Path, *, manifest: Path | None, sha256: str, store: Store) -> Offer | PackRefused:
    """Read the pack at ``path`` and offer it; nothing is installed.

    A file needs ``manifest``, and ``sha256`` is the file's; a folder holds its own ``pack.toml``,
    and ``sha256`` is that one's, which in turn names the hash of every file.
    """
    # 1. The manifest, and which file of it lies where.
    found = _folder(path, manifest) if path.is_dir() else _file(path, manifest)
    if isinstance(found, PackRefused):
        return found
    # 2. Every hash of the manifest, then the hash that was given.
    sizes = _measure(found.manifest, found.sources)
    if isinstance(sizes, PackRefused):
        return sizes
    if found.sha256 != sha256.strip().lower():
        return _wrong_hash(found.hashed, "the one that was given")
    # 3. Room for its name.
    if taken := name_taken(found.manifest.name, store=store):
        return taken
    return Offer(
        manifest=found.manifest,
        raw_manifest=found.raw,
        sources=found.sources,
        notice=notice_of(found.manifest, sizes=sizes),
    )


def _folder(path: Path, manifest: Path | None) -> _Found | PackRefused:
    if manifest is not None:
        sentence = f"{path} is a folder and has its own {MANIFEST_FILE}; leave --manifest out."
        return PackRefused("pack_manifest_invalid", sentence)
    read = _read(path / MANIFEST_FILE)
    if isinstance(read, PackRefused):
        return read
    raw, parsed = read
    return _Found(
        manifest=parsed,
        raw=raw,
        sources={model.file: path / model.file for model in parsed.models},
        sha256=hashlib.sha256(raw).hexdigest(),
        hashed=MANIFEST_FILE,
    )


def _file(path: Path, manifest: Path | None) -> _Found | PackRefused:
    if not path.exists():
        return PackRefused("pack_file_missing", f"{path} does not exist; give a file or a folder.")
    if manifest is None:
        sentence = f"{path} is a single file: give its pack.toml too, with --manifest."
        return PackRefused("pack_manifest_missing", sentence)
    read = _read(manifest)
    if isinstance(read, PackRefused):
        return read
    raw, parsed = read
    if len(parsed.models) != 1:
        sentence = (
            f"The manifest names {len(parsed.models)} files: put them and the manifest, as "
            f"{MANIFEST_FILE}, into one folder and install the folder."
        )
        return PackRefused("pack_manifest_invalid", sentence)
    model = parsed.models[0]
    # The file is hashed in a moment and compared with the manifest, so its hash is this one.
    return _Found(
        manifest=parsed, raw=raw, sources={model.file: path}, sha256=model.sha256, hashed=path.name
    )


def _read(manifest: Path) -> tuple[bytes, Manifest] | PackRefused:
    raw = read_file(manifest, limit=MAX_MANIFEST_BYTES)
    if isinstance(raw, PackRefused):
        if raw.code == "pack_file_missing":
            return PackRefused("pack_manifest_missing", f"There is no manifest {manifest}.")
        return raw
    parsed = read_manifest(raw, where=str(manifest))
    return parsed if isinstance(parsed, PackRefused) else (raw, parsed)


def _measure(manifest: Manifest, sources: Mapping[str, Path]) -> dict[str, int] | PackRefused:
    """Hash every file; give their sizes in bytes when all are what the manifest names."""
    sizes = {}
    for model in manifest.models:
        found = copy_hashed(sources[model.file], None)
        if isinstance(found, PackRefused):
            return found
        digest, sizes[model.file] = found
        if digest != model.sha256:
            return _wrong_hash(sources[model.file].name, "the one in the manifest")
    return sizes


def _wrong_hash(file: str, expected: str) -> PackRefused:
    sentence = (
        f"{file} is not the file that was meant: its SHA-256 is not {expected}. "
        "Compare the hash with the publisher's, or fetch the file again."
    )
    return PackRefused("pack_wrong_hash", sentence)


def name_taken(name: str, *, store: Store) -> PackRefused | None:
    """Refuse a name under which something is installed, or which the product keeps for itself."""
    if name == DEFAULT_PACK or any((place / name).exists() for place in store.inside):
        sentence = f"{name} is the name of a pack of the product itself; give yours another name."
        return PackRefused("pack_name_reserved", sentence)
    if store.user is not None and os.path.lexists(store.user / name):
        sentence = f"Pack {name} is installed; remove it first: lineproof packs remove {name}."
        return PackRefused("pack_exists", sentence)
    return None


def notice_of(manifest: Manifest, *, sizes: Mapping[str, int]) -> Notice:
    """Gather what a person must be shown before ``manifest``'s pack is installed."""
    return Notice(
        name=manifest.name,
        version=manifest.version,
        grade=manifest.grade,
        summary=manifest.summary,
        model_card=manifest.model_card,
        parts=tuple(
            Part(
                role=model.role,
                file=model.file,
                size=sizes.get(model.file),
                licence=model.licence,
                source=model.source,
            )
            for model in manifest.models
        ),
        caveats=tuple(_caveats(manifest)),
    )


def _caveats(manifest: Manifest) -> Iterator[str]:
    if manifest.grade == "evaluation":
        yield "This pack is of evaluation grade: it is for trials, not for deciding about people."
    bare = ", ".join(each.name for each in manifest.settings if each.calibration is None)
    if bare:
        yield (
            f"Not calibrated ({bare}): every comparison stays unmeasured and is referred, until "
            "lineproof calibrate has made a table for it."
        )
    for model in manifest.models:
        if refused := not_runnable(model):
            yield refused.sentence


def accept(offer: Offer, *, store: Store) -> Installed | PackRefused:
    """Install what was offered. Every file is hashed again as it is copied, and again as it lies.

    A disk that fills up, a file that changed since, or a network that does not start leaves the
    store as it was.
    """
    if store.user is None:
        sentence = "There is no home folder to install into; name one with LINEPROOF_HOME."
        return PackRefused("pack_not_writable", sentence)
    name = offer.manifest.name
    if taken := name_taken(name, store=store):
        return taken
    target = store.user / name
    try:
        store.user.mkdir(parents=True, exist_ok=True)
        sweep(store.user)
        with _staging(store.user) as staged:
            refused = _fill(staged, offer) or _sound(staged)
            if refused is not None:
                return refused
            # A crash before this line leaves a staging folder, which is swept a day later; after
            # it, the whole pack.
            if refused := _appear(staged, target):
                return refused
        sync_folder(store.user)
    except OSError as error:
        return not_written(target, error)
    return Installed(name=name, version=offer.manifest.version, folder=target)


def _appear(staged: Path, target: Path) -> PackRefused | None:
    """Rename the finished folder to the pack's name; what another put there meanwhile stays."""
    try:
        staged.rename(target)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
            raise
        return PackRefused("pack_exists", f"{target} was put there meanwhile; it was left alone.")
    return None


@contextmanager
def _staging(parent: Path) -> Iterator[Path]:
    """Give a new folder that is gone afterwards, unless it was renamed."""
    folder = parent / f"{STAGING}{secrets.token_hex(8)}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(staged: Path, offer: Offer) -> PackRefused | None:
    """Copy the files, the manifest last: a folder without one is no pack."""
    for model in offer.manifest.models:
        with new_file(staged / model.file) as descriptor:
            found = copy_hashed(offer.sources[model.file], descriptor)
            if isinstance(found, PackRefused):
                return found
            if found[0] != model.sha256:
                return _wrong_hash(offer.sources[model.file].name, "the one in the manifest")
    with new_file(staged / MANIFEST_FILE) as descriptor:
        write_all(descriptor, offer.raw_manifest)
    sync_folder(staged)
    return None


def _sound(staged: Path) -> PackRefused | None:
    """Open the pack as it now lies on the disk, and run each network once."""
    pack = open_pack(staged)
    return pack if isinstance(pack, PackRefused) else next(iter(check(pack)), None)


def sweep(parent: Path) -> None:
    """Remove staging folders that a stopped installation left more than a day ago."""
    oldest = time.time() - STALE_SECONDS
    for folder in parent.glob(f"{STAGING}*"):
        with suppress(OSError):
            if not folder.is_symlink() and folder.stat().st_mtime < oldest:
                shutil.rmtree(folder)
