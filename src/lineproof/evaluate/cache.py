"""Embeddings kept on disk between runs: only when someone asks for it, and with a warning.

Embeddings are biometric data (ISO/IEC 24745). The product keeps none; this cache exists for people
who measure the same images many times and whose data set they may keep anyway.

One file for each engine, readable by its owner only, replaced in one step. An entry is found by the
SHA-256 of the image file's bytes, so that neither a changed image nor another engine ever gets a
stale embedding. No file name and no label is in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

import numpy as np

from lineproof.domain.finding import Unmeasured
from lineproof.evaluate.protocol import Unusable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lineproof.evaluate.protocol import Embedder, Vector

CACHE_WARNING: Final = (
    "Embeddings are biometric data. They are being kept on disk because you asked for it: keep the "
    "folder as safe as the images, and delete it when the evaluation is done."
)
FORMAT: Final = "lineproof-embeddings-1"
KEY_BYTES: Final = 32


@dataclass(slots=True)
class EmbeddingCache:
    """The embeddings of one engine: what a file held, and what this run adds."""

    file: Path
    context: str
    entries: dict[bytes, Vector | Unmeasured] = field(repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def through(self, embedder: Embedder) -> Embedder:
        """Give an embedder that asks the cache first and remembers what it had to compute."""

        def cached(image: Path) -> Vector | Unmeasured:
            key = _content_key(image)
            if key is None:
                return embedder(image)
            with self.lock:
                known = self.entries.get(key)
            if known is None:
                known = embedder(image)
                with self.lock:
                    self.entries[key] = known
            return known

        return cached

    def save(self) -> Unusable | None:
        """Write the file, mode 0600, in one step; or say why it was not written."""
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # mkstemp makes the file readable by its owner only, whatever the umask.
            handle, name = tempfile.mkstemp(dir=self.file.parent, prefix=".writing-")
            try:
                with os.fdopen(handle, "wb") as out:
                    self._write(out)
                Path(name).replace(self.file)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    Path(name).unlink()
        except OSError as error:
            reason = error.strerror or "it cannot be written"
            return Unusable("cache_not_written", f"The cache {self.file} was not kept: {reason}.")
        return None

    def _write(self, out: IO[bytes]) -> None:
        found = {key: v for key, v in self.entries.items() if not isinstance(v, Unmeasured)}
        failed = {key: v.why for key, v in self.entries.items() if isinstance(v, Unmeasured)}
        vectors = np.stack(list(found.values())) if found else np.empty((0, 1), np.float32)
        np.savez(
            out,
            context=np.array(self.context),
            keys=_key_rows(found),
            vectors=vectors.astype(np.float32),
            failed_keys=_key_rows(failed),
            failed_why=np.array(list(failed.values()), dtype=np.str_),
        )


def open_cache(folder: Path, *, engine: str) -> tuple[EmbeddingCache, Unusable | None]:
    """Open the cache of one engine in ``folder``, which need not exist.

    ``engine`` must change whenever embeddings may: pack name, version and file hashes, setting,
    pipeline. A file that is broken or of another engine is not used, and the second value says so;
    it is replaced when the cache is saved.
    """
    context = f"{FORMAT} {hashlib.sha256(engine.encode()).hexdigest()}"
    file = folder / f"embeddings-{context[-64:][:16]}.npz"
    try:
        entries = _read(file, context)
    except FileNotFoundError:
        return EmbeddingCache(file, context, {}), None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        ignored = Unusable(
            "cache_ignored",
            f"The cache {file} is broken or of another engine: it is not used, and replaced later.",
        )
        return EmbeddingCache(file, context, {}), ignored
    return EmbeddingCache(file, context, entries), None


def _read(file: Path, context: str) -> dict[bytes, Vector | Unmeasured]:
    with file.open("rb") as data:
        held = np.load(data, allow_pickle=False)
        if not isinstance(held, np.lib.npyio.NpzFile) or str(held["context"]) != context:
            raise ValueError("another engine's cache")
        keys, vectors = held["keys"], held["vectors"]
        failed_keys, why = held["failed_keys"], held["failed_why"]
    if vectors.ndim != 2 or vectors.dtype != np.float32 or not np.isfinite(vectors).all():  # noqa: PLR2004 - a matrix
        raise ValueError("not embeddings")
    if not _belong(keys, len(vectors)) or not _belong(failed_keys, len(why)):
        raise ValueError("keys that belong to nothing")
    entries: dict[bytes, Vector | Unmeasured] = {
        key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)
    }
    for key, code in zip(failed_keys, why, strict=True):
        entries[key.tobytes()] = Unmeasured(str(code))
    return entries


def _belong(keys: NDArray[np.uint8], count: int) -> bool:
    return keys.dtype == np.uint8 and keys.shape == (count, KEY_BYTES)


def _key_rows(entries: dict[bytes, Vector] | dict[bytes, str]) -> NDArray[np.uint8]:
    joined = b"".join(cast("dict[bytes, object]", entries))
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, KEY_BYTES)


def _content_key(image: Path) -> bytes | None:
    """Give the SHA-256 of the file's bytes; None where it cannot be read, which is not cached."""
    try:
        with image.open("rb") as data:
            return hashlib.file_digest(data, "sha256").digest()
    except (OSError, ValueError):
        return None
