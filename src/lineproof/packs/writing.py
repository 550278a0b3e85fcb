"""Copies files so that what was hashed is what was written, and says why a disk refused."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from lineproof.packs.refusal import PackRefused
from lineproof.packs.store import MAX_FILE_BYTES, open_regular, too_large, unreadable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

_CHUNK = 1024 * 1024
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextmanager
def new_file(path: Path) -> Iterator[int]:
    """Give a descriptor of a new file, on the disk and closed afterwards."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o644)
    try:
        yield descriptor
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of ``content``; one call to the system may take only a part of it."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def copy_hashed(source: Path, target: int | None) -> tuple[str, int] | PackRefused:
    """Read ``source`` once; give the SHA-256 and size of what was read, and written to ``target``.

    Errors of reading are refusals; errors of writing are raised, as OSError.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with closing(_chunks(source)) as chunks:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                if size > MAX_FILE_BYTES:
                    return too_large(source, MAX_FILE_BYTES)
                if target is not None:
                    write_all(target, chunk)
    except _Unread as unread:
        return unread.refused
    return digest.hexdigest(), size


def _chunks(source: Path) -> Generator[bytes]:
    try:
        with open_regular(source) as descriptor:
            while chunk := os.read(descriptor, _CHUNK):
                yield chunk
    except FileNotFoundError as error:
        sentence = f"{source} does not exist."
        raise _Unread(PackRefused("pack_file_missing", sentence)) from error
    except OSError as error:
        raise _Unread(unreadable(source, error)) from error


class _Unread(Exception):  # noqa: N818 - it carries a refusal out of a generator
    """A source could not be read; told apart so from a target that could not be written."""

    def __init__(self, refused: PackRefused) -> None:
        super().__init__(refused.sentence)
        self.refused = refused


def sync_folder(folder: Path) -> None:
    """Make the folder's entries survive a power cut, where the system can open a folder."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def not_written(target: Path, error: OSError) -> PackRefused:
    """Turn an error of writing into a refusal that says what to do."""
    if error.errno in _FULL:
        sentence = f"There is no room left for {target}; nothing was installed."
        return PackRefused("pack_disk_full", sentence)
    reason = error.strerror or type(error).__name__
    return PackRefused("pack_not_writable", f"{target} could not be written: {reason}.")
