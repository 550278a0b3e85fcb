"""Keys in files that only their owner may read; each use takes a key of its own from them."""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32
"""Of the secret in a file, and of every key that is derived from it."""

WRITTEN = re.compile(rb"[0-9a-f]{64}\n?")
"""What a key's file holds."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""What a key's file must not allow: anything to anybody but its owner."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of this deployment. It is used through the keys that are derived from it."""

    secret: bytes = field(repr=False)

    def for_use(self, use: str) -> bytes:
        """Derive the key of one use: HKDF with SHA-256 (RFC 5869), 32 bytes."""
        derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=use.encode())
        return derivation.derive(self.secret)

    @property
    def id(self) -> bytes:
        """Name the key without telling it: 8 bytes, derived like a key of their own."""
        return self.for_use("lineproof/key-id")[:8]


@dataclass(frozen=True, slots=True)
class KeyRefused:
    """A key's file cannot be used. Codes begin with ``key_`` and stand in docs/reasons.md."""

    code: str
    sentence: str


def load_or_make(file: Path) -> Key | KeyRefused:
    """Load a key, or make one where there is none yet; of two that make one, both get the same."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            _make(file)
    except OSError as error:
        return KeyRefused("key_not_written", f"{file} cannot be written: {error.strerror}.")
    return load(file)


def load(file: Path) -> Key | KeyRefused:
    """Load a key from a file that is its owner's alone."""
    try:
        opened = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return KeyRefused("key_missing", f"There is no key at {file}. Restore it from its backup.")
    except OSError as error:
        return KeyRefused("key_not_readable", f"{file} cannot be read: {error.strerror}.")
    try:
        about = os.fstat(opened)
        if not stat.S_ISREG(about.st_mode) or about.st_mode & OTHERS:
            return KeyRefused(
                "key_open_to_others",
                f"{file} may be read or changed by others than its owner: chmod 600 it, and "
                "think about who has seen it.",
            )
        written = os.read(opened, 2 * KEY_BYTES + 2)
    finally:
        os.close(opened)
    secret = _secret(written)
    if secret is None:
        return KeyRefused("key_malformed", f"{file} holds no key: restore it from its backup.")
    return Key(secret)


def _secret(written: bytes) -> bytes | None:
    """Give the secret of a file's content: 64 hexadecimal digits and the end of the line."""
    return bytes.fromhex(written[:64].decode()) if WRITTEN.fullmatch(written) else None


def _make(file: Path) -> None:
    """Write a new key beside its place and link it there, whole; a key that is there stays."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            os.write(opened, f"{secrets.token_hex(KEY_BYTES)}\n".encode())
            os.fsync(opened)
        finally:
            os.close(opened)
        # Whoever was first keeps the place: a second key would make the first one's work useless.
        with suppress(FileExistsError):
            os.link(draft, file)
        _sync(file.parent)
    finally:
        draft.unlink()


def _sync(folder: Path) -> None:
    """Let the folder's new entry survive a power cut."""
    opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
