"""Package clients that fetch from a folder: npm and pip for the build, without a network."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import tarfile
from typing import TYPE_CHECKING

from lineproof.packs.build.clients import Tools
from lineproof.packs.build.lock import Archive, Lock, Member, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WORDS = {"package/models/a.bin": b"first" * 900, "package/models/b.json": b"{}"}


def tarball(members: Mapping[str, bytes], *, link: str | None = None) -> bytes:
    """Write a .tgz; ``link`` becomes a symbolic link to /etc/hostname."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        if link is not None:
            entry = tarfile.TarInfo(link)
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/hostname"
            archive.addfile(entry)
    return gzip.compress(raw.getvalue(), mtime=0)


def pinned(content: bytes, members: Mapping[str, bytes] = WORDS, *, client: str = "npm") -> Lock:
    """Pin ``content`` as the archive of a package and ``members`` as what is needed of it."""
    needed = tuple(
        Member(path.rpartition("/")[2], path, len(data), sha256(data))
        for path, data in members.items()
    )
    digest = hashlib.sha512(content).digest()
    kind = "npm" if client == "npm" else "pip"
    archive = Archive("npm", "@some/models", "1.2.3", "sha512", digest, needed)
    if kind == "pip":
        digest = hashlib.sha256(content).digest()
        archive = Archive("pip", "some-models", "1.2.3", "sha256", digest, needed)
    return Lock(archives=(archive,), outputs={})


def client(folder: Path, body: str) -> Tools:
    """Make both clients a script: ``words`` are its arguments, ``target`` where files go.

    Every call is counted in ``folder``/calls.
    """
    script = folder / "client.py"
    script.write_text(
        "import pathlib, sys, threading\n"
        "hang = threading.Event().wait\n"
        "words = sys.argv[1:]\n"
        "target = pathlib.Path(words[-1])\n"
        f"with open({str(folder / 'calls')!r}, 'a') as calls: calls.write(repr(words) + chr(10))\n"
        + body,
        "utf-8",
    )
    command = (sys.executable, str(script))
    return Tools(npm=command, pip=command)


def delivers(folder: Path, content: bytes) -> Tools:
    """Make clients that deliver ``content`` as the archive."""
    (folder / "shelf").write_bytes(content)
    body = f"(target / 'x.tgz').write_bytes(pathlib.Path({str(folder / 'shelf')!r}).read_bytes())\n"
    return client(folder, body)


def calls(folder: Path) -> list[str]:
    """Return the arguments of each call so far, one line each."""
    path = folder / "calls"
    return path.read_text("utf-8").splitlines() if path.exists() else []
